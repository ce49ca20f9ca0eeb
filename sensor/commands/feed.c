/* SPDX-License-Identifier: Apache-2.0 */
#include "commands/feed.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <time.h>

#include "base/log.h"
#include "base/progress.h"
#include "commands/commands.h"
#include "config/period.h"

#define FRAMES_PER_LOOK 4096 /* frames between looks at the clock */

/* A replay has to give the same result every time, so its hashes are keyed by constants: the files
 * were chosen by the operator, and the tables are bounded anyway. */
#define REPLAY_SEED UINT64_C(0x7375726765746170)

static volatile sig_atomic_t is_stopping;

static void on_signal(int number)
{
	(void)number;
	is_stopping = 1;
}

/* The first signal ends the reading, the second one the program. */
static void catch_signals(void)
{
	struct sigaction action = {.sa_handler = on_signal, .sa_flags = (int)SA_RESETHAND};
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
}

static void tell_fault(void *argument, const char *place, const char *message)
{
	(void)argument;
	log_error("%s: %s", place, message);
}

static double monotonic_s(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void tell_baselines(void *argument, const char *place, const char *message)
{
	(void)argument;
	log_error("%s: %s", place, message);
}

void feed_plan(const struct config *config, const struct setup *setup,
	struct pipeline_settings *ret_settings)
{
	*ret_settings = (struct pipeline_settings){
		.readers = 1,
		.workers = (uint32_t)config->workers,
		.worker = {.ranges = setup->ranges,
			.plugins = setup->plugins,
			.geoip = setup->geoip,
			.max_flows = (uint32_t)config->max_flows,
			.is_asymmetric = config->asymmetric,
			.seed = REPLAY_SEED,
			.host_seed = REPLAY_SEED},
		.analyst = {.ranges = setup->ranges,
			.plugins = setup->plugins,
			.geoip = setup->geoip,
			.alarms_per_year = config->alarms_per_year,
			.host_seed = REPLAY_SEED},
		.state_folder = config->state,
		.baselines = {tell_baselines, NULL},
	};
}

static void show_progress(
	struct progress *progress, const struct capture *capture, const struct frame *frame)
{
	struct capture_stats stats;
	capture_stats(capture, &stats);
	struct progress_state state = {
		.done_bytes = stats.input_bytes_done,
		.total_bytes = stats.input_bytes,
		.count = stats.frames,
		.unit = "packets",
		.time_us = frame->time_us,
	};
	progress_update(progress, &state);
}

/* The part of the timeline that is wanted. */
struct window {
	struct period period;
	uint64_t outside;
	uint32_t behind; /* in a row */
};

static bool passes(struct window *window, const struct frame *frame)
{
	int64_t start_s = window->period.start_s, end_s = window->period.end_s;
	int64_t time_s = frame->time_us / CLOCK_SECOND_US;
	bool is_behind = time_s >= end_s;

	window->behind = is_behind ? window->behind + 1 : 0;
	window->outside += is_behind || time_s < start_s;
	return !is_behind && time_s >= start_s;
}

static void pump(struct pipeline *pipeline, struct capture *capture, struct window *window)
{
	struct progress progress;
	struct frame frame;
	uint32_t frames = 0;
	progress_init(&progress);
	while (!is_stopping && window->behind < FEED_BEHIND_MAX &&
		capture_next(capture, 0, &frame) == CAPTURE_FRAME) {
		if (passes(window, &frame))
			pipeline_take(pipeline, 0, &frame);
		if (++frames % FRAMES_PER_LOOK == 0)
			show_progress(&progress, capture, &frame);
	}
	progress_done(&progress);
}

static bool reads_stdin(char **paths, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(paths[i], "-") == 0)
			return true;
	return false;
}

/* Files that were not read to the end are to be read again: what is kept stays as it was, or their
 * first part would count twice. A stream that was stopped cannot come again. */
static void finish(struct pipeline *pipeline, bool is_repeatable)
{
	if (is_stopping && is_repeatable)
		pipeline_forget(pipeline);
	pipeline_finish(pipeline);
}

static void tell_times(const struct pipeline_settings *settings, const struct pipeline_stats *stats)
{
	char text[32] = "";
	time_t resumed_s = (time_t)(stats->resumed_us / CLOCK_SECOND_US);
	struct tm parts;
	if (!settings->state_folder || stats->resumed_us == 0 || stats->clock.late == 0)
		return;
	if (gmtime_r(&resumed_s, &parts))
		strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
	log_warn("%llu packets are older than what %s has seen, which reaches to %s: they count in "
		 "no bucket",
		(unsigned long long)stats->clock.late, settings->state_folder, text);
}

static const char *describe(int error)
{
	return error == -ELIBACC
		       ? "the nDPI library found is not the one this program was built for"
		       : strerror(-error);
}

uint64_t feed_frames(const struct feed_result *result)
{
	return result->capture.frames - result->outside;
}

int feed_run(const struct pipeline_settings *settings, const char *window, char **paths,
	size_t count, struct feed_result *ret_result)
{
	static const struct capture_listener listener = {tell_fault, NULL};
	struct pipeline *pipeline = NULL;
	struct capture *capture = NULL;
	double start_s = monotonic_s();
	struct window wanted = {.period = {INT64_MIN, INT64_MAX}};
	*ret_result = (struct feed_result){0};
	catch_signals();
	if (window)
		period_parse(window, &wanted.period);
	int error = pipeline_new(settings, &pipeline);
	if (error == 0)
		error = capture_open_files(&listener, paths, count, &capture);
	if (error < 0) {
		log_error("cannot start: %s", describe(error));
		pipeline_free(pipeline);
		return STATUS_FAILURE;
	}
	ret_result->has_run = true;
	pump(pipeline, capture, &wanted);
	finish(pipeline, !reads_stdin(paths, count));
	pipeline_stats(pipeline, &ret_result->pipeline);
	pipeline_times(pipeline, &ret_result->times);
	tell_times(settings, &ret_result->pipeline);
	capture_stats(capture, &ret_result->capture);
	ret_result->outside = wanted.outside;
	ret_result->wall_s = monotonic_s() - start_s;
	ret_result->has_memory = settings->state_folder != NULL;
	ret_result->is_interrupted = is_stopping;
	if (is_stopping)
		log_warn("interrupted: stopped after %llu packets%s",
			(unsigned long long)ret_result->capture.frames,
			settings->state_folder && !reads_stdin(paths, count)
				? "; the state is as it was before"
				: "");
	capture_close(capture);
	pipeline_free(pipeline);
	bool is_whole = ret_result->capture.faults == 0 && !is_stopping &&
			ret_result->pipeline.judged.unsaved == 0;
	return is_whole ? STATUS_OK : STATUS_FAILURE;
}
