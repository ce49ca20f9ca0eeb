/* SPDX-License-Identifier: Apache-2.0 */
#include "commands/tap.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/log.h"
#include "commands/metrics.h"

#define HEARTBEAT_S 10
#define STOP_MAX_S 20.0 /* for what the kernel has captured: the clock may be set back */

static volatile sig_atomic_t is_stopping, is_reloading;

static void on_stop(int number)
{
	(void)number;
	is_stopping = 1;
}

static void on_reload(int number)
{
	(void)number;
	is_reloading = 1;
}

void tap_catch_signals(void)
{
	struct sigaction stop = {.sa_handler = on_stop, .sa_flags = (int)SA_RESETHAND};
	struct sigaction reload = {.sa_handler = on_reload};

	sigaction(SIGINT, &stop, NULL);
	sigaction(SIGTERM, &stop, NULL);
	sigaction(SIGHUP, &reload, NULL);
}

static double seconds_of(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* What tap_run remembers from one second to the next. */
struct watch {
	const struct tap *tap;
	int64_t second;              /* of the capture's time, the one being read */
	struct capture_stats before; /* at the end of the last one */
	double start_s;              /* monotonic */
	struct log_limit step_limit, file_limit;
};

static uint64_t lost_of(const struct capture_stats *stats)
{
	return stats->kernel_drops + stats->interface_drops + stats->softnet_drops;
}

/* Tells the pipeline what was not seen, before it hears of the next second. */
static void note_loss(struct watch *watch, const struct capture_stats *now)
{
	const struct capture_stats *before = &watch->before;

	pipeline_note_loss(watch->tap->pipeline, (int64_t)(now->blind_us - before->blind_us),
		lost_of(now) - lost_of(before), now->frames - before->frames);
	watch->before = *now;
}

static void publish_metrics(struct watch *watch, const struct capture_stats *capture)
{
	const struct tap *tap = watch->tap;
	struct publisher_field fields[PUBLISHER_HEARTBEAT_MAX];
	struct metrics metrics = {.capture = *capture,
		.uptime_s = seconds_of(CLOCK_MONOTONIC) - watch->start_s,
		.last_bucket_s = watch->second - watch->second % 60 - 60};
	int error;

	publisher_stats(tap->outlet->publisher, &metrics.publisher);
	publisher_set_heartbeat(
		tap->outlet->publisher, fields, metrics_fill_fields(&metrics, fields));
	if (!tap->config->metrics_file)
		return;
	error = metrics_write_file(&metrics, tap->config->metrics_file);
	if (error < 0)
		log_limited(
			&watch->file_limit, "%s: %s", tap->config->metrics_file, strerror(-error));
}

/* Once a second by the capture's clock. */
static void keep_house(struct watch *watch, int64_t second)
{
	struct capture_stats stats;
	bool is_asked;

	capture_stats(watch->tap->capture, &stats);
	note_loss(watch, &stats);
	if (second < watch->second - 1)
		log_limited(&watch->step_limit,
			"the clock went back by %lld s: buckets wait until it has caught up",
			(long long)(watch->second - second));
	if (second / HEARTBEAT_S != watch->second / HEARTBEAT_S)
		publish_metrics(watch, &stats);
	notify_alive(watch->tap->notify);
	is_asked = is_reloading;
	if (is_asked)
		is_reloading = 0;
	reload_tick(watch->tap->reload, is_asked);
	watch->second = second;
}

static void take(struct watch *watch, enum capture_next next, const struct frame *frame)
{
	int64_t second = frame->time_us / CLOCK_SECOND_US;

	if (second != watch->second)
		keep_house(watch, second);
	if (next == CAPTURE_FRAME)
		pipeline_take(watch->tap->pipeline, frame);
	else
		pipeline_pass_time(watch->tap->pipeline, frame->time_us);
}

/* Reads on after the signal until the capture's time has passed it. */
static void read_rest(struct watch *watch)
{
	int64_t stop_us = (int64_t)(seconds_of(CLOCK_REALTIME) * 1e6);
	double end_s = seconds_of(CLOCK_MONOTONIC) + STOP_MAX_S;
	struct frame frame;
	enum capture_next next;

	do {
		next = capture_next(watch->tap->capture, &frame);
		if (next == CAPTURE_END || frame.time_us > stop_us)
			return;
		take(watch, next, &frame);
	} while (seconds_of(CLOCK_MONOTONIC) < end_s);
}

void tap_run(const struct tap *tap)
{
	struct watch watch = {.tap = tap, .start_s = seconds_of(CLOCK_MONOTONIC)};
	struct frame frame;
	enum capture_next next = CAPTURE_IDLE;
	struct capture_stats stats;

	watch.second = (int64_t)seconds_of(CLOCK_REALTIME);
	capture_stats(tap->capture, &watch.before);
	publish_metrics(&watch, &watch.before);
	while (!is_stopping && next != CAPTURE_END) {
		next = capture_next(tap->capture, &frame);
		if (next != CAPTURE_END)
			take(&watch, next, &frame);
	}
	notify_stopping(tap->notify);
	read_rest(&watch);
	capture_stats(tap->capture, &stats);
	note_loss(&watch, &stats);
	publish_metrics(&watch, &stats);
}
