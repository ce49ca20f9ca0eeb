/* SPDX-License-Identifier: Apache-2.0 */
#include "pipeline/pipeline.h"

#include <errno.h>
#include <stdlib.h>

#include "pipeline/desk.h"
#include "pipeline/held.h"
#include "pipeline/lane.h"
#include "pipeline/tally.h"

struct pipeline {
	struct rules rules;         /* in use, or to be in use when the change is over */
	struct rules_change change; /* the latest */
	bool is_changing;           /* the latest change may still be under way */
	struct gate *gate;
	struct lane *lanes[PIPELINE_WORKERS_MAX];
	uint32_t lane_count;
	struct desk *desk;
	bool is_working; /* the threads run */
	bool has_state;  /* a run leaves what it has learnt to the next */
	bool is_live, is_forgetful;
	uint64_t flows_resumed;
	int64_t resumed_us;
	struct packet_clock clock;
	struct held held;
	struct tally *tally;
	int64_t minute;      /* the one being filled, counted from the epoch */
	int64_t seen_us;     /* from when on the current minute has been seen */
	int64_t tick;        /* number of the last tick */
	int64_t blind_us;    /* of the current minute */
	uint64_t lost, seen; /* packets of the current minute, as pipeline_note_loss tells */
	int64_t first_us;
	bool is_running; /* a packet has come, in this run or the one before */
	bool is_resumed; /* no time has passed since what an earlier run left */
	uint64_t gaps, minutes_closed, announced;
	struct lap *lap; /* the reader's, in the gate */
	struct lap_start lap_start;
};

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

static void resume_flow(void *argument, struct flow *flow)
{
	struct pipeline *pipeline = argument;
	uint64_t pair = gate_pair_of(pipeline->gate, &flow->key.low, &flow->key.high);
	if (lane_resume_flow(pipeline->lanes[pair % pipeline->lane_count], flow))
		pipeline->flows_resumed++;
}

/* Goes on where an earlier run has ended. */
static int resume(struct pipeline *pipeline, const struct pipeline_settings *settings,
	struct baselines *baselines)
{
	struct baselines_heir heir = {
		.analyst = desk_analyst(pipeline->desk),
		.latest_us = settings->latest_us,
		.resume = resume_flow,
		.argument = pipeline,
	};
	struct baselines_moment moment;
	int error = baselines_take(baselines, &heir, &moment);
	if (error < 0)
		return error;
	pipeline->clock = moment.clock;
	pipeline->is_running = pipeline->is_resumed = moment.clock.is_running;
	pipeline->minute = moment.minute;
	pipeline->seen_us = moment.seen_us;
	pipeline->tick = moment.tick;
	pipeline->blind_us = moment.blind_us;
	pipeline->lost = moment.lost;
	pipeline->seen = moment.seen;
	pipeline->first_us = pipeline->resumed_us = moment.clock.now_us;
	return 0;
}

static int start_desk(struct pipeline *pipeline, const struct pipeline_settings *settings,
	struct baselines *baselines)
{
	struct desk_settings desk = {
		.analyst = settings->analyst,
		.lanes = pipeline->lanes,
		.lane_count = pipeline->lane_count,
		.state_folder = settings->state_folder,
		.baselines = settings->baselines,
	};
	desk.analyst.control_limit = settings->worker.sample.limit;
	int error = desk_new(&desk, &pipeline->desk);
	if (error == 0 && baselines)
		error = resume(pipeline, settings, baselines);
	if (error == 0)
		error = desk_start(pipeline->desk);
	pipeline->is_working = error == 0;
	return error;
}

/* `baselines` NULL: begins anew. */
static int make_pipeline(const struct pipeline_settings *settings, struct baselines *baselines,
	struct pipeline **ret_pipeline)
{
	struct pipeline *pipeline = calloc(1, sizeof *pipeline);
	if (!pipeline)
		return -ENOMEM;
	pipeline->has_state = settings->analyst.listener.alert && settings->state_folder;
	pipeline->is_live = settings->is_live;
	pipeline->rules = (struct rules){
		.ranges = settings->worker.ranges,
		.plugins = settings->worker.plugins,
		.geoip = settings->worker.geoip,
		.alarms_per_year = settings->analyst.alarms_per_year,
		.is_asymmetric = settings->worker.is_asymmetric,
	};
	pipeline->lap_start = lap_start();
	int error = gate_new(settings->worker.ranges, &settings->worker.sample,
		settings->worker.seed, &pipeline->gate);
	if (error == 0)
		error = tally_new(settings->worker.seed, &pipeline->tally);
	if (error == 0) {
		pipeline->lap = gate_lap(pipeline->gate);
		error = make_lanes(pipeline, settings);
	}
	if (error == 0)
		error = start_desk(pipeline, settings, baselines);
	if (error < 0) {
		pipeline_free(pipeline);
		return error;
	}
	*ret_pipeline = pipeline;
	return 0;
}

int pipeline_new(const struct pipeline_settings *settings, struct pipeline **ret_pipeline)
{
	struct pipeline_settings seeded = *settings;
	struct baselines *baselines = NULL;
	int error = 0;
	if (settings->workers < 1 || settings->workers > PIPELINE_WORKERS_MAX)
		return -EINVAL;
	if (settings->state_folder && settings->analyst.listener.alert)
		error = baselines_open(settings->state_folder, &settings->baselines, &baselines);
	if (error < 0)
		return error;
	if (baselines)
		seeded.worker.host_seed = seeded.analyst.host_seed = baselines_host_seed(baselines);
	error = make_pipeline(&seeded, baselines, ret_pipeline);
	if (error == -EBADMSG) /* set aside by now */
		error = make_pipeline(settings, NULL, ret_pipeline);
	baselines_close(baselines);
	return error;
}

void pipeline_free(struct pipeline *pipeline)
{
	if (!pipeline)
		return;
	if (pipeline->is_working)
		pipeline_finish(pipeline);
	for (uint32_t i = 0; i < pipeline->lane_count; i++)
		lane_free(pipeline->lanes[i]);
	desk_free(pipeline->desk);
	gate_free(pipeline->gate);
	tally_free(pipeline->tally);
	held_done(&pipeline->held);
	rules_change_done(&pipeline->change);
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

static struct baselines_moment describe_moment(const struct pipeline *pipeline)
{
	return (struct baselines_moment){
		.clock = pipeline->clock,
		.minute = pipeline->minute,
		.seen_us = pipeline->seen_us,
		.tick = pipeline->tick,
		.blind_us = pipeline->blind_us,
		.lost = pipeline->lost,
		.seen = pipeline->seen,
	};
}

/* The current minute, which was watched until `until_us`, as the analyst is told of it. */
static struct desk_minute describe_minute(const struct pipeline *pipeline, int64_t until_us)
{
	double coverage = find_coverage(pipeline, until_us);
	bool is_blind = pipeline->blind_us > 0 && coverage <= 0;
	return (struct desk_minute){
		.start_s = pipeline->minute * CLOCK_MINUTE_US / CLOCK_SECOND_US,
		.coverage = coverage,
		.is_void = !pipeline->is_running || is_blind,
	};
}

/* Is what was learnt written after the current minute, which was watched until `until_us`? Not
 * before a gap: where time stands is known only behind it. */
static bool ends_saved_hour(const struct pipeline *pipeline, int64_t until_us)
{
	int64_t next = pipeline->minute + 1;
	return pipeline->is_live && pipeline->has_state && next % 60 == 0 &&
	       until_us >= next * CLOCK_MINUTE_US;
}

static void close_minute(struct pipeline *pipeline, int64_t until_us)
{
	struct desk_minute minute = describe_minute(pipeline, until_us);
	minute.is_saved = ends_saved_hour(pipeline, until_us);
	for (uint32_t i = 0; i < pipeline->lane_count; i++) {
		if (minute.is_saved)
			lane_keep_flows(pipeline->lanes[i]);
		lane_close_minute(pipeline->lanes[i]);
	}
	pipeline->clock.is_committed = true;
	pipeline->minutes_closed += pipeline->is_running;
	pipeline->minute++;
	pipeline->blind_us = 0;
	pipeline->lost = pipeline->seen = 0;
	minute.moment = describe_moment(pipeline);
	desk_put_minute(pipeline->desk, &minute);
	pipeline->announced++;
}

/* What is not over is left to the next run: the analyst gets the current minute as far as it has
 * come, and with it where time and the flows stand. */
static void leave_minute(struct pipeline *pipeline)
{
	struct desk_minute minute = describe_minute(pipeline, pipeline->clock.now_us);
	minute.is_void = !pipeline->is_running;
	minute.is_kept = true;
	minute.is_saved = !pipeline->is_forgetful;
	minute.moment = describe_moment(pipeline);
	for (uint32_t i = 0; i < pipeline->lane_count; i++) {
		lane_keep_flows(pipeline->lanes[i]);
		lane_close_minute(pipeline->lanes[i]);
	}
	desk_put_minute(pipeline->desk, &minute);
	pipeline->announced++;
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

/* Nothing was seen from `before_us` until now. Flows that have ended meanwhile count before it. */
static void pass_gap(struct pipeline *pipeline, int64_t before_us)
{
	tick(pipeline);
	close_minute(pipeline, before_us);
	pipeline->gaps++;
	pipeline->minute = pipeline->clock.now_us / CLOCK_MINUTE_US;
	pipeline->seen_us = pipeline->clock.now_us;
}

/* Nobody listened from `before_us`, where an earlier run has ended, until now. */
static void pass_downtime(struct pipeline *pipeline, int64_t before_us)
{
	while (pipeline->minute < before_us / CLOCK_MINUTE_US)
		close_minute(pipeline, before_us);
	if (pipeline->clock.now_us / CLOCK_MINUTE_US == pipeline->minute)
		pipeline->blind_us += pipeline->clock.now_us - before_us;
	else
		pass_gap(pipeline, before_us);
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
	if (pipeline->is_resumed && now_us > before_us) {
		pipeline->is_resumed = false;
		pipeline->first_us = now_us;
		if (pipeline->is_live) {
			pass_downtime(pipeline, before_us);
			return;
		}
	}
	if (minute == pipeline->minute)
		return;
	if (now_us - before_us > PIPELINE_GAP_US) {
		pass_gap(pipeline, before_us);
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
	taken.is_bare = tally_add(pipeline->tally, &taken.packet, taken.now_us, &taken.flow_hash);
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
	if (desk_is_changing(pipeline->desk))
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
	gate_set_ranges(pipeline->gate, rules->ranges);
	tally_clear(pipeline->tally);
	for (uint32_t i = 0; i < pipeline->lane_count; i++)
		lane_change_rules(pipeline->lanes[i], &pipeline->change);
	/* The minute under way reaches the analyst behind this, counted by the ranges to come. */
	desk_put_minute(pipeline->desk, &(struct desk_minute){.change = &pipeline->change});
	return 0;
}

void pipeline_forget(struct pipeline *pipeline)
{
	pipeline->is_forgetful = true;
}

void pipeline_finish(struct pipeline *pipeline)
{
	release_held(pipeline, false);
	struct desk_minute minute = describe_minute(pipeline, pipeline->clock.now_us);
	minute.is_last = true;
	if (pipeline->has_state) {
		leave_minute(pipeline);
		minute.is_void = true;
	}
	desk_put_minute(pipeline->desk, &minute);
	pipeline->announced++;
	pipeline->minutes_closed += pipeline->is_running;
	for (uint32_t i = 0; i < pipeline->lane_count; i++)
		lane_finish(pipeline->lanes[i], pipeline->clock.now_us);
	desk_finish(pipeline->desk);
	pipeline->is_working = false;
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
	add_lap(desk_lap(pipeline->desk), tick_seconds, &times);
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
		.flows_resumed = pipeline->flows_resumed,
		.resumed_us = pipeline->resumed_us,
	};
	gate_stats(pipeline->gate, &ret_stats->gate);
	for (uint32_t i = 0; i < pipeline->lane_count; i++) {
		struct worker_stats stats;
		uint64_t refused;
		lane_stats(pipeline->lanes[i], &stats, &refused);
		worker_stats_add(&ret_stats->worker, &stats);
		ret_stats->meter_refused += refused;
	}
	desk_stats(pipeline->desk, &ret_stats->judged);
	ret_stats->meter_refused += ret_stats->judged.refused;
}
