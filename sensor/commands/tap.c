/* SPDX-License-Identifier: Apache-2.0 */
#include "commands/tap.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "pipeline/steady_clock.h"
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

/* Memory in use; 0 when the system does not tell. */
static uint64_t read_rss(void)
{
	unsigned long long pages = 0;
	FILE *file = fopen("/proc/self/statm", "re");

	if (file && fscanf(file, "%*u %llu", &pages) != 1)
		pages = 0;
	if (file)
		fclose(file);
	return (uint64_t)pages * (uint64_t)sysconf(_SC_PAGESIZE);
}

/* What tap_run remembers from one second to the next. */
struct watch {
	const struct tap *tap;
	struct steady_clock clock;
	uint64_t steps;              /* back, that were told */
	int64_t second;              /* of the steady time, the one being read */
	struct capture_stats before; /* at the end of the last one */
	double start_s, lost_s;      /* monotonic: the start; the latest loss of an entry, 0 none */
	uint64_t lost_entries;
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

/* Entries that did not get where they should. */
static void follow_losses(struct watch *watch, struct metrics *metrics)
{
	const struct publisher_stats *publisher = &metrics->publisher;
	uint64_t lost = publisher->redis_dropped + publisher->spool_errors + publisher->file_errors;

	if (lost > watch->lost_entries)
		watch->lost_s = metrics->moment_s;
	watch->lost_entries = lost;
	metrics->lost_s = watch->lost_s;
}

static void fill_metrics(
	struct watch *watch, const struct capture_stats *capture, struct metrics *metrics)
{
	const struct tap *tap = watch->tap;
	const struct technique_table *techniques =
		&reload_edition(tap->reload)->setup.plugins->techniques;

	*metrics = (struct metrics){.capture = *capture,
		.sensor = tap->config->sensor,
		.interface = tap->interface,
		.interface_count = tap->config->interface.count,
		.technique_count = techniques->count,
		.moment_s = seconds_of(CLOCK_MONOTONIC),
		.clock_steps = watch->clock.steps,
		.clock_ahead_s = (double)watch->clock.ahead_us / 1e6,
		.rss_bytes = read_rss()};
	metrics->uptime_s = metrics->moment_s - watch->start_s;
	for (uint32_t i = 0; i < techniques->count; i++)
		snprintf(metrics->techniques[i], TECHNIQUE_NAME_SIZE, "%s",
			techniques->entries[i].name);
	pipeline_stats(tap->pipeline, &metrics->pipeline);
	pipeline_times(tap->pipeline, &metrics->times);
	publisher_stats(tap->outlet->publisher, &metrics->publisher);
	reload_stats(tap->reload, &metrics->reload);
	follow_losses(watch, metrics);
}

/* `is_due`: also those who are told now and then only. */
static void publish_metrics(struct watch *watch, const struct capture_stats *capture, bool is_due)
{
	const struct tap *tap = watch->tap;
	struct publisher_field fields[PUBLISHER_HEARTBEAT_MAX];
	struct metrics metrics;
	int error;

	fill_metrics(watch, capture, &metrics);
	if (tap->exporter)
		exporter_put(tap->exporter, &metrics);
	if (!is_due)
		return;
	publisher_set_heartbeat(
		tap->outlet->publisher, fields, metrics_fill_fields(&metrics, fields));
	if (!tap->config->metrics_file)
		return;
	error = metrics_write_file(&metrics, tap->config->metrics_file);
	if (error < 0)
		log_limited(
			&watch->file_limit, "%s: %s", tap->config->metrics_file, strerror(-error));
}

/* Once a second of the steady time. */
static void keep_house(struct watch *watch, int64_t second)
{
	struct capture_stats stats;
	bool is_asked;

	capture_stats(watch->tap->capture, &stats);
	note_loss(watch, &stats);
	if (watch->clock.steps > watch->steps)
		log_limited(&watch->step_limit,
			"the clock was set back by %lld s: time goes on, %lld s ahead of it, and "
			"comes "
			"back to it in %lld s",
			(long long)(watch->clock.step_us / CLOCK_SECOND_US),
			(long long)(watch->clock.ahead_us / CLOCK_SECOND_US),
			(long long)(watch->clock.ahead_us / CLOCK_SECOND_US * STEADY_SLEW));
	watch->steps = watch->clock.steps;
	publish_metrics(watch, &stats, second / HEARTBEAT_S != watch->second / HEARTBEAT_S);
	notify_alive(watch->tap->notify);
	is_asked = is_reloading;
	if (is_asked)
		is_reloading = 0;
	reload_tick(watch->tap->reload, is_asked);
	watch->second = second;
}

static void take(struct watch *watch, enum capture_next next, struct frame *frame)
{
	int64_t second;

	frame->time_us = steady_clock_take(&watch->clock, frame->time_us);
	second = frame->time_us / CLOCK_SECOND_US;
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

/* What an earlier run has counted is not counted again, should the clock have been set back since.
 */
static void start_clock(struct watch *watch)
{
	int64_t host_us = (int64_t)(seconds_of(CLOCK_REALTIME) * 1e6);
	struct pipeline_stats resumed;

	pipeline_stats(watch->tap->pipeline, &resumed);
	steady_clock_start(&watch->clock, host_us, resumed.last_us);
	watch->second = (host_us + watch->clock.ahead_us) / CLOCK_SECOND_US;
}

void tap_run(const struct tap *tap)
{
	struct watch watch = {.tap = tap, .start_s = seconds_of(CLOCK_MONOTONIC)};
	struct frame frame;
	enum capture_next next = CAPTURE_IDLE;
	struct capture_stats stats;

	start_clock(&watch);
	capture_stats(tap->capture, &watch.before);
	publish_metrics(&watch, &watch.before, true);
	while (!is_stopping && next != CAPTURE_END) {
		next = capture_next(tap->capture, &frame);
		if (next != CAPTURE_END)
			take(&watch, next, &frame);
	}
	notify_stopping(tap->notify);
	read_rest(&watch);
	capture_stats(tap->capture, &stats);
	note_loss(&watch, &stats);
	publish_metrics(&watch, &stats, true);
}
