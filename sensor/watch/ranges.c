/* SPDX-License-Identifier: Apache-2.0 */
#include "watch/ranges.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "watch/intervals.h"
#include "watch/range_names.h"

struct ranges {
	struct range_names names;
	struct range_prefix *prefixes; /* in order of address once ranges_finish has been called */
	uint32_t prefix_count, prefix_room;
	struct intervals intervals;
};

int ranges_new(struct ranges **ret_ranges)
{
	struct ranges *ranges = calloc(1, sizeof *ranges);
	if (!ranges)
		return -ENOMEM;
	*ret_ranges = ranges;
	return 0;
}

void ranges_free(struct ranges *ranges)
{
	if (!ranges)
		return;
	range_names_done(&ranges->names);
	intervals_done(&ranges->intervals);
	free(ranges->prefixes);
	free(ranges);
}

static int add_prefix(struct ranges *ranges, const struct range_prefix *prefix)
{
	if (ranges->prefix_count == ranges->prefix_room) {
		uint32_t room = ranges->prefix_room ? 2 * ranges->prefix_room : 16;
		void *larger = realloc(ranges->prefixes, room * sizeof *ranges->prefixes);
		if (!larger)
			return -ENOMEM;
		ranges->prefixes = larger;
		ranges->prefix_room = room;
	}
	ranges->prefixes[ranges->prefix_count++] = *prefix;
	return 0;
}

int ranges_add(struct ranges *ranges, const char *text)
{
	char cidr[PREFIX_TEXT_SIZE], canonical[PREFIX_TEXT_SIZE];
	const char *equals = strchr(text, '=');
	size_t length = equals ? (size_t)(equals - text) : strlen(text);
	struct prefix prefix;
	if (length >= sizeof cidr || (equals && !equals[1]))
		return -EINVAL;
	memcpy(cidr, text, length);
	cidr[length] = '\0';
	if (prefix_parse(cidr, &prefix) < 0)
		return -EINVAL;
	if (ranges->prefix_count >= RANGES_PREFIXES_MAX)
		return -ENOSPC;
	int64_t range = range_names_add(
		&ranges->names, equals ? equals + 1 : prefix_format(&prefix, canonical));
	if (range < 0)
		return (int)range;
	return add_prefix(ranges, &(struct range_prefix){prefix, (uint32_t)range});
}

/* IPv4 lies within IPv6's space, but a watched ::/0 does not mean it: a prefix of no range keeps it
 * out. */
static int fence_ipv4(struct ranges *ranges)
{
	const struct range_prefix fence = {
		{address_from_ipv4((const uint8_t[4]){0}), PREFIX_IPV4_BITS}, RANGE_NONE};
	return add_prefix(ranges, &fence);
}

static int compare(const void *left, const void *right)
{
	const struct range_prefix *a = left, *b = right;
	return prefix_compare(&a->prefix, &b->prefix);
}

/* Sorts and drops prefixes given twice. Returns -EEXIST when two ranges claim one. */
static int sort_prefixes(struct ranges *ranges)
{
	uint32_t kept = 0;
	qsort(ranges->prefixes, ranges->prefix_count, sizeof *ranges->prefixes, compare);
	for (uint32_t i = 1; i < ranges->prefix_count; i++) {
		struct range_prefix *last = &ranges->prefixes[kept], *next = &ranges->prefixes[i];
		if (compare(last, next) != 0)
			ranges->prefixes[++kept] = *next;
		else if (last->range == RANGE_NONE)
			last->range = next->range;
		else if (next->range != RANGE_NONE && next->range != last->range)
			return -EEXIST;
	}
	ranges->prefix_count = kept + 1;
	return 0;
}

int ranges_finish(struct ranges *ranges)
{
	int error = fence_ipv4(ranges);
	if (error == 0)
		error = sort_prefixes(ranges);
	if (error == 0)
		error = intervals_init(&ranges->intervals, ranges->prefixes, ranges->prefix_count);
	return error;
}

uint32_t ranges_find(const struct ranges *ranges, const struct surgetap_address *address)
{
	return intervals_find(&ranges->intervals, address);
}

uint32_t ranges_count(const struct ranges *ranges)
{
	return ranges->names.count;
}

const char *ranges_name(const struct ranges *ranges, uint32_t range)
{
	return ranges->names.names[range];
}

uint32_t ranges_find_name(const struct ranges *ranges, const char *name)
{
	return range_names_find(&ranges->names, name);
}

uint32_t ranges_prefixes(
	const struct ranges *ranges, uint32_t range, struct prefix *ret_prefixes, uint32_t max)
{
	uint32_t count = 0;
	for (uint32_t i = 0; i < ranges->prefix_count; i++) {
		uint32_t owner = ranges->prefixes[i].range; /* RANGE_NONE: made by ranges_finish */
		if (owner == RANGE_NONE || (range != RANGE_NONE && owner != range))
			continue;
		if (count < max)
			ret_prefixes[count] = ranges->prefixes[i].prefix;
		count++;
	}
	return count;
}
