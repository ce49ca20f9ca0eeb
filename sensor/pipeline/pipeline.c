/* SPDX-License-Identifier: Apache-2.0 */
#include "pipeline/pipeline.h"

#include <errno.h>
#include <stdlib.h>

struct pipeline {
	struct worker *worker;
	struct analyst *analyst; /* NULL: flows only */
	struct packet_clock clock;
	int64_t minute;     /* the one being filled, counted from the epoch */
	int64_t seen_us;    /* from when on the current minute has been seen */
	int64_t first_us;
	bool is_running;
	uint64_t gaps, minutes;
};

int pipeline_new(const struct pipeline_settings *settings, struct pipeline **ret_pipeline)
{
	struct pipeline *pipeline = calloc(1, sizeof *pipeline);
	if (!pipeline)
		return -ENOMEM;
	int error = worker_new(&settings->worker, &pipeline->worker);
	if (error == 0 && settings->analyst.listener.alert)
		error = analyst_new(&settings->analyst, &pipeline->analyst);
	if (error < 0) {
		pipeline_free(pipeline);
		return error;
	}
	*ret_pipeline = pipeline;
	return 0;
}

void pipeline_free(struct pipeline *pipeline)
{
	if (!pipeline)
		return;
	analyst_free(pipeline->analyst);
	worker_free(pipeline->worker);
	free(pipeline);
}

/* Closes the current minute, which was watched until `until_us`. */
static void close_minute(struct pipeline *pipeline, int64_t until_us)
{
	int64_t start_us = pipeline->minute * CLOCK_MINUTE_US;
	int64_t end_us = start_us + CLOCK_MINUTE_US;
	int64_t from_us = pipeline->seen_us > start_us ? pipeline->seen_us : start_us;
	int64_t to_us = until_us < end_us ? until_us : end_us;
	double coverage = to_us > from_us ? (double)(to_us - from_us) / CLOCK_MINUTE_US : 0;
	struct meter *meter = worker_meter(pipeline->worker);
	if (pipeline->analyst)
		analyst_take_minute(pipeline->analyst, start_us / CLOCK_SECOND_US, coverage, &meter,
			1);
	else
		meter_clear(meter);
	pipeline->clock.is_committed = true;
	pipeline->minutes++;
	pipeline->minute++;
}

/* Brings the buckets to the packet clock, which stood at `before_us` until now. */
static void advance(struct pipeline *pipeline, int64_t before_us)
{
	int64_t now_us = pipeline->clock.now_us;
	int64_t minute = now_us / CLOCK_MINUTE_US;
	if (!pipeline->is_running || now_us < before_us) {
		/* The begin, or a first time stamp that turned out wrong. */
		pipeline->is_running = true;
		pipeline->minute = minute;
		pipeline->seen_us = pipeline->first_us = now_us;
		return;
	}
	if (minute == pipeline->minute)
		return;
	if (now_us - before_us > PIPELINE_GAP_US) {
		close_minute(pipeline, before_us);
		pipeline->gaps++;
		pipeline->minute = minute;
		pipeline->seen_us = now_us;
		return;
	}
	while (pipeline->minute < minute)
		close_minute(pipeline, now_us);
}

void pipeline_take(struct pipeline *pipeline, const struct frame *frame)
{
	int64_t before_us = pipeline->clock.now_us;
	bool is_timely = packet_clock_take(&pipeline->clock, frame->time_us);
	advance(pipeline, before_us);
	worker_take(pipeline->worker, frame, pipeline->clock.now_us, is_timely);
}

void pipeline_finish(struct pipeline *pipeline)
{
	if (!pipeline->is_running)
		return;
	worker_finish(pipeline->worker, pipeline->clock.now_us);
	close_minute(pipeline, pipeline->clock.now_us);
	if (pipeline->analyst)
		analyst_finish(pipeline->analyst);
}

void pipeline_stats(const struct pipeline *pipeline, struct pipeline_stats *ret_stats)
{
	*ret_stats = (struct pipeline_stats){
		.clock = pipeline->clock,
		.gaps = pipeline->gaps,
		.minutes = pipeline->minutes,
		.first_us = pipeline->first_us,
		.last_us = pipeline->clock.now_us,
	};
	worker_stats(pipeline->worker, &ret_stats->worker);
	if (pipeline->analyst)
		ret_stats->ranges = analyst_tracked(pipeline->analyst, &ret_stats->detector_bytes);
}
