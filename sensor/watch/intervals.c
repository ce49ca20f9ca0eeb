/* SPDX-License-Identifier: Apache-2.0 */
#include "watch/intervals.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define NESTED_MAX 129 /* prefixes that hold one address: one of each length */
#define IPV4_HALVES 65536

/* A point of the address space as a number, most significant half first. */
struct point {
	uint64_t high, low;
};

/* From `start` to the next interval's start every address belongs to `range`. */
struct interval {
	struct point start;
	uint32_t range;
};

static struct point point_of(const struct surgetap_address *address)
{
	uint64_t halves[2];
	memcpy(halves, address->bytes, sizeof halves);
	return (struct point){__builtin_bswap64(halves[0]), __builtin_bswap64(halves[1])};
}

static bool point_is_below(struct point a, struct point b)
{
	return a.high != b.high ? a.high < b.high : a.low < b.low;
}

/* The first point behind a prefix; false when the prefix reaches the end of the space. */
static bool point_behind(struct point start, unsigned bits, struct point *ret_point)
{
	struct point end = start;
	if (bits == 0)
		return false;
	if (bits <= 64) {
		end.high += UINT64_C(1) << (64 - bits);
		*ret_point = end;
		return end.high != 0;
	}
	end.low += UINT64_C(1) << (128 - bits);
	if (end.low == 0)
		end.high++;
	*ret_point = end;
	return end.high != 0 || end.low != 0;
}

static void put_interval(struct intervals *intervals, struct point start, uint32_t range)
{
	struct interval *last = intervals->entries + intervals->count - 1;
	if (!point_is_below(last->start, start))
		last->range = range; /* a narrower prefix begins at the same point */
	else if (last->range != range)
		intervals->entries[intervals->count++] = (struct interval){start, range};
}

/* A prefix that is open while its nested ones are laid out. */
struct open_prefix {
	struct point behind;
	bool is_last; /* reaches the end of the space */
	uint32_t range;
};

static void close_prefixes(struct intervals *intervals, struct open_prefix *stack, unsigned *depth,
	const struct point *before)
{
	while (*depth > 1) {
		const struct open_prefix *top = &stack[*depth - 1];
		if (top->is_last || (before && point_is_below(*before, top->behind)))
			return;
		put_interval(intervals, top->behind, stack[*depth - 2].range);
		--*depth;
	}
}

/* Walks the sorted prefixes with a stack of those that are open. Prefixes nest or are disjoint. */
static void flatten(
	struct intervals *intervals, const struct range_prefix *prefixes, uint32_t prefix_count)
{
	struct open_prefix stack[1 + NESTED_MAX] = {{.is_last = true, .range = RANGE_NONE}};
	unsigned depth = 1;
	intervals->entries[0] = (struct interval){{0, 0}, RANGE_NONE};
	intervals->count = 1;
	for (uint32_t i = 0; i < prefix_count; i++) {
		struct point start = point_of(&prefixes[i].prefix.network);
		close_prefixes(intervals, stack, &depth, &start);
		struct open_prefix *top = &stack[depth++];
		top->range = prefixes[i].range;
		top->is_last = !point_behind(start, prefixes[i].prefix.bits, &top->behind);
		put_interval(intervals, start, prefixes[i].range);
	}
	close_prefixes(intervals, stack, &depth, NULL);
}

/* The last interval that starts at or before `point`, searched in [low, high). */
static uint32_t search(
	const struct intervals *intervals, struct point point, uint32_t low, uint32_t high)
{
	while (high - low > 1) {
		uint32_t middle = low + (high - low) / 2;
		if (point_is_below(point, intervals->entries[middle].start))
			high = middle;
		else
			low = middle;
	}
	return low;
}

static void index_ipv4(struct intervals *intervals)
{
	/* The last point is the first one behind IPv4. */
	for (uint64_t upper = 0; upper <= IPV4_HALVES; upper++) {
		struct point point = {0, UINT64_C(0xffff00000000) + (upper << 16)};
		intervals->ipv4_index[upper] = search(intervals, point, 0, intervals->count);
	}
}

int intervals_init(
	struct intervals *intervals, const struct range_prefix *prefixes, uint32_t prefix_count)
{
	struct intervals built = {
		.entries = calloc(2 * (size_t)prefix_count + 1, sizeof *built.entries),
		.ipv4_index = calloc(IPV4_HALVES + 1, sizeof *built.ipv4_index),
	};
	if (!built.entries || !built.ipv4_index) {
		intervals_done(&built);
		return -ENOMEM;
	}
	flatten(&built, prefixes, prefix_count);
	index_ipv4(&built);
	*intervals = built;
	return 0;
}

uint32_t intervals_find(const struct intervals *intervals, const struct surgetap_address *address)
{
	struct point point = point_of(address);
	uint32_t low = 0, high = intervals->count;
	if (point.high == 0 && point.low >> 32 == 0xffff) {
		uint32_t upper = (uint32_t)point.low >> 16;
		low = intervals->ipv4_index[upper];
		high = intervals->ipv4_index[upper + 1] + 1;
	}
	return intervals->entries[search(intervals, point, low, high)].range;
}

void intervals_done(struct intervals *intervals)
{
	free(intervals->entries);
	free(intervals->ipv4_index);
	*intervals = (struct intervals){0};
}
