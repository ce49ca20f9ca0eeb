/* SPDX-License-Identifier: Apache-2.0 */
#include "base/lap.h"

static uint64_t monotonic_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

struct lap_start lap_start(void)
{
	return (struct lap_start){lap_now(), monotonic_ns()};
}

double lap_tick_seconds(const struct lap_start *start)
{
	uint64_t ticks = lap_now() - start->ticks, ns = monotonic_ns() - start->ns;

	return ticks > 0 ? (double)ns / 1e9 / (double)ticks : 0;
}
