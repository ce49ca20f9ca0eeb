/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WATCH_INTERVALS_H
#define WATCH_INTERVALS_H
/*
 * The look-up of the longest prefix: prefixes are flattened into sorted, disjoint intervals once,
 * so that a look-up is one binary search however many prefixes there are or how they nest. For IPv4
 * an index over the upper half of the address leaves but a few intervals to search.
 */
#include "watch/prefix.h"
#include "watch/range.h"

/* A prefix and its range; with RANGE_NONE its addresses are in no range unless by a longer one. */
struct range_prefix {
	struct prefix prefix;
	uint32_t range;
};

/* Zeroed at first; ends with intervals_done. */
struct intervals {
	struct interval *entries;
	uint32_t count;
	uint32_t *ipv4_index; /* for each upper half of an IPv4 address: its first interval */
};

/* Builds the look-up from prefixes in the order of prefix_compare, none twice. Returns 0 or
 * -ENOMEM. */
int intervals_init(
	struct intervals *intervals, const struct range_prefix *prefixes, uint32_t prefix_count);

/* The range of the longest prefix that holds the address, or RANGE_NONE. */
uint32_t intervals_find(const struct intervals *intervals, const struct surgetap_address *address);

/* Frees its memory. */
void intervals_done(struct intervals *intervals);

#endif
