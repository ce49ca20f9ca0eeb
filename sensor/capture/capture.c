/* SPDX-License-Identifier: Apache-2.0 */
#include "capture/capture.h"

#include "capture/backend.h"
#include "capture/live.h"
#include "capture/timeline.h"

#include <errno.h>
#include <stdlib.h>

struct capture {
	const struct backend *backend;
	void *state;
	uint64_t frames, bytes, snapped;
};

int capture_open_files(const struct capture_listener *listener, char *const *paths, size_t count,
	struct capture **ret_capture)
{
	struct capture *capture = calloc(1, sizeof(*capture));
	struct timeline *timeline;

	if (!capture)
		return -ENOMEM;
	if (timeline_open(listener, paths, count, &timeline) < 0) {
		free(capture);
		return -ENOMEM;
	}
	capture->backend = &backend_timeline;
	capture->state = timeline;
	*ret_capture = capture;
	return 0;
}

int capture_open_live(const struct capture_listener *listener,
	const struct capture_live_settings *settings, struct capture **ret_capture)
{
	struct capture *capture = calloc(1, sizeof(*capture));
	struct live *live;
	int error;

	if (!capture)
		return -ENOMEM;
	error = live_open(listener, settings, &live);
	if (error < 0) {
		free(capture);
		return error;
	}
	capture->backend = &backend_live;
	capture->state = live;
	*ret_capture = capture;
	return 0;
}

int capture_set_filter(struct capture *capture, const struct capture_live_settings *settings)
{
	return live_set_filter(capture->state, settings);
}

enum capture_next capture_next(struct capture *capture, struct frame *ret_frame)
{
	enum capture_next next = capture->backend->next(capture->state, ret_frame);

	if (next == CAPTURE_FRAME) {
		capture->frames++;
		capture->bytes += ret_frame->wire_bytes;
		capture->snapped += ret_frame->captured_bytes < ret_frame->wire_bytes;
	}
	return next;
}

void capture_stats(const struct capture *capture, struct capture_stats *ret_stats)
{
	struct capture_stats stats = {
		.frames = capture->frames, .bytes = capture->bytes, .snapped = capture->snapped};

	capture->backend->stats(capture->state, &stats);
	*ret_stats = stats;
}

void capture_close(struct capture *capture)
{
	if (!capture)
		return;
	capture->backend->close(capture->state);
	free(capture);
}
