/* SPDX-License-Identifier: Apache-2.0 */
#include "commands/feed.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <time.h>

#include "base/log.h"
#include "base/progress.h"
#include "commands/commands.h"

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
		.packets = stats.frames,
		.packet_time_us = frame->time_us,
	};
	progress_update(progress, &state);
}

static void pump(struct pipeline *pipeline, struct capture *capture)
{
	struct progress progress;
	struct frame frame;
	uint32_t frames = 0;
	progress_init(&progress);
	while (!is_stopping && capture_next(capture, &frame) == CAPTURE_FRAME) {
		pipeline_take(pipeline, &frame);
		if (++frames % FRAMES_PER_LOOK == 0)
			show_progress(&progress, capture, &frame);
	}
	progress_done(&progress);
	pipeline_finish(pipeline);
}

static const char *describe(int error)
{
	return error == -ELIBACC
		       ? "the nDPI library found is not the one this program was built for"
		       : strerror(-error);
}

int feed_run(const struct pipeline_settings *settings, char **paths, size_t count,
	struct feed_result *ret_result)
{
	static const struct capture_listener listener = {tell_fault, NULL};
	struct pipeline *pipeline = NULL;
	struct capture *capture = NULL;
	double start_s = monotonic_s();
	*ret_result = (struct feed_result){0};
	catch_signals();
	int error = pipeline_new(settings, &pipeline);
	if (error == 0)
		error = capture_open_files(&listener, paths, count, &capture);
	if (error < 0) {
		log_error("cannot start: %s", describe(error));
		pipeline_free(pipeline);
		return STATUS_FAILURE;
	}
	pump(pipeline, capture);
	pipeline_stats(pipeline, &ret_result->pipeline);
	pipeline_times(pipeline, &ret_result->times);
	capture_stats(capture, &ret_result->capture);
	ret_result->wall_s = monotonic_s() - start_s;
	ret_result->has_memory = settings->state_folder != NULL;
	ret_result->is_interrupted = is_stopping;
	if (is_stopping)
		log_warn("interrupted: stopped after %llu packets",
			(unsigned long long)ret_result->capture.frames);
	capture_close(capture);
	pipeline_free(pipeline);
	return ret_result->capture.faults > 0 || is_stopping ? STATUS_FAILURE : STATUS_OK;
}
