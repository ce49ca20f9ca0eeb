/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/coordination.h"

#include <math.h>

#include "detect/scan.h"

static int64_t later(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

static double at_least(double value, double least)
{
	return value > least ? value : least;
}

/* When the moves were. `moves` of the window lie at the end of `times_s`, which holds those of the
 * whole period. */
static void measure_times(const struct coordination_memory *memory, int64_t from_s, int64_t end_s,
	const uint32_t *times_s, uint32_t count, uint32_t moves, struct coordination *coordination)
{
	double places[ROSTER_HOSTS];
	uint32_t half = moves / 2 + 1, first = count - moves;
	for (uint32_t i = 0; i < moves; i++)
		places[i] = times_s[first + i];
	coordination->half_within_s = (uint32_t)at_least(scan_shortest(places, moves, half), 1);
	pulse_warp(memory->pulse, from_s, end_s, times_s, count, places);
	/* Times are whole seconds: a stretch is that much longer than it looks. */
	double width = scan_shortest(places + first, moves, half) + 1.0 / (double)(end_s - from_s);
	coordination->p_value = scan_p_value(half, count, fmin(width, 1));
	coordination->has_times = true;
}

void coordination_measure(const struct coordination_memory *memory, int64_t start_s, int64_t end_s,
	struct coordination *ret_coordination)
{
	struct coordination coordination = {0};
	uint32_t times_s[ROSTER_HOSTS];
	int64_t known_s = memory->since_s + COORDINATION_MEMORY_S;
	int64_t from_s = later(known_s, end_s - COORDINATION_PERIOD_S);
	if (start_s >= known_s && end_s > start_s) {
		from_s = from_s < start_s ? from_s : start_s;
		uint32_t moves = roster_arrivals(memory->users, start_s, end_s, times_s);
		uint32_t count = roster_arrivals(memory->users, from_s, end_s, times_s);
		double active = roster_count(memory->all, start_s, end_s);
		double moved = ldexp(moves, (int)memory->users->level);
		coordination.is_known = active > 0;
		coordination.active_hosts = active;
		coordination.moved_hosts = fmin(moved, active);
		coordination.moved_share = active > 0 ? coordination.moved_hosts / active : 0;
		if (moves >= COORDINATION_MOVES_MIN)
			measure_times(memory, from_s, end_s, times_s, count, moves, &coordination);
	}
	*ret_coordination = coordination;
}
