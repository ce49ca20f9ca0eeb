/* SPDX-License-Identifier: Apache-2.0 */
#include "commands/tap.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
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

/* Set by signals, on any thread. */
static atomic_bool is_stopping, is_reloading;

_Static_assert(ATOMIC_BOOL_LOCK_FREE == 2, "a signal may come anywhere");

static void on_stop(int number)
{
	(void)number;
	atomic_store(&is_stopping, true);
}

static void on_reload(int number)
{
	(void)number;
	atomic_store(&is_reloading, true);
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

/* One reader, on its thread; between two seconds of others, too. */
struct reader {
	struct watch *watch;
	uint32_t number;
	pthread_t thread;
	/* Written with each packet: on a cache line of its own. */
	_Alignas(64) struct steady_clock clock;
};

/* What tap_run remembers from one second to the next. Of whoever holds the readers' meeting. */
struct watch {
	struct tap *tap;
	struct reader readers[PIPELINE_READERS_MAX];
	uint32_t reader_count;
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
		.clock_steps = watch->readers[0].clock.steps,
		.clock_ahead_s = (double)watch->readers[0].clock.ahead_us / 1e6,
		.rss_bytes = read_rss()};
	metrics->uptime_s = metrics->moment_s - watch->start_s;
	for (uint32_t i = 0; i < techniques->count; i++)
		snprintf(metrics->techniques[i], TECHNIQUE_NAME_SIZE, "%s",
			techniques->entries[i].name);
	pipeline_stats(tap->pipeline, &metrics->pipeline);
	pipeline_times(tap->pipeline, &metrics->times);
	publisher_stats(tap->outlet->publisher, &metrics->publisher);
	reload_stats(tap->reload, &metrics->reload);
	if (tap->exporter)
		exporter_count(tap->exporter, &metrics->http);
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

static void tell_step(struct watch *watch, const struct steady_clock *clock)
{
	if (clock->steps > watch->steps)
		log_limited(&watch->step_limit,
			"the clock was set back by %lld s: time goes on, %lld s ahead of it, and "
			"comes "
			"back to it in %lld s",
			(long long)(clock->step_us / CLOCK_SECOND_US),
			(long long)(clock->ahead_us / CLOCK_SECOND_US),
			(long long)(clock->ahead_us / CLOCK_SECOND_US * STEADY_SLEW));
	watch->steps = clock->steps;
}

/* All readers have one time: that of the one that has noticed a step of the host's clock first. */
static void agree_on_time(struct watch *watch)
{
	for (uint32_t i = 1; i < watch->reader_count; i++)
		steady_clock_follow(&watch->readers[0].clock, &watch->readers[i].clock);
	for (uint32_t i = 1; i < watch->reader_count; i++)
		steady_clock_follow(&watch->readers[i].clock, &watch->readers[0].clock);
}

/* Once a second of the steady time. */
static void keep_house(struct watch *watch, int64_t second)
{
	struct capture_stats stats;

	capture_stats(watch->tap->capture, &stats);
	note_loss(watch, &stats);
	tell_step(watch, &watch->readers[0].clock);
	publish_metrics(watch, &stats, second / HEARTBEAT_S != watch->second / HEARTBEAT_S);
	notify_alive(watch->tap->notify);
	reload_tick(watch->tap->reload, atomic_exchange(&is_reloading, false));
	watch->second = second;
}

void tap_hear_second(void *tap, int64_t time_us)
{
	struct watch *watch = ((struct tap *)tap)->watch;

	agree_on_time(watch);
	keep_house(watch, time_us / CLOCK_SECOND_US);
}

static void take(struct reader *reader, enum capture_next next, struct frame *frame)
{
	struct pipeline *pipeline = reader->watch->tap->pipeline;

	frame->time_us = steady_clock_take(&reader->clock, frame->time_us);
	if (next == CAPTURE_FRAME)
		pipeline_take(pipeline, reader->number, frame);
	else
		pipeline_pass_time(pipeline, reader->number, frame->time_us);
}

/* Reads on after the signal until the capture's time has passed it. */
static void read_rest(struct reader *reader)
{
	int64_t stop_us = (int64_t)(seconds_of(CLOCK_REALTIME) * 1e6);
	double end_s = seconds_of(CLOCK_MONOTONIC) + STOP_MAX_S;
	struct frame frame;
	enum capture_next next;

	do {
		next = capture_next(reader->watch->tap->capture, reader->number, &frame);
		if (next == CAPTURE_END || frame.time_us > stop_us)
			return;
		take(reader, next, &frame);
	} while (seconds_of(CLOCK_MONOTONIC) < end_s);
}

static void *read_tap(void *argument)
{
	struct reader *reader = argument;
	struct capture *capture = reader->watch->tap->capture;
	struct frame frame;
	enum capture_next next = CAPTURE_IDLE;

	while (!atomic_load_explicit(&is_stopping, memory_order_relaxed) && next != CAPTURE_END) {
		next = capture_next(capture, reader->number, &frame);
		if (next != CAPTURE_END)
			take(reader, next, &frame);
	}
	if (reader->number == 0)
		notify_stopping(reader->watch->tap->notify);
	read_rest(reader);
	pipeline_leave(reader->watch->tap->pipeline, reader->number);
	return NULL;
}

/* What an earlier run has counted is not counted again, should the clock have been set back since.
 */
static void start_clocks(struct watch *watch)
{
	int64_t host_us = (int64_t)(seconds_of(CLOCK_REALTIME) * 1e6);
	struct pipeline_stats resumed;

	pipeline_stats(watch->tap->pipeline, &resumed);
	for (uint32_t i = 0; i < watch->reader_count; i++)
		steady_clock_start(&watch->readers[i].clock, host_us, resumed.last_us);
	watch->second = (host_us + watch->readers[0].clock.ahead_us) / CLOCK_SECOND_US;
}

/* The first reader is the calling thread. */
static int read_with_all(struct watch *watch)
{
	int error = 0;

	for (uint32_t i = 0; i < watch->reader_count; i++) {
		watch->readers[i].watch = watch;
		watch->readers[i].number = i;
	}
	for (uint32_t i = 1; i < watch->reader_count; i++) {
		struct reader *reader = &watch->readers[i];

		if (error == 0)
			error = -pthread_create(&reader->thread, NULL, read_tap, reader);
		if (error == 0)
			continue;
		/* The others need not wait for it; the run ends at once. */
		atomic_store(&is_stopping, true);
		pipeline_leave(watch->tap->pipeline, i);
		reader->watch = NULL;
	}
	read_tap(&watch->readers[0]);
	for (uint32_t i = 1; i < watch->reader_count; i++)
		if (watch->readers[i].watch)
			pthread_join(watch->readers[i].thread, NULL);
	return error;
}

int tap_run(struct tap *tap)
{
	struct watch *watch = aligned_alloc(_Alignof(struct watch), sizeof(*watch));
	struct capture_stats stats;
	int error;

	if (!watch)
		return -ENOMEM;
	*watch = (struct watch){.tap = tap,
		.reader_count = capture_readers(tap->capture),
		.start_s = seconds_of(CLOCK_MONOTONIC)};
	tap->watch = watch;
	start_clocks(watch);
	capture_stats(tap->capture, &watch->before);
	publish_metrics(watch, &watch->before, true);
	error = read_with_all(watch);
	capture_stats(tap->capture, &stats);
	note_loss(watch, &stats);
	publish_metrics(watch, &stats, true);
	tap->watch = NULL;
	free(watch);
	return error;
}
