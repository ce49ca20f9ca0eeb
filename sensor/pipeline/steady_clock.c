/* SPDX-License-Identifier: Apache-2.0 */
#include "pipeline/steady_clock.h"

static bool hear_witness(struct steady_clock *clock, int64_t host_us)
{
	int64_t apart_us = host_us - clock->candidate_us;
	bool agrees =
		clock->witnesses > 0 && apart_us >= -CLOCK_LATE_US && apart_us <= CLOCK_LATE_US;
	clock->witnesses = agrees ? clock->witnesses + 1 : 1;
	clock->candidate_us = host_us;
	return clock->witnesses == CLOCK_WITNESSES;
}

/* The host's clock goes on: by a step, which makes up for one back, or as clocks do. */
static void go_on(struct steady_clock *clock, int64_t passed_us)
{
	int64_t back_us = passed_us;
	if (clock->ahead_us == 0)
		return;
	if (passed_us <= CLOCK_LATE_US) {
		/* Packets come microseconds apart. */
		clock->passed_us += passed_us;
		back_us = clock->passed_us / STEADY_SLEW;
		clock->passed_us %= STEADY_SLEW;
	}
	clock->ahead_us -= back_us < clock->ahead_us ? back_us : clock->ahead_us;
}

void steady_clock_start(struct steady_clock *clock, int64_t host_us, int64_t least_us)
{
	*clock = (struct steady_clock){.host_us = host_us, .is_running = true};
	if (least_us > host_us)
		clock->ahead_us = least_us - host_us;
}

int64_t steady_clock_take(struct steady_clock *clock, int64_t host_us)
{
	if (!clock->is_running) {
		clock->is_running = true;
		clock->host_us = host_us;
	}
	if (host_us < clock->host_us - STEADY_STEP_US) {
		if (!hear_witness(clock, host_us))
			return clock->host_us + clock->ahead_us;
		clock->step_us = clock->host_us - host_us;
		clock->ahead_us += clock->step_us;
		clock->host_us = host_us;
		clock->steps++;
	}
	clock->witnesses = 0;
	if (host_us > clock->host_us) {
		go_on(clock, host_us - clock->host_us);
		clock->host_us = host_us;
	}
	return host_us + clock->ahead_us;
}

void steady_clock_follow(struct steady_clock *mine, const struct steady_clock *other)
{
	if (other->ahead_us > mine->ahead_us)
		*mine = *other;
}
