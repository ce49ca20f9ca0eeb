/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PIPELINE_STEADY_CLOCK_H
#define PIPELINE_STEADY_CLOCK_H
/*
 * The time of a live tap, which goes on when the host's clock is set back. Minutes that are closed
 * cannot be opened again, and waiting until the clock has caught up would be blind for as long as
 * it was set back. So time goes on from where it was, ahead of the clock, and comes back to it by
 * running slower: an adjtime(3) of its own.
 *
 * Pure. Packets that have overtaken each other lie less than STEADY_STEP_US apart.
 */
#include "pipeline/clock.h"

/* Time runs slower by one part in so many while it is ahead: a bucket then holds 1/15 more, which
 * is far below what an alert asks for, and an hour is caught up in 16. */
#define STEADY_SLEW 16
#define STEADY_STEP_US (5 * CLOCK_SECOND_US)

/* Zeroed at first, members are read only. */
struct steady_clock {
	int64_t host_us;      /* the latest time of the host */
	int64_t ahead_us;     /* of it, >= 0 */
	int64_t passed_us;    /* while ahead, that have not made up for a whole microsecond yet */
	int64_t candidate_us; /* an earlier time that stamps in a row have claimed */
	uint32_t witnesses;   /* how many; 0 none */
	bool is_running;
	uint64_t steps;  /* back, that were believed */
	int64_t step_us; /* the latest one */
};

/* Begins at `host_us`; `least_us` (0 none) is a time that has passed already, in an earlier run, so
 * that steady time is not before it. Not needed for a zeroed clock that has no past. */
void steady_clock_start(struct steady_clock *clock, int64_t host_us, int64_t least_us);

/* The steady time for a time stamp of the host, of a packet or of an idle moment. A step back is
 * believed when CLOCK_WITNESSES stamps in a row agree; a step forward first takes back what earlier
 * steps back have left. */
int64_t steady_clock_take(struct steady_clock *clock, int64_t host_us);

/* Several readers of one host's time each have a clock: `mine` goes on as `other` does if that one
 * is farther ahead, having noticed a step earlier. To be called while neither is used. */
void steady_clock_follow(struct steady_clock *mine, const struct steady_clock *other);

#endif
