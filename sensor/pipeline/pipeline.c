/* SPDX-License-Identifier: Apache-2.0 */
#include "pipeline/pipeline.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "base/channel.h"
#include "pipeline/held.h"
#include "pipeline/lane.h"

#define MINUTES 8 /* closed and not yet judged: the workers may be so far ahead of the analyst */

/* A minute that is closed, on its way to the analyst; the lanes bring its meters. */
struct minute {
	int64_t start_s;
	double coverage;
	bool is_void; /* no minute at all: there were no packets */
	bool is_last;
	bool is_change; /* no minute either: other rules from here on */
};

struct pipeline {
	struct rules rules;         /* in use, or to be in use when the change is over */
	struct rules_change change; /* the latest */
	bool is_changing;           /* the latest change may still be under way */
	atomic_bool is_analyst_changing;
	pthread_mutex_t lock; /* of the analyst's figures */
	struct pipeline_judged judged;
	struct gate *gate;
	struct lane *lanes[PIPELINE_WORKERS_MAX];
	uint32_t lane_count;
	struct analyst *analyst;  /* NULL: flows only */
	const char *state_folder; /* NULL none */
	bool saves_hourly;
	struct baselines_listener baselines;
	struct channel *closed, *spare; /* of struct minute */
	struct minute minutes[MINUTES];
	pthread_t thread; /* the analyst's */
	bool is_working;  /* the thread runs */
	struct packet_clock clock;
	struct held held;
	int64_t minute;      /* the one being filled, counted from the epoch */
	int64_t seen_us;     /* from when on the current minute has been seen */
	int64_t tick;        /* number of the last tick */
	int64_t blind_us;    /* of the current minute */
	uint64_t lost, seen; /* packets of the current minute, as pipeline_note_loss tells */
	int64_t first_us;
	bool is_running; /* a packet has come */
	uint64_t gaps, minutes_closed, announced;
	struct lap *lap;        /* the reader's, in the gate */
	struct lap analyst_lap; /* the analyst's */
	struct lap_start lap_start;
	struct analyst_listener listener; /* the caller's: its time is told apart */
};

static void tell_alert(void *argument, const struct alert *alert)
{
	struct pipeline *pipeline = argument;
	lap_mark(&pipeline->analyst_lap, STAGE_ANALYST);
	pipeline->listener.alert(pipeline->listener.argument, alert);
	lap_mark(&pipeline->analyst_lap, STAGE_PUBLISH);
}

static void tell_usage(void *argument, const struct analyst_usage *usage)
{
	struct pipeline *pipeline = argument;
	lap_mark(&pipeline->analyst_lap, STAGE_ANALYST);
	pipeline->listener.usage(pipeline->listener.argument, usage);
	lap_mark(&pipeline->analyst_lap, STAGE_PUBLISH);
}

static void judge_minute(struct pipeline *pipeline, const struct minute *minute)
{
	struct meter *meters[PIPELINE_WORKERS_MAX];
	for (uint32_t i = 0; i < pipeline->lane_count; i++)
		meters[i] = lane_take_meter(pipeline->lanes[i]);
	lap_begin_rare(&pipeline->analyst_lap);
	if (pipeline->analyst && !minute->is_void)
		analyst_take_minute(pipeline->analyst, minute->start_s, minute->coverage, meters,
			pipeline->lane_count);
	for (uint32_t i = 0; i < pipeline->lane_count; i++) {
		meter_clear(meters[i]);
		lane_give_meter(pipeline->lanes[i], meters[i]);
	}
	lap_mark(&pipeline->analyst_lap, STAGE_ANALYST);
}

/* For whoever asks how things stand. `minute`: judged just now; NULL none. */
static void tell_judged(struct pipeline *pipeline, const struct minute *minute)
{
	struct pipeline_judged *judged = &pipeline->judged;
	pthread_mutex_lock(&pipeline->lock);
	judged->minutes += minute != NULL;
	if (minute && !minute->is_void)
		judged->last_s = minute->start_s;
	if (pipeline->analyst) {
		judged->ranges = analyst_tracked(pipeline->analyst, &judged->detector_bytes);
		judged->refused = analyst_refused(pipeline->analyst);
	}
	pthread_mutex_unlock(&pipeline->lock);
}

static void save_baselines(struct pipeline *pipeline)
{
	if (pipeline->analyst && pipeline->state_folder)
		baselines_save(pipeline->state_folder, pipeline->analyst, &pipeline->baselines);
}

static void change_analyst(struct pipeline *pipeline)
{
	if (pipeline->analyst)
		analyst_change_rules(pipeline->analyst, &pipeline->change);
	atomic_store(&pipeline->is_analyst_changing, false);
}

static void *judge(void *argument)
{
	struct pipeline *pipeline = argument;
	bool is_last = false;
	while (!is_last) {
		struct minute *minute = channel_take(pipeline->closed);
		bool ends_hour = (minute->start_s + 60) % 3600 == 0 && !minute->is_void &&
				 !minute->is_change;
		is_last = minute->is_last;
		if (minute->is_change)
			change_analyst(pipeline);
		else
			judge_minute(pipeline, minute);
		tell_judged(pipeline, minute->is_change ? NULL : minute);
		channel_put(pipeline->spare, minute);
		if (ends_hour && pipeline->saves_hourly && !is_last)
			save_baselines(pipeline);
	}
	/* Before hours, days and weeks are closed half full: the next run goes on with them. */
	save_baselines(pipeline);
	if (pipeline->analyst)
		analyst_finish(pipeline->analyst);
	tell_judged(pipeline, NULL);
	return NULL;
}

static int make_lanes(struct pipeline *pipeline, const struct pipeline_settings *settings)
{
	struct worker_settings worker = settings->worker;
	struct meter_settings metering = {
		.range_count = ranges_count(worker.ranges),
		.technique_count = worker.plugins->techniques.count,
		.max_blocks = 65536 / settings->workers,
		.host_seed = worker.host_seed,
		.has_rosters = settings->analyst.listener.alert != NULL,
	};
	worker.max_flows = worker.max_flows / settings->workers + 1;
	for (uint32_t i = 0; i < settings->workers; i++) {
		int error = lane_new(&worker, &metering, pipeline->lap, &pipeline->lanes[i]);
		if (error < 0)
			return error;
		pipeline->lane_count++;
	}
	return 0;
}

static int start_analyst(struct pipeline *pipeline, const struct pipeline_settings *settings)
{
	struct analyst_settings analyst = settings->analyst;
	int error = 0;
	analyst.listener = (struct analyst_listener){
		tell_alert, pipeline->listener.usage ? tell_usage : NULL, pipeline};
	if (pipeline->listener.alert)
		error = analyst_new(&analyst, &pipeline->analyst);
	if (error == 0 && pipeline->analyst && pipeline->state_folder)
		error = baselines_load(
			pipeline->state_folder, pipeline->analyst, &pipeline->baselines);
	if (error == 0 && (channel_new(MINUTES, &pipeline->closed) < 0 ||
				  channel_new(MINUTES, &pipeline->spare) < 0))
		error = -ENOMEM;
	if (error < 0)
		return error;
	for (int i = 0; i < MINUTES; i++)
		channel_put(pipeline->spare, &pipeline->minutes[i]);
	error = -pthread_create(&pipeline->thread, NULL, judge, pipeline);
	pipeline->is_working = error == 0;
	return error;
}

int pipeline_new(const struct pipeline_settings *settings, struct pipeline **ret_pipeline)
{
	if (settings->workers < 1 || settings->workers > PIPELINE_WORKERS_MAX)
		return -EINVAL;
	struct pipeline *pipeline = calloc(1, sizeof *pipeline);
	if (!pipeline)
		return -ENOMEM;
	pthread_mutex_init(&pipeline->lock, NULL);
	pipeline->state_folder = settings->state_folder;
	pipeline->saves_hourly = settings->saves_hourly;
	pipeline->baselines = settings->baselines;
	pipeline->rules = (struct rules){
		.ranges = settings->worker.ranges,
		.plugins = settings->worker.plugins,
		.geoip = settings->worker.geoip,
		.alarms_per_year = settings->analyst.alarms_per_year,
		.is_asymmetric = settings->worker.is_asymmetric,
	};
	pipeline->listener = settings->analyst.listener;
	pipeline->lap_start = lap_start();
	int error = gate_new(settings->worker.ranges, &settings->worker.sample,
		settings->worker.seed, &pipeline->gate);
	if (error == 0) {
		pipeline->lap = gate_lap(pipeline->gate);
		error = make_lanes(pipeline, settings);
	}
	if (error == 0)
		error = start_analyst(pipeline, settings);
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
	if (pipeline->is_working)
		pipeline_finish(pipeline);
	for (uint32_t i = 0; i < pipeline->lane_count; i++)
		lane_free(pipeline->lanes[i]);
	analyst_free(pipeline->analyst);
	channel_free(pipeline->closed);
	channel_free(pipeline->spare);
	gate_free(pipeline->gate);
	held_done(&pipeline->held);
	rules_change_done(&pipeline->change);
	pthread_mutex_destroy(&pipeline->lock);
	free(pipeline);
}

/* The part of the current minute that was seen, which was watched until `until_us`. */
static double find_coverage(const struct pipeline *pipeline, int64_t until_us)
{
	int64_t start_us = pipeline->minute * CLOCK_MINUTE_US;
	int64_t end_us = start_us + CLOCK_MINUTE_US;
	int64_t from_us = pipeline->seen_us > start_us ? pipeline->seen_us : start_us;
	int64_t to_us = until_us < end_us ? until_us : end_us;
	int64_t watched_us = to_us - from_us - pipeline->blind_us;
	double share =
		pipeline->lost > 0
			? (double)pipeline->seen / ((double)pipeline->seen + (double)pipeline->lost)
			: 1;
	return watched_us > 0 ? share * (double)watched_us / CLOCK_MINUTE_US : 0;
}

/* Tells the analyst of the current minute, which was watched until `until_us`. */
static void announce_minute(struct pipeline *pipeline, int64_t until_us, bool is_last)
{
	struct minute *minute = channel_take(pipeline->spare);
	double coverage = find_coverage(pipeline, until_us);
	bool is_blind = pipeline->blind_us > 0 && coverage <= 0;
	*minute = (struct minute){
		.start_s = pipeline->minute * CLOCK_MINUTE_US / CLOCK_SECOND_US,
		.coverage = coverage,
		.is_void = !pipeline->is_running || is_blind,
		.is_last = is_last,
	};
	pipeline->blind_us = 0;
	pipeline->lost = pipeline->seen = 0;
	channel_put(pipeline->closed, minute);
	pipeline->minutes_closed += pipeline->is_running;
	pipeline->announced++;
}

static void close_minute(struct pipeline *pipeline, int64_t until_us)
{
	for (uint32_t i = 0; i < pipeline->lane_count; i++)
		lane_close_minute(pipeline->lanes[i]);
	announce_minute(pipeline, until_us, false);
	pipeline->clock.is_committed = true;
	pipeline->minute++;
}

/* Ticks come after the minute is closed, so that what ends with a tick counts in the new minute. */
static void tick(struct pipeline *pipeline)
{
	int64_t number = pipeline->clock.now_us / PIPELINE_TICK_US;
	if (number == pipeline->tick)
		return;
	pipeline->tick = number;
	for (uint32_t i = 0; i < pipeline->lane_count; i++)
		lane_tick(pipeline->lanes[i], pipeline->clock.now_us);
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
		pipeline->tick = now_us / PIPELINE_TICK_US;
		pipeline->seen_us = pipeline->first_us = now_us;
		return;
	}
	if (minute == pipeline->minute)
		return;
	if (now_us - before_us > PIPELINE_GAP_US) {
		/* Every flow has ended meanwhile; what it was counts before the gap. */
		tick(pipeline);
		close_minute(pipeline, before_us);
		pipeline->gaps++;
		pipeline->minute = minute;
		pipeline->seen_us = now_us;
		return;
	}
	while (pipeline->minute < minute)
		close_minute(pipeline, now_us);
}

static bool pass_time(struct pipeline *pipeline, int64_t time_us)
{
	int64_t before_us = pipeline->clock.now_us;
	bool is_timely = packet_clock_take(&pipeline->clock, time_us);
	advance(pipeline, before_us);
	tick(pipeline);
	return is_timely;
}

static void share_out(struct pipeline *pipeline, const struct frame *frame, bool is_timely)
{
	struct worker_packet taken = {.is_timely = is_timely};
	if (!gate_pass(pipeline->gate, frame, &taken.packet, &taken.source, &taken.destination))
		return;
	taken.now_us = pipeline->clock.now_us;
	uint64_t pair =
		pipeline->lane_count > 1 ? gate_host_pair(pipeline->gate, &taken.packet) : 0;
	lane_put_packet(pipeline->lanes[pair % pipeline->lane_count], &taken);
}

static void release_held(struct pipeline *pipeline, bool is_believed)
{
	for (uint32_t i = 0; i < pipeline->held.count; i++)
		share_out(pipeline, &pipeline->held.frames[i], is_believed);
	pipeline->held.count = 0;
}

/* A packet that claims a far time waits for the next ones: if they agree, its flow begins there,
 * and is not torn by the jump. */
static bool hold_witness(struct pipeline *pipeline, const struct frame *frame, bool is_timely)
{
	const struct packet_clock *clock = &pipeline->clock;
	if (is_timely || clock->witnesses == 0 || clock->candidate_us != frame->time_us)
		return false;
	if (clock->witnesses == 1)
		release_held(pipeline, false); /* an earlier claim was another one */
	return held_add(&pipeline->held, frame) == 0;
}

void pipeline_take(struct pipeline *pipeline, const struct frame *frame)
{
	uint64_t jumps = pipeline->clock.jumps;
	lap_mark(pipeline->lap, STAGE_CAPTURE);
	bool is_timely = pass_time(pipeline, frame->time_us);
	if (hold_witness(pipeline, frame, is_timely))
		return;
	release_held(pipeline, pipeline->clock.jumps != jumps);
	share_out(pipeline, frame, is_timely);
	lap_mark(pipeline->lap, STAGE_SHARE);
	lap_begin(pipeline->lap); /* until the next packet: its capture */
}

void pipeline_pass_time(struct pipeline *pipeline, int64_t time_us)
{
	pass_time(pipeline, time_us);
}

void pipeline_note_loss(struct pipeline *pipeline, int64_t blind_us, uint64_t lost, uint64_t seen)
{
	pipeline->blind_us += blind_us;
	pipeline->lost += lost;
	pipeline->seen += seen;
}

bool pipeline_is_changing(struct pipeline *pipeline)
{
	if (!pipeline->is_changing)
		return false;
	if (atomic_load(&pipeline->is_analyst_changing))
		return true;
	for (uint32_t i = 0; i < pipeline->lane_count; i++)
		if (lane_is_changing(pipeline->lanes[i]))
			return true;
	rules_change_done(&pipeline->change);
	pipeline->is_changing = false;
	return false;
}

int pipeline_change_rules(struct pipeline *pipeline, const struct rules *rules)
{
	if (pipeline_is_changing(pipeline))
		return -EBUSY;
	int error = rules_change_init(&pipeline->change, &pipeline->rules, rules);
	if (error < 0)
		return error;
	pipeline->rules = *rules;
	pipeline->change.time_us = pipeline->clock.now_us;
	pipeline->is_changing = true;
	atomic_store(&pipeline->is_analyst_changing, true);
	gate_set_ranges(pipeline->gate, rules->ranges);
	for (uint32_t i = 0; i < pipeline->lane_count; i++)
		lane_change_rules(pipeline->lanes[i], &pipeline->change);
	/* The minute under way reaches the analyst behind this, counted by the ranges to come. */
	struct minute *minute = channel_take(pipeline->spare);
	*minute = (struct minute){.is_change = true};
	channel_put(pipeline->closed, minute);
	return 0;
}

void pipeline_finish(struct pipeline *pipeline)
{
	release_held(pipeline, false);
	announce_minute(pipeline, pipeline->clock.now_us, true);
	for (uint32_t i = 0; i < pipeline->lane_count; i++)
		lane_finish(pipeline->lanes[i], pipeline->clock.now_us);
	pthread_join(pipeline->thread, NULL);
	pipeline->is_working = false;
}

static void add_stats(struct worker_stats *sum, const struct worker_stats *more)
{
	sum->unmetered += more->unmetered;
	sum->control_flows += more->control_flows;
	for (int i = 0; i < TECHNIQUES_MAX; i++)
		sum->flows_by_technique[i] += more->flows_by_technique[i];
	sum->flows.created += more->flows.created;
	sum->flows.active += more->flows.active;
	sum->flows.active_max += more->flows.active_max;
	for (int i = 0; i < FLOW_ENDS; i++)
		sum->flows.ended[i] += more->flows.ended[i];
	for (int i = 0; i < FLOW_LIVES; i++)
		sum->flows.evicted[i] += more->flows.evicted[i];
	sum->inspections.active += more->inspections.active;
	sum->inspections.active_max += more->inspections.active_max;
	sum->inspections.refused += more->inspections.refused;
	sum->inspections.payloads += more->inspections.payloads;
	sum->inspections.decided += more->inspections.decided;
	sum->inspections.evidence_dropped += more->inspections.evidence_dropped;
}

static void add_lap(const struct lap *lap, double tick_seconds, struct pipeline_times *times)
{
	for (unsigned i = 0; i < STAGES; i++)
		times->seconds[i] += (double)lap_ticks(lap, i) * tick_seconds;
}

void pipeline_times(const struct pipeline *pipeline, struct pipeline_times *ret_times)
{
	struct pipeline_times times = {.queued = 0};
	double tick_seconds = lap_tick_seconds(&pipeline->lap_start);
	add_lap(pipeline->lap, tick_seconds, &times);
	add_lap(&pipeline->analyst_lap, tick_seconds, &times);
	for (uint32_t i = 0; i < pipeline->lane_count; i++) {
		uint32_t most;
		times.queued += lane_queued(pipeline->lanes[i], &most);
		times.queued_most += most;
		add_lap(lane_lap(pipeline->lanes[i]), tick_seconds, &times);
	}
	*ret_times = times;
}

void pipeline_stats(struct pipeline *pipeline, struct pipeline_stats *ret_stats)
{
	*ret_stats = (struct pipeline_stats){
		.clock = pipeline->clock,
		.gaps = pipeline->gaps,
		.minutes = pipeline->minutes_closed,
		.closed = pipeline->announced,
		.first_us = pipeline->first_us,
		.last_us = pipeline->clock.now_us,
	};
	gate_stats(pipeline->gate, &ret_stats->gate);
	for (uint32_t i = 0; i < pipeline->lane_count; i++) {
		struct worker_stats stats;
		uint64_t refused;
		lane_stats(pipeline->lanes[i], &stats, &refused);
		add_stats(&ret_stats->worker, &stats);
		ret_stats->meter_refused += refused;
	}
	pthread_mutex_lock(&pipeline->lock);
	ret_stats->judged = pipeline->judged;
	pthread_mutex_unlock(&pipeline->lock);
	ret_stats->meter_refused += ret_stats->judged.refused;
}
