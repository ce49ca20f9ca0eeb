/* SPDX-License-Identifier: Apache-2.0 */
#include "capture/timeline.h"

#include "capture/backend.h"
#include "capture/directory.h"
#include "capture/file.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct source {
	char *path;
	struct file *file;  /* NULL while the file's turn has not come */
	struct frame frame; /* the next one of this file, while it is open */
	int64_t reached_us; /* latest time so far: one that jumps back does not reorder its file */
	uint64_t bytes;     /* size on disk, 0 unknown */
	bool in_directory;  /* found there, not asked for: need not be a capture */
	bool is_capture, finished;
	struct source *next_waiting;
};

struct timeline {
	struct capture_listener listener;
	struct source *sources;
	size_t count, capacity;
	struct source **heap; /* the file with the earliest next frame on top */
	size_t heap_count;
	struct source *first_waiting, *last_waiting; /* for one of the open files to end */
	size_t open_count;
	struct source *current; /* whose frame was handed out last */
	uint64_t faults, files, files_done, files_late;
};

static void tell(struct timeline *timeline, const char *path, const struct file_fault *fault)
{
	char place[PATH_MAX + 96];
	const char *unpacked = fault->packing ? " of the unpacked data" : "";

	if (fault->packet > 0)
		snprintf(place, sizeof(place), "%s: packet %" PRIu64 ", byte offset %" PRIu64 "%s",
			path, fault->packet, fault->byte_offset, unpacked);
	else if (fault->byte_offset > 0)
		snprintf(place, sizeof(place), "%s: byte offset %" PRIu64 "%s", path,
			fault->byte_offset, unpacked);
	else
		snprintf(place, sizeof(place), "%s", path);
	timeline->faults++;
	timeline->listener.fault(timeline->listener.argument, place, fault->message);
}

static void tell_message(struct timeline *timeline, const char *path, const char *message)
{
	struct file_fault fault = {0};

	snprintf(fault.message, sizeof(fault.message), "%s", message);
	tell(timeline, path, &fault);
}

/* The heap is ordered by time and then by the order in which the captures were named. */
static bool is_earlier(const struct source *a, const struct source *b)
{
	return a->reached_us != b->reached_us ? a->reached_us < b->reached_us : a < b;
}

static void heap_sink(struct timeline *timeline, size_t index)
{
	struct source **heap = timeline->heap;
	struct source *sinking = heap[index];

	for (;;) {
		size_t child = 2 * index + 1;

		if (child >= timeline->heap_count)
			break;
		if (child + 1 < timeline->heap_count && is_earlier(heap[child + 1], heap[child]))
			child++;
		if (!is_earlier(heap[child], sinking))
			break;
		heap[index] = heap[child];
		index = child;
	}
	heap[index] = sinking;
}

static void heap_push(struct timeline *timeline, struct source *source)
{
	struct source **heap = timeline->heap;
	size_t index = timeline->heap_count++;

	while (index > 0 && is_earlier(source, heap[(index - 1) / 2])) {
		heap[index] = heap[(index - 1) / 2];
		index = (index - 1) / 2;
	}
	heap[index] = source;
}

static void heap_pop(struct timeline *timeline)
{
	timeline->heap[0] = timeline->heap[--timeline->heap_count];
	if (timeline->heap_count > 0)
		heap_sink(timeline, 0);
}

static void source_shut(struct timeline *timeline, struct source *source)
{
	if (!source->file)
		return;
	file_close(source->file);
	source->file = NULL;
	timeline->open_count--;
}

static void source_finish(struct timeline *timeline, struct source *source, bool whole)
{
	struct source *waiting = timeline->first_waiting;

	source_shut(timeline, source);
	source->finished = true;
	timeline->files_done += whole;
	if (waiting && timeline->open_count < TIMELINE_OPEN_MAX) {
		timeline->first_waiting = waiting->next_waiting;
		heap_push(timeline, waiting);
	}
}

static void source_wait(struct timeline *timeline, struct source *source)
{
	source->next_waiting = NULL;
	if (timeline->first_waiting)
		timeline->last_waiting->next_waiting = source;
	else
		timeline->first_waiting = source;
	timeline->last_waiting = source;
	timeline->files_late++;
}

/* Reads the source's next frame; without one, for good or bad, the source is finished. */
static bool source_advance(struct timeline *timeline, struct source *source)
{
	struct file_fault fault;
	int result = file_next(source->file, &source->frame, &fault);

	if (result < 0)
		tell(timeline, source->path, &fault);
	if (result != 1) {
		source_finish(timeline, source, result == 0);
		return false;
	}
	if (source->frame.time_us > source->reached_us)
		source->reached_us = source->frame.time_us;
	return true;
}

/* Opens the source up to its first frame. */
static bool source_open(struct timeline *timeline, struct source *source, bool reads_ahead)
{
	struct file_fault fault;
	int result = file_open(source->path, reads_ahead, &source->file, &fault);

	if (result < 0) {
		if (result != -EMEDIUMTYPE || !source->in_directory)
			tell(timeline, source->path, &fault);
		source_finish(timeline, source, false);
		return false;
	}
	timeline->open_count++;
	timeline->files += !source->is_capture;
	source->is_capture = true;
	source->bytes = file_size(source->file);
	source->reached_us = INT64_MIN;
	return source_advance(timeline, source);
}

static int add_source(struct timeline *timeline, const char *path, bool in_directory)
{
	struct source *source;

	if (timeline->count == timeline->capacity) {
		size_t capacity = timeline->capacity ? timeline->capacity * 2 : 16;
		struct source *grown = reallocarray(timeline->sources, capacity, sizeof(*grown));

		if (!grown)
			return -ENOMEM;
		timeline->sources = grown;
		timeline->capacity = capacity;
	}
	source = &timeline->sources[timeline->count];
	*source = (struct source){.path = strdup(path), .in_directory = in_directory};
	if (!source->path)
		return -ENOMEM;
	timeline->count++;
	/* Only the first time is wanted now; what cannot be opened twice stays open. */
	if (source_open(timeline, source, false) && file_can_reopen(source->file))
		source_shut(timeline, source);
	return 0;
}

static int add_files(struct timeline *timeline, const char *path, char *const *paths, size_t count)
{
	uint64_t files = timeline->files, faults = timeline->faults;

	for (size_t i = 0; i < count; i++)
		if (add_source(timeline, paths[i], true) < 0)
			return -ENOMEM;
	if (timeline->files == files && timeline->faults == faults)
		tell_message(timeline, path, "no capture in this directory");
	return 0;
}

static int add_directory(struct timeline *timeline, const char *path)
{
	char **paths;
	size_t count;
	int result = directory_list(path, &paths, &count);

	if (result == -E2BIG)
		tell_message(timeline, path, "too many files in this directory");
	else if (result < 0)
		tell_message(timeline, path, strerror(-result));
	if (result < 0)
		return result == -ENOMEM ? -ENOMEM : 0;
	result = add_files(timeline, path, paths, count);
	directory_free(paths, count);
	return result;
}

static int add_path(struct timeline *timeline, const char *path)
{
	struct stat status;

	if (strcmp(path, "-") != 0 && stat(path, &status) == 0 && S_ISDIR(status.st_mode))
		return add_directory(timeline, path);
	return add_source(timeline, path, false);
}

static int add_paths(struct timeline *timeline, char *const *paths, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (add_path(timeline, paths[i]) < 0)
			return -ENOMEM;
	return 0;
}

/* Only now: while sources were added, they moved in memory. */
static int heap_fill(struct timeline *timeline)
{
	timeline->heap = calloc(timeline->count + 1, sizeof(*timeline->heap));
	if (!timeline->heap)
		return -ENOMEM;
	for (size_t i = 0; i < timeline->count; i++)
		if (!timeline->sources[i].finished)
			heap_push(timeline, &timeline->sources[i]);
	return 0;
}

static void timeline_free(struct timeline *timeline)
{
	for (size_t i = 0; i < timeline->count; i++) {
		source_shut(timeline, &timeline->sources[i]);
		free(timeline->sources[i].path);
	}
	free(timeline->sources);
	free(timeline->heap);
	free(timeline);
}

int timeline_open(const struct capture_listener *listener, char *const *paths, size_t count,
	struct timeline **ret_timeline)
{
	struct timeline *timeline = calloc(1, sizeof(*timeline));

	if (!timeline)
		return -ENOMEM;
	timeline->listener = *listener;
	if (add_paths(timeline, paths, count) < 0 || heap_fill(timeline) < 0) {
		timeline_free(timeline);
		return -ENOMEM;
	}
	*ret_timeline = timeline;
	return 0;
}

/* Makes the source on top ready to hand out its frame; false when it had to leave the top. */
static bool prepare_top(struct timeline *timeline)
{
	struct source *top = timeline->heap[0];

	if (top->file)
		return true;
	heap_pop(timeline);
	if (timeline->open_count >= TIMELINE_OPEN_MAX)
		source_wait(timeline, top);
	else if (source_open(timeline, top, timeline->open_count < TIMELINE_AHEAD_MAX))
		heap_push(timeline, top);
	return false;
}

static enum capture_next timeline_next(void *state, struct frame *ret_frame)
{
	struct timeline *timeline = state;
	struct source *current = timeline->current;

	timeline->current = NULL;
	if (current) {
		heap_pop(timeline);
		if (source_advance(timeline, current))
			heap_push(timeline, current);
	}
	while (timeline->heap_count > 0) {
		if (!prepare_top(timeline))
			continue;
		timeline->current = timeline->heap[0];
		*ret_frame = timeline->current->frame;
		return CAPTURE_FRAME;
	}
	return CAPTURE_END;
}

static void timeline_stats(const void *state, struct capture_stats *stats)
{
	const struct timeline *timeline = state;

	stats->faults = timeline->faults;
	stats->files = timeline->files;
	stats->files_done = timeline->files_done;
	stats->files_late = timeline->files_late;
	for (size_t i = 0; i < timeline->count; i++) {
		const struct source *source = &timeline->sources[i];

		stats->input_bytes += source->bytes;
		if (source->finished)
			stats->input_bytes_done += source->bytes;
		else if (source->file && source->bytes > 0)
			stats->input_bytes_done += file_bytes_read(source->file);
	}
}

static void timeline_close(void *state)
{
	timeline_free(state);
}

const struct backend backend_timeline = {timeline_next, timeline_stats, timeline_close};
