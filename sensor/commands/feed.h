/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMANDS_FEED_H
#define COMMANDS_FEED_H
/* Captures fed through a pipeline: with a progress bar, until their end or a signal. */
#include "capture/capture.h"
#include "commands/setup.h"
#include "pipeline/pipeline.h"

struct feed_result {
	struct pipeline_stats pipeline;
	struct pipeline_times times;
	struct capture_stats capture;
	uint64_t outside; /* frames of `capture` outside the window, which went no further */
	double wall_s;
	bool has_run;        /* false: it could not begin, and the figures are of nothing */
	bool has_memory;     /* baselines of earlier runs were at hand, if there were any */
	bool is_interrupted; /* SIGINT or SIGTERM; what was read until then is whole */
};

/* Fills in what every command's pipeline has in common. Listeners are the caller's; there is no
 * control group. */
void feed_plan(const struct config *config, const struct setup *setup,
	struct pipeline_settings *ret_settings);

/* Reads the captures, finishes the pipeline. Faults of captures are logged as they come. Returns 0,
 * or the exit status: STATUS_FAILURE for a damaged, missing or unreadable capture, no memory or a
 * signal. `ret_result` is always filled.
 *
 * With a `window` that check_window has accepted (NULL: none) only frames of that time are taken.
 * Files are merged by time, so the reading ends when FEED_BEHIND_MAX frames in a row lie behind
 * the window: a stray stamp from the future ends nothing. */
#define FEED_BEHIND_MAX 65536
int feed_run(const struct pipeline_settings *settings, const char *window, char **paths,
	size_t count, struct feed_result *ret_result);

/* Frames that went into the pipeline. */
uint64_t feed_frames(const struct feed_result *result);

#endif
