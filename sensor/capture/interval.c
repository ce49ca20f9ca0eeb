/* SPDX-License-Identifier: Apache-2.0 */
#include "capture/interval.h"

#include <errno.h>
#include <stdlib.h>

static int compare_intervals(const void *left, const void *right)
{
	const struct interval *a = left, *b = right;

	return (a->first > b->first) - (a->first < b->first);
}

static int compare_numbers(const void *left, const void *right)
{
	uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;

	return (a > b) - (a < b);
}

size_t interval_join(struct interval *intervals, size_t count)
{
	size_t kept = 0;

	if (count == 0)
		return 0;
	qsort(intervals, count, sizeof(*intervals), compare_intervals);
	for (size_t i = 1; i < count; i++) {
		struct interval *last = &intervals[kept];

		if (last->last == UINT32_MAX || intervals[i].first <= last->last + 1) {
			if (intervals[i].last > last->last)
				last->last = intervals[i].last;
		} else {
			intervals[++kept] = intervals[i];
		}
	}
	return kept + 1;
}

static uint32_t gap_before(const struct interval *intervals, size_t number)
{
	return intervals[number].first - intervals[number - 1].last;
}

/* The gap such that joining over all smaller ones, and over *ret_ties of its own size, leaves `max`
 * intervals. */
static uint32_t find_limit(const struct interval *intervals, size_t count, size_t max,
	uint32_t *gaps, size_t *ret_ties)
{
	size_t joins = count - max, smaller = 0;

	for (size_t i = 1; i < count; i++)
		gaps[i - 1] = gap_before(intervals, i);
	qsort(gaps, count - 1, sizeof(*gaps), compare_numbers);
	while (gaps[smaller] < gaps[joins - 1])
		smaller++;
	*ret_ties = joins - smaller;
	return gaps[joins - 1];
}

int interval_reduce(struct interval *intervals, size_t count, size_t max, size_t *ret_count)
{
	uint32_t *gaps, limit;
	size_t ties, kept = 0;

	if (count <= max) {
		*ret_count = count;
		return 0;
	}
	gaps = calloc(count, sizeof(*gaps));
	if (!gaps)
		return -ENOMEM;
	limit = find_limit(intervals, count, max, gaps, &ties);
	free(gaps);
	for (size_t i = 1; i < count; i++) {
		uint32_t gap = intervals[i].first - intervals[kept].last;
		bool is_tie = gap == limit && ties > 0;

		if (is_tie)
			ties--;
		if (gap < limit || is_tie)
			intervals[kept].last = intervals[i].last;
		else
			intervals[++kept] = intervals[i];
	}
	*ret_count = kept + 1;
	return 0;
}
