/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CAPTURE_INTERVAL_H
#define CAPTURE_INTERVAL_H
/* Sets of 32-bit numbers as intervals, for the kernel filter. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Both ends belong to it. */
struct interval {
	uint32_t first, last;
};

/* Sorts `count` intervals at `intervals` and joins those that touch or overlap. Returns how many
 * are left. */
size_t interval_join(struct interval *intervals, size_t count);

/* Joins sorted disjoint intervals over the smallest gaps between them until `max` (>= 1) are left.
 * Returns 0 and how many are left, or -ENOMEM. */
int interval_reduce(struct interval *intervals, size_t count, size_t max, size_t *ret_count);

#endif
