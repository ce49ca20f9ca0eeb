/* SPDX-License-Identifier: Apache-2.0 */
#include "writer.h"
#include "moment.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BUFFER_BYTES (4 << 20)
#define SNAP_BYTES (256 << 10)
#define RECORD_HEADER_BYTES 16
#define MAGIC_MICROSECONDS 0xa1b2c3d4
#define LINK_ETHERNET 1

static void put_le32(uint8_t *bytes, uint32_t value)
{
	for (int i = 0; i < 4; i++)
		bytes[i] = (uint8_t)(value >> 8 * i);
}

static int flush(struct writer *writer, struct complaint *complaint)
{
	size_t done = 0;

	while (done < writer->used) {
		ssize_t n = write(writer->fd, writer->buffer + done, writer->used - done);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return complain(complaint, errno, "%s: %s", writer->path, strerror(errno));
		done += (size_t)n;
	}
	writer->used = 0;
	return 0;
}

static void put_file_header(struct writer *writer)
{
	const uint32_t words[] = {MAGIC_MICROSECONDS, 2 | 4 << 16, 0, 0, SNAP_BYTES, LINK_ETHERNET};

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		put_le32(writer->buffer + 4 * i, words[i]);
	writer->used = writer->bytes = sizeof(words);
}

int writer_open(struct writer *writer, const char *path, struct complaint *complaint)
{
	*writer = (struct writer){.path = path, .fd = STDOUT_FILENO};
	if (strcmp(path, "-") != 0)
		writer->fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	if (writer->fd < 0)
		return complain(complaint, errno, "%s: %s", path, strerror(errno));
	writer->buffer = malloc(BUFFER_BYTES);
	if (!writer->buffer) {
		close(writer->fd);
		return complain(complaint, ENOMEM, "%s: out of memory", path);
	}
	put_file_header(writer);
	return 0;
}

int writer_add_frame(struct writer *writer, int64_t time_us, uint32_t frame_bytes,
	uint8_t **ret_frame, struct complaint *complaint)
{
	if (time_us < 0 || time_us / SECOND_US > UINT32_MAX)
		return complain(
			complaint, ERANGE, "%s: a packet before 1970 or after 2106", writer->path);
	if (writer->used + RECORD_HEADER_BYTES + frame_bytes > BUFFER_BYTES) {
		int r = flush(writer, complaint);
		if (r)
			return r;
	}
	uint8_t *record = writer->buffer + writer->used;
	put_le32(record, (uint32_t)(time_us / SECOND_US));
	put_le32(record + 4, (uint32_t)(time_us % SECOND_US));
	put_le32(record + 8, frame_bytes);
	put_le32(record + 12, frame_bytes);
	writer->used += RECORD_HEADER_BYTES + frame_bytes;
	writer->bytes += RECORD_HEADER_BYTES + frame_bytes;
	if (!writer->packets++)
		writer->first_us = time_us;
	writer->last_us = time_us;
	*ret_frame = record + RECORD_HEADER_BYTES;
	return 0;
}

int writer_close(struct writer *writer, struct complaint *complaint)
{
	int r = flush(writer, complaint);

	free(writer->buffer);
	if (close(writer->fd) && !r)
		r = complain(complaint, errno, "%s: %s", writer->path, strerror(errno));
	return r;
}
