/* SPDX-License-Identifier: Apache-2.0 */
#include "pipeline/pipeline.h"

#include <errno.h>
#include <stdlib.h>

#include "pipeline/intake.h"

struct pipeline {
	struct rules rules;         /* in use, or to be in use when the change is over */
	struct rules_change change; /* the latest */
	bool is_changing;           /* the latest change may still be under way */
	struct lane *lanes[PIPELINE_WORKERS_MAX];
	uint32_t lane_count;
	struct desk *desk;
	bool is_working; /* the threads run */
	bool has_state;  /* a run leaves what it has learnt to the next */
	bool is_forgetful;
	uint64_t flows_resumed;
	int64_t resumed_us;
	struct intake *intakes[PIPELINE_READERS_MAX];
	bool has_left[PIPELINE_READERS_MAX]; /* written under the meeting's lock */
	uint32_t reader_count;
	struct meeting
		*meeting; /* NULL: a reader that is alone, and nobody to be told of seconds */
	struct pipeline_listener listener;
	struct calendar calendar;
	struct lap_start lap_start;
};

/* The least time that all readers have reached; of those that have left only when none is there. */
static int64_t find_common_time(const struct pipeline *pipeline)
{
	int64_t least_us = INT64_MAX, most_us = INT64_MIN;
	for (uint32_t i = 0; i < pipeline->reader_count; i++) {
		int64_t now_us = intake_clock(pipeline->intakes[i])->now_us;
		if (!pipeline->has_left[i] && now_us < least_us)
			least_us = now_us;
		if (now_us > most_us)
			most_us = now_us;
	}
	return least_us < INT64_MAX ? least_us : most_us;
}

/* The meeting of all readers: time passes for the whole tap, which it does in no other place. */
static void hold_meeting(void *argument)
{
	struct pipeline *pipeline = argument;
	struct calendar *calendar = &pipeline->calendar;
	int64_t now_us = find_common_time(pipeline);
	for (uint32_t i = 0; i < pipeline->reader_count && calendar->is_running; i++)
		if (intake_reached(pipeline->intakes[i]) > calendar->now_us)
			calendar_pass(calendar, intake_reached(pipeline->intakes[i]));
	if (calendar->is_running && now_us < calendar->now_us)
		now_us = calendar->now_us;
	if (pipeline->listener.second)
		pipeline->listener.second(pipeline->listener.argument, now_us);
	calendar_pass(calendar, now_us);
	for (uint32_t i = 0; i < pipeline->reader_count; i++) {
		intake_commit(pipeline->intakes[i]);
		intake_set_meeting(
			pipeline->intakes[i], (now_us / CLOCK_SECOND_US + 1) * CLOCK_SECOND_US);
	}
	for (uint32_t i = 0; i < pipeline->lane_count && pipeline->reader_count > 1; i++)
		lane_gather(pipeline->lanes[i]);
}

static int make_intakes(struct pipeline *pipeline, const struct pipeline_settings *settings)
{
	uint32_t readers = settings->readers;
	int error = 0;
	if (readers > 1 || settings->listener.second)
		error = meeting_new(readers, hold_meeting, pipeline, &pipeline->meeting);
	struct intake_settings intake = {
		.ranges = settings->worker.ranges,
		.sample = settings->worker.sample,
		.seed = settings->worker.seed,
		.lanes = pipeline->lanes,
		.lane_count = settings->workers,
		.calendar = &pipeline->calendar,
		.meeting = pipeline->meeting,
		.is_alone = readers == 1,
	};
	for (; error == 0 && intake.number < readers; intake.number++) {
		error = intake_new(&intake, &pipeline->intakes[intake.number]);
		pipeline->reader_count += error == 0;
	}
	return error;
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
	struct lap *laps[PIPELINE_READERS_MAX];
	for (uint32_t i = 0; i < pipeline->reader_count; i++)
		laps[i] = intake_lap(pipeline->intakes[i]);
	worker.max_flows = worker.max_flows / settings->workers + 1;
	for (uint32_t i = 0; i < settings->workers; i++) {
		int error = lane_new(
			&worker, &metering, laps, pipeline->reader_count, &pipeline->lanes[i]);
		if (error < 0)
			return error;
		pipeline->lane_count++;
	}
	return 0;
}

static void resume_flow(void *argument, struct flow *flow)
{
	struct pipeline *pipeline = argument;
	uint32_t lane = intake_lane_of(pipeline->intakes[0], &flow->key.low, &flow->key.high);
	if (lane_resume_flow(pipeline->lanes[lane], flow))
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
	for (uint32_t i = 0; i < pipeline->reader_count; i++)
		intake_resume(pipeline->intakes[i], &moment.clock);
	calendar_resume(&pipeline->calendar, &moment);
	pipeline->resumed_us = moment.clock.now_us;
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
	if (error < 0)
		return error;
	calendar_init(&pipeline->calendar,
		&(struct calendar_settings){
			.lanes = pipeline->lanes,
			.lane_count = pipeline->lane_count,
			.desk = pipeline->desk,
			.clock = intake_clock(pipeline->intakes[0]),
			.is_live = settings->is_live,
			.has_state = settings->analyst.listener.alert && settings->state_folder,
		});
	if (baselines)
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
	pipeline->rules = (struct rules){
		.ranges = settings->worker.ranges,
		.plugins = settings->worker.plugins,
		.geoip = settings->worker.geoip,
		.alarms_per_year = settings->analyst.alarms_per_year,
		.is_asymmetric = settings->worker.is_asymmetric,
	};
	pipeline->listener = settings->listener;
	pipeline->lap_start = lap_start();
	int error = make_intakes(pipeline, settings);
	if (error == 0)
		error = make_lanes(pipeline, settings);
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
	if (settings->workers < 1 || settings->workers > PIPELINE_WORKERS_MAX ||
		settings->readers < 1 || settings->readers > PIPELINE_READERS_MAX)
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
	for (uint32_t i = 0; i < pipeline->reader_count; i++)
		intake_free(pipeline->intakes[i]);
	meeting_free(pipeline->meeting);
	rules_change_done(&pipeline->change);
	free(pipeline);
}

void pipeline_take(struct pipeline *pipeline, uint32_t reader, const struct frame *frame)
{
	intake_take(pipeline->intakes[reader], frame);
}

void pipeline_pass_time(struct pipeline *pipeline, uint32_t reader, int64_t time_us)
{
	intake_pass_time(pipeline->intakes[reader], time_us);
}

void pipeline_leave(struct pipeline *pipeline, uint32_t reader)
{
	if (pipeline->meeting)
		meeting_leave(pipeline->meeting, &pipeline->has_left[reader]);
}

void pipeline_note_loss(struct pipeline *pipeline, int64_t blind_us, uint64_t lost, uint64_t seen)
{
	calendar_note_loss(&pipeline->calendar, blind_us, lost, seen);
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
	pipeline->change.time_us = pipeline->calendar.now_us;
	pipeline->is_changing = true;
	for (uint32_t i = 0; i < pipeline->reader_count; i++)
		intake_set_ranges(pipeline->intakes[i], rules->ranges);
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
	for (uint32_t i = 0; i < pipeline->reader_count; i++) {
		intake_finish(pipeline->intakes[i]);
		pipeline->has_left[i] = true;
	}
	if (pipeline->reader_count > 1 && pipeline->calendar.is_running)
		calendar_pass(&pipeline->calendar, find_common_time(pipeline));
	calendar_finish(&pipeline->calendar, pipeline->is_forgetful);
	for (uint32_t i = 0; i < pipeline->lane_count; i++)
		lane_finish(pipeline->lanes[i], pipeline->calendar.now_us);
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
	for (uint32_t i = 0; i < pipeline->reader_count; i++)
		add_lap(intake_lap(pipeline->intakes[i]), tick_seconds, &times);
	add_lap(desk_lap(pipeline->desk), tick_seconds, &times);
	for (uint32_t i = 0; i < pipeline->lane_count; i++) {
		uint32_t most;
		times.queued += lane_queued(pipeline->lanes[i], &most);
		times.queued_most += most;
		add_lap(lane_lap(pipeline->lanes[i]), tick_seconds, &times);
	}
	*ret_times = times;
}

static void add_reader(const struct intake *intake, struct pipeline_stats *stats)
{
	const struct packet_clock *clock = intake_clock(intake);
	struct gate_stats gate;
	intake_stats(intake, &gate);
	gate_stats_add(&stats->gate, &gate);
	stats->clock.jumps += clock->jumps;
	stats->clock.outliers += clock->outliers;
	stats->clock.late += clock->late;
}

void pipeline_stats(struct pipeline *pipeline, struct pipeline_stats *ret_stats)
{
	const struct calendar *calendar = &pipeline->calendar;
	*ret_stats = (struct pipeline_stats){
		.gaps = calendar->gaps,
		.minutes = calendar->minutes_closed,
		.closed = calendar->announced,
		.first_us = calendar->first_us,
		.last_us = calendar->now_us,
		.flows_resumed = pipeline->flows_resumed,
		.resumed_us = pipeline->resumed_us,
	};
	ret_stats->clock = *intake_clock(pipeline->intakes[0]);
	intake_stats(pipeline->intakes[0], &ret_stats->gate);
	for (uint32_t i = 1; i < pipeline->reader_count; i++)
		add_reader(pipeline->intakes[i], ret_stats);
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
