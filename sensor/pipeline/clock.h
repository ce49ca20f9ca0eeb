/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PIPELINE_CLOCK_H
#define PIPELINE_CLOCK_H
/*
 * The packet clock: time as the packets tell it, never going back, and not fooled by a few wrong
 * time stamps. A step of more than CLOCK_JUMP_US is believed only when CLOCK_WITNESSES packets in a
 * row agree with it; a step back is believed only while no bucket has been closed.
 */
#include <stdbool.h>
#include <stdint.h>

#define CLOCK_SECOND_US INT64_C(1000000)
#define CLOCK_MINUTE_US (60 * CLOCK_SECOND_US)
#define CLOCK_JUMP_US (24 * 60 * CLOCK_MINUTE_US)
#define CLOCK_LATE_US CLOCK_MINUTE_US /* packets later than this are not metered */
#define CLOCK_WITNESSES 3

/* Zeroed at first, members are read only. */
struct packet_clock {
	int64_t now_us;
	bool is_running;
	bool is_committed;    /* a bucket has been closed: no way back */
	int64_t candidate_us; /* a far time that packets have claimed */
	uint32_t witnesses;   /* packets in a row that claim it; 0 no candidate */
	uint64_t jumps;       /* far steps believed */
	uint64_t outliers;    /* packets whose time was not believed (yet) */
	uint64_t late;        /* packets far behind the clock */
};

/* Takes a packet's time stamp. Returns true when the packet belongs to the present and is to be
 * metered; false when its time is not to be believed. clock->now_us is the time to use either way.
 */
bool packet_clock_take(struct packet_clock *clock, int64_t time_us);

#endif
