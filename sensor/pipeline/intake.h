/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PIPELINE_INTAKE_H
#define PIPELINE_INTAKE_H
/*
 * What one reader of the tap does with its frames: decodes them, asks its packet clock whether
 * their time is to be believed, and shares the watched packets out to the lanes by pair of hosts.
 * Driven from one thread.
 *
 * A reader that is alone lets the calendar follow its clock with every frame. Several ones each
 * have a clock; none goes on into the next second before all have met at its begin, and only there
 * does the calendar turn, to the least of their times.
 */
#include "pipeline/calendar.h"
#include "pipeline/gate.h"
#include "pipeline/meeting.h"

struct intake_settings {
	const struct ranges *ranges; /* as gate_new takes them */
	struct sample sample;
	uint64_t seed; /* of the workers' tables, too */
	/* All of these stay the caller's; the lanes may be made later. */
	struct lane *const *lanes;
	uint32_t lane_count;
	struct calendar *calendar;
	struct meeting *meeting; /* NULL: there is none */
	uint32_t number;         /* of this reader, for the lanes */
	bool is_alone;
};

struct intake;

/* Returns 0 or -ENOMEM. */
int intake_new(const struct intake_settings *settings, struct intake **ret_intake);

/* Accepts NULL. */
void intake_free(struct intake *intake);

/* Takes one frame, in the order of the capture, after the time has passed to it. */
void intake_take(struct intake *intake, const struct frame *frame);

/* Lets time pass without a frame. */
void intake_pass_time(struct intake *intake, int64_t time_us);

/* Attends the meeting before anything from `until_us` or later is taken. At first that is the first
 * frame. */
void intake_set_meeting(struct intake *intake, int64_t until_us);

/* In a meeting: the time of the latest frame that was taken before; 0 none. */
int64_t intake_reached(const struct intake *intake);

/* Sets what the calendar knows: a minute was closed, no way back. */
void intake_commit(struct intake *intake);

/* Frames that still wait for others to agree with their time are not believed. */
void intake_finish(struct intake *intake);

/* Looks up in other ranges from the next frame on. */
void intake_set_ranges(struct intake *intake, const struct ranges *ranges);

/* Goes on with the clock of an earlier run. */
void intake_resume(struct intake *intake, const struct packet_clock *clock);

/* The number of the lane to which packets between two hosts go, the smaller address first. */
uint32_t intake_lane_of(const struct intake *intake, const struct surgetap_address *low,
	const struct surgetap_address *high);

const struct packet_clock *intake_clock(const struct intake *intake);

/* The reader's times. */
struct lap *intake_lap(struct intake *intake);

void intake_stats(const struct intake *intake, struct gate_stats *ret_stats);

#endif
