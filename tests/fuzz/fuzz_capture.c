/* SPDX-License-Identifier: Apache-2.0 */
/* A capture file holds whatever a file holds. It is read twice at once, as two files that overlap
 * wholly: both must give the same number of frames and faults. */
#include "capture/capture.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#define FRAMES_MAX 20000 /* a few bytes unpack to millions of frames */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void on_fault(void *argument, const char *place, const char *message)
{
	unsigned *faults = argument;

	if (place[0] != '/' || message[0] == '\0')
		abort();
	++*faults;
}

/* Reads every byte, for the sanitizer. */
static void touch(const struct frame *frame)
{
	for (uint32_t i = 0; i < frame->captured_bytes; i++)
		(void)*(const volatile uint8_t *)&frame->data[i];
}

static void read_all(struct capture *capture, const unsigned *faults)
{
	struct capture_stats stats;
	struct frame frame;
	uint64_t frames = 0;

	while (frames < FRAMES_MAX && capture_next(capture, 0, &frame) == CAPTURE_FRAME) {
		if (frame.captured_bytes > frame.wire_bytes)
			abort();
		touch(&frame);
		frames++;
	}
	capture_stats(capture, &stats);
	if (stats.frames != frames || stats.faults != *faults || stats.files > 2)
		abort();
	if (frames < FRAMES_MAX && (frames % 2 != 0 || *faults % 2 != 0))
		abort();
	if (frames < FRAMES_MAX && stats.files_done + *faults != 2)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int fd = memfd_create("capture", MFD_CLOEXEC);
	unsigned faults = 0;
	struct capture_listener listener = {on_fault, &faults};
	struct capture *capture;
	char path[64], *paths[2] = {path, path};

	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		abort();
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (capture_open_files(&listener, paths, 2, &capture) < 0)
		abort();
	read_all(capture, &faults);
	capture_close(capture);
	close(fd);
	return 0;
}
