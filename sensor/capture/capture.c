/* SPDX-License-Identifier: Apache-2.0 */
#include "capture/capture.h"

#include "capture/backend.h"
#include "capture/live.h"
#include "capture/timeline.h"

#include <errno.h>
#include <stdlib.h>

/* What one reader reads; apart from others in memory, as they count at the same time. */
struct source {
	void *state;
	uint64_t frames, bytes, snapped;
};

struct capture {
	const struct backend *backend;
	uint32_t readers;
	struct source *sources[CAPTURE_READERS_MAX];
};

static int add_source(struct capture *capture, void *state)
{
	struct source *source = calloc(1, sizeof(*source));

	if (!source) {
		capture->backend->close(state);
		return -ENOMEM;
	}
	source->state = state;
	capture->sources[capture->readers++] = source;
	return 0;
}

int capture_open_files(const struct capture_listener *listener, char *const *paths, size_t count,
	struct capture **ret_capture)
{
	struct capture *capture = calloc(1, sizeof(*capture));
	struct timeline *timeline;

	if (!capture)
		return -ENOMEM;
	capture->backend = &backend_timeline;
	if (timeline_open(listener, paths, count, &timeline) < 0 ||
		add_source(capture, timeline) < 0) {
		capture_close(capture);
		return -ENOMEM;
	}
	*ret_capture = capture;
	return 0;
}

/* All that the settings ask for, or none. */
static int open_sources(struct capture *capture, const struct capture_listener *listener,
	const struct capture_live_settings *settings)
{
	struct live *lives[CAPTURE_READERS_MAX];
	int error = 0;

	while (error == 0 && capture->readers < settings->readers) {
		error = live_open(
			listener, settings, capture->readers == 0, &lives[capture->readers]);
		if (error == 0)
			error = add_source(capture, lives[capture->readers]);
	}
	return error < 0 || settings->readers == 1 ? error
						   : live_share(lives, settings->readers, settings);
}

static void close_sources(struct capture *capture)
{
	for (uint32_t i = 0; i < capture->readers; i++) {
		capture->backend->close(capture->sources[i]->state);
		free(capture->sources[i]);
	}
	capture->readers = 0;
}

int capture_open_live(const struct capture_listener *listener,
	const struct capture_live_settings *settings, struct capture **ret_capture)
{
	struct capture *capture = calloc(1, sizeof(*capture));
	struct capture_live_settings alone = *settings;
	int error;

	if (!capture)
		return -ENOMEM;
	capture->backend = &backend_live;
	error = open_sources(capture, listener, settings);
	if (error == -EOPNOTSUPP) {
		close_sources(capture);
		alone.readers = 1;
		error = open_sources(capture, listener, &alone);
	}
	if (error < 0) {
		capture_close(capture);
		return error;
	}
	*ret_capture = capture;
	return 0;
}

uint32_t capture_readers(const struct capture *capture)
{
	return capture->readers;
}

int capture_set_filter(struct capture *capture, const struct capture_live_settings *settings)
{
	int error = 0;

	/* What can fail is tried for each before the first one changes. */
	for (uint32_t i = 0; i < capture->readers && error == 0; i++)
		error = live_check_filter(capture->sources[i]->state, settings);
	for (uint32_t i = 0; i < capture->readers && error == 0; i++)
		error = live_set_filter(capture->sources[i]->state, settings);
	return error;
}

enum capture_next capture_next(struct capture *capture, uint32_t reader, struct frame *ret_frame)
{
	struct source *source = capture->sources[reader];
	enum capture_next next = capture->backend->next(source->state, ret_frame);

	if (next == CAPTURE_FRAME) {
		source->frames++;
		source->bytes += ret_frame->wire_bytes;
		source->snapped += ret_frame->captured_bytes < ret_frame->wire_bytes;
	}
	return next;
}

void capture_stats(const struct capture *capture, struct capture_stats *ret_stats)
{
	struct capture_stats stats = {.readers = capture->readers};

	for (uint32_t i = 0; i < capture->readers; i++) {
		const struct source *source = capture->sources[i];

		stats.frames += source->frames;
		stats.frames_of[i] = source->frames;
		stats.bytes += source->bytes;
		stats.snapped += source->snapped;
		capture->backend->stats(source->state, &stats);
	}
	*ret_stats = stats;
}

void capture_close(struct capture *capture)
{
	if (!capture)
		return;
	close_sources(capture);
	free(capture);
}
