/* SPDX-License-Identifier: Apache-2.0 */
#include "pipeline/intake.h"

#include <errno.h>
#include <stdlib.h>

#include "pipeline/held.h"
#include "pipeline/tally.h"

struct intake {
	struct intake_settings settings;
	struct gate *gate;
	struct tally *tally;
	struct packet_clock clock;
	struct held held;
	struct lap *lap;    /* in the gate */
	int64_t until_us;   /* of the packet clock: then there is a meeting */
	int64_t reached_us; /* by what was taken before it */
};

int intake_new(const struct intake_settings *settings, struct intake **ret_intake)
{
	struct intake *intake = calloc(1, sizeof *intake);
	if (!intake)
		return -ENOMEM;
	intake->settings = *settings;
	int error = gate_new(settings->ranges, &settings->sample, settings->seed, &intake->gate);
	if (error == 0)
		error = tally_new(settings->seed, &intake->tally);
	if (error < 0) {
		intake_free(intake);
		return error;
	}
	intake->lap = gate_lap(intake->gate);
	intake->until_us = settings->meeting ? INT64_MIN : INT64_MAX;
	*ret_intake = intake;
	return 0;
}

void intake_free(struct intake *intake)
{
	if (!intake)
		return;
	gate_free(intake->gate);
	tally_free(intake->tally);
	held_done(&intake->held);
	free(intake);
}

/* The waiting counts as what live readers do most: waiting for packets. */
static void attend_meetings(struct intake *intake)
{
	uint64_t since = lap_now();
	while (intake->clock.now_us >= intake->until_us)
		meeting_attend(intake->settings.meeting);
	lap_add_wait(intake->lap, STAGE_CAPTURE, since);
}

static bool pass_time(struct intake *intake, int64_t time_us)
{
	int64_t before_us = intake->clock.now_us;
	bool is_timely = packet_clock_take(&intake->clock, time_us);
	if (intake->clock.now_us >= intake->until_us) {
		intake->reached_us = before_us;
		attend_meetings(intake);
	}
	if (intake->settings.is_alone) {
		calendar_pass(intake->settings.calendar, intake->clock.now_us);
		intake_commit(intake);
	}
	return is_timely;
}

/* The lane of both hosts' packets. It is asked for at a flow's first packet, and remembered. */
static uint32_t find_lane(const struct intake *intake, const struct packet *packet, uint16_t *route)
{
	uint32_t lanes = intake->settings.lane_count;
	if (lanes == 1)
		return 0;
	if (*route == 0)
		*route = (uint16_t)(gate_host_pair(intake->gate, packet) % lanes + 1);
	return *route - 1u;
}

static void share_out(struct intake *intake, const struct frame *frame, bool is_timely)
{
	struct worker_packet taken = {.is_timely = is_timely};
	if (!gate_pass(intake->gate, frame, &taken.packet, &taken.source, &taken.destination))
		return;
	taken.now_us = intake->clock.now_us;
	struct tally_word word = tally_add(intake->tally, &taken.packet, taken.now_us);
	taken.flow_hash = word.flow_hash;
	taken.is_bare = word.is_bare;
	uint32_t lane = find_lane(intake, &taken.packet, word.route);
	lane_put_packet(intake->settings.lanes[lane], intake->settings.number, &taken);
}

static void release_held(struct intake *intake, bool is_believed)
{
	for (uint32_t i = 0; i < intake->held.count; i++)
		share_out(intake, &intake->held.frames[i], is_believed);
	intake->held.count = 0;
}

/* A packet that claims a far time waits for the next ones: if they agree, its flow begins there,
 * and is not torn by the jump. */
static bool hold_witness(struct intake *intake, const struct frame *frame, bool is_timely)
{
	const struct packet_clock *clock = &intake->clock;
	if (is_timely || clock->witnesses == 0 || clock->candidate_us != frame->time_us)
		return false;
	if (clock->witnesses == 1)
		release_held(intake, false); /* an earlier claim was another one */
	return held_add(&intake->held, frame) == 0;
}

void intake_take(struct intake *intake, const struct frame *frame)
{
	uint64_t jumps = intake->clock.jumps;
	lap_mark(intake->lap, STAGE_CAPTURE);
	bool is_timely = pass_time(intake, frame->time_us);
	if (hold_witness(intake, frame, is_timely))
		return;
	release_held(intake, intake->clock.jumps != jumps);
	share_out(intake, frame, is_timely);
	lap_mark(intake->lap, STAGE_SHARE);
	lap_begin(intake->lap); /* until the next packet: its capture */
}

void intake_pass_time(struct intake *intake, int64_t time_us)
{
	pass_time(intake, time_us);
}

void intake_set_meeting(struct intake *intake, int64_t until_us)
{
	intake->until_us = until_us;
}

int64_t intake_reached(const struct intake *intake)
{
	return intake->reached_us;
}

void intake_commit(struct intake *intake)
{
	intake->clock.is_committed = intake->settings.calendar->is_committed;
}

void intake_finish(struct intake *intake)
{
	release_held(intake, false);
}

void intake_set_ranges(struct intake *intake, const struct ranges *ranges)
{
	gate_set_ranges(intake->gate, ranges);
	tally_clear(intake->tally);
}

void intake_resume(struct intake *intake, const struct packet_clock *clock)
{
	intake->clock = *clock;
}

uint32_t intake_lane_of(const struct intake *intake, const struct surgetap_address *low,
	const struct surgetap_address *high)
{
	return (uint32_t)(gate_pair_of(intake->gate, low, high) % intake->settings.lane_count);
}

const struct packet_clock *intake_clock(const struct intake *intake)
{
	return &intake->clock;
}

struct lap *intake_lap(struct intake *intake)
{
	return intake->lap;
}

void intake_stats(const struct intake *intake, struct gate_stats *ret_stats)
{
	gate_stats(intake->gate, ret_stats);
}
