/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DETECT_COORDINATION_H
#define DETECT_COORDINATION_H
/*
 * Did the hosts of a range move together? How many of those that are active took the technique up
 * within a window, and how closely in time: one by one, as people do, or at once, as after an
 * order.
 *
 * A host *moved* when it uses the technique in the window and had not used it for
 * COORDINATION_SILENCE_S before. The times at which hosts moved are held against even spread over
 * the week that ends with the window (or the window, if it is longer), evenly by the range's own
 * activity (meter/pulse.h), so that a morning is no coordination: the p-value is that of the scan
 * statistic (scan.h) for the shortest stretch that holds half of the window's moves, among all
 * moves of that week.
 */
#include <stdbool.h>

#include "meter/pulse.h"
#include "meter/roster.h"

#define COORDINATION_SILENCE_S (14 * 86400)
#define COORDINATION_MEMORY_S                                                                      \
	86400 /* must be known of the time before a window to call a host new */
#define COORDINATION_PERIOD_S (7 * 86400)
#define COORDINATION_MOVES_MIN 5 /* below that nothing is said of when */

struct coordination {
	bool is_known;          /* false: too little is known of the time before; the rest is 0 */
	double active_hosts;    /* of the range in the window */
	double moved_hosts;     /* of those, at most as many */
	double moved_share;     /* their quotient, 0..1 */
	bool has_times;         /* at least COORDINATION_MOVES_MIN have moved */
	uint32_t half_within_s; /* the shortest stretch that holds half of the moves, at least 1 */
	double p_value;         /* of moves so close together, if they were spread evenly */
};

/* Everything that a range remembers of its hosts. */
struct coordination_memory {
	const struct roster *all, *users; /* of all traffic, of the technique */
	const struct pulse *pulse;        /* active hosts by hour */
	int64_t since_s;                  /* from when on hosts are remembered */
};

/* Measures the window start_s..end_s (Unix). Pure. */
void coordination_measure(const struct coordination_memory *memory, int64_t start_s, int64_t end_s,
	struct coordination *ret_coordination);

#endif
