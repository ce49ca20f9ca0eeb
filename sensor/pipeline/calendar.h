/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PIPELINE_CALENDAR_H
#define PIPELINE_CALENDAR_H
/*
 * Where the whole tap stands in time: the minute under way, how much of it was seen, and what
 * passing time does to the lanes and to the analyst: ticks, closed minutes, gaps.
 *
 * One thread at a time; the time it is told is that of a packet clock.
 */
#include "pipeline/baselines.h"
#include "pipeline/clock.h"
#include "pipeline/desk.h"
#include "pipeline/lane.h"

/* Silence of the whole tap that is taken for a gap (nothing was seen) and not for zeros. */
#define CALENDAR_GAP_US (60 * CLOCK_MINUTE_US)

#define CALENDAR_TICK_US (10 * CLOCK_SECOND_US) /* how often idle flows are looked for */

struct calendar_settings {
	struct lane *const *lanes; /* the caller's */
	uint32_t lane_count;
	struct desk *desk;                /* the caller's */
	const struct packet_clock *clock; /* the (first) reader's: what it has not settled yet */
	bool is_live;   /* the time between two runs was not seen; else it did not pass */
	bool has_state; /* a run leaves what it has learnt to the next */
};

/* Begun by calendar_init; members are read only. */
struct calendar {
	struct calendar_settings settings;
	int64_t now_us;
	int64_t next_us;     /* until then nothing happens */
	int64_t minute;      /* the one under way, counted from the epoch */
	int64_t seen_us;     /* from when on it has been seen */
	int64_t tick;        /* number of the last tick */
	int64_t blind_us;    /* of the minute under way */
	uint64_t lost, seen; /* packets of the minute under way, as calendar_note_loss tells */
	int64_t first_us;
	bool is_running;   /* a packet has come, in this run or the one before */
	bool is_resumed;   /* no time has passed since what an earlier run left */
	bool is_committed; /* a minute has been closed: no way back */
	uint64_t gaps, minutes_closed;
	uint64_t announced; /* minutes that the desk was told of */
};

void calendar_init(struct calendar *calendar, const struct calendar_settings *settings);

/* Goes on where an earlier run has ended. */
void calendar_resume(struct calendar *calendar, const struct baselines_moment *moment);

/* The same for the next run, as it stands now. */
struct baselines_moment calendar_moment(const struct calendar *calendar);

/* Time has come to calendar_pass's `now_us`, and something may be due. */
void calendar_turn(struct calendar *calendar, int64_t now_us);

/* Lets time pass to `now_us`; back only while the calendar is not committed. */
static inline void calendar_pass(struct calendar *calendar, int64_t now_us)
{
	if (now_us >= calendar->now_us && now_us < calendar->next_us)
		calendar->now_us = now_us;
	else
		calendar_turn(calendar, now_us);
}

/* As pipeline_note_loss. */
void calendar_note_loss(struct calendar *calendar, int64_t blind_us, uint64_t lost, uint64_t seen);

/* Closes the minute under way for good; the lanes are to be finished next. With a state it is left
 * to the next run, and written unless `is_forgetful`. */
void calendar_finish(struct calendar *calendar, bool is_forgetful);

#endif
