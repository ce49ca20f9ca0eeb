/* SPDX-License-Identifier: Apache-2.0 */
#include "pipeline/clock.h"

/* A packet claims a far time. Packets in a row that go on from there make it true. */
static bool hear_witness(struct packet_clock *clock, int64_t time_us)
{
	bool agrees = clock->witnesses > 0 && time_us >= clock->candidate_us - CLOCK_LATE_US &&
		      (time_us > clock->now_us) == (clock->candidate_us > clock->now_us);
	clock->witnesses = agrees ? clock->witnesses + 1 : 1;
	clock->candidate_us = time_us;
	if (clock->witnesses < CLOCK_WITNESSES)
		return false;
	clock->now_us = time_us;
	clock->witnesses = 0;
	clock->jumps++;
	return true;
}

bool packet_clock_take(struct packet_clock *clock, int64_t time_us)
{
	if (time_us < 0)
		time_us = 0; /* no capture is older than the epoch; buckets count from there */
	if (!clock->is_running) {
		clock->is_running = true;
		clock->now_us = time_us;
		return true;
	}
	if (time_us > clock->now_us + CLOCK_JUMP_US) {
		if (hear_witness(clock, time_us))
			return true;
		clock->outliers++;
		return false;
	}
	if (time_us < clock->now_us - CLOCK_LATE_US) {
		if (!clock->is_committed && hear_witness(clock, time_us))
			return true;
		clock->late++;
		return false;
	}
	clock->witnesses = 0;
	if (time_us > clock->now_us)
		clock->now_us = time_us;
	return true;
}
