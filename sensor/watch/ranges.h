/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WATCH_RANGES_H
#define WATCH_RANGES_H
/* The watched ranges: named sets of prefixes, and the longest-prefix look-up from an address to its
 * range. */
#include "watch/prefix.h"
#include "watch/range.h"

#define RANGES_PREFIXES_MAX 1000000 /* over all ranges */

struct ranges;

int ranges_new(struct ranges **ret_ranges);
void ranges_free(struct ranges *ranges);

/* Adds "CIDR" or "CIDR=NAME" (without a name the prefix's text is the name; names are cut at
 * RANGE_NAME_SIZE - 1 bytes). A name given again adds to the same range. Returns 0, -EINVAL for a
 * bad CIDR or empty name, -ENOSPC beyond RANGES_PREFIXES_MAX, -ENOMEM. */
int ranges_add(struct ranges *ranges, const char *text);

/* Builds the look-up; to be called once after the last ranges_add. Returns 0 or -ENOMEM. -EEXIST:
 * two ranges claim the same prefix. */
int ranges_finish(struct ranges *ranges);

/* The range of the longest prefix that holds the address, or RANGE_NONE. A prefix of IPv6 that is
 * wider than ::ffff:0:0/96 holds no IPv4 address. */
uint32_t ranges_find(const struct ranges *ranges, const struct surgetap_address *address);

uint32_t ranges_count(const struct ranges *ranges);
const char *ranges_name(const struct ranges *ranges, uint32_t range);

/* The range of that name, or RANGE_NONE. */
uint32_t ranges_find_name(const struct ranges *ranges, const char *name);

/* Copies up to `max` prefixes of a range, or of all for RANGE_NONE, in order of address; returns
 * how many there are. */
uint32_t ranges_prefixes(
	const struct ranges *ranges, uint32_t range, struct prefix *ret_prefixes, uint32_t max);

#endif
