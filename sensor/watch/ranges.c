/* SPDX-License-Identifier: Apache-2.0 */
#include "watch/ranges.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define IPV4_BITS 96 /* length of ::ffff:0:0/96 */

/* A point of the address space as a number, most significant half first. */
struct point {
	uint64_t high, low;
};

/* From `start` to the next interval's start every address belongs to `range`. */
struct interval {
	struct point start;
	uint32_t range;
};

struct ranges {
	char (*names)[RANGE_NAME_SIZE];
	uint32_t name_count, name_room;
	uint32_t *slots, slot_count; /* names by hash; a power of two */
	struct range_prefix *prefixes;
	uint32_t prefix_count, prefix_room;
	struct interval *intervals;
	uint32_t interval_count;
	uint32_t *ipv4_index; /* for each upper half of an IPv4 address: its first interval */
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

static void clear_host_bits(struct surgetap_address *address, unsigned bits)
{
	for (unsigned i = 0; i < sizeof address->bytes; i++) {
		unsigned kept = bits > 8 * i ? bits - 8 * i : 0;
		if (kept < 8)
			address->bytes[i] &= (uint8_t)(0xff00 >> kept);
	}
}

int ranges_parse_prefix(const char *text, struct surgetap_address *ret_network, unsigned *ret_bits)
{
	char host[ADDRESS_TEXT_SIZE];
	const char *slash = strchr(text, '/');
	size_t length = slash ? (size_t)(slash - text) : strlen(text);
	struct surgetap_address network;
	if (length >= sizeof host)
		return -EINVAL;
	memcpy(host, text, length);
	host[length] = '\0';
	if (address_parse(host, &network) < 0)
		return -EINVAL;
	/* The family follows from the spelling: ::ffff:1.2.3.4/120 is IPv6 notation. */
	unsigned base = strchr(host, ':') ? 0 : IPV4_BITS;
	unsigned long bits = 128 - base;
	if (slash) {
		char *end;
		if (slash[1] < '0' || slash[1] > '9')
			return -EINVAL;
		bits = strtoul(slash + 1, &end, 10);
		if (*end || bits > 128 - base)
			return -EINVAL;
	}
	clear_host_bits(&network, base + (unsigned)bits);
	*ret_network = network;
	*ret_bits = base + (unsigned)bits;
	return 0;
}

const char *ranges_format_prefix(
	const struct range_prefix *prefix, char ret_text[RANGE_PREFIX_TEXT_SIZE])
{
	char host[ADDRESS_TEXT_SIZE];
	bool is_ipv4 = prefix->bits >= IPV4_BITS && address_is_ipv4(&prefix->network);
	address_format(&prefix->network, host);
	snprintf(ret_text, RANGE_PREFIX_TEXT_SIZE, "%s/%d", host,
		is_ipv4 ? prefix->bits - IPV4_BITS : prefix->bits);
	return ret_text;
}

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
	free(ranges->names);
	free(ranges->slots);
	free(ranges->prefixes);
	free(ranges->intervals);
	free(ranges->ipv4_index);
	free(ranges);
}

/* Makes room for one more element of `size` bytes; doubles, so that adding stays linear. */
static int grow(void **array, uint32_t count, uint32_t *room, size_t size)
{
	if (count < *room)
		return 0;
	uint32_t wanted = *room ? 2 * *room : 16;
	void *larger = realloc(*array, wanted * size);
	if (!larger)
		return -ENOMEM;
	*array = larger;
	*room = wanted;
	return 0;
}

/* FNV-1a (Fowler, Noll, Vo); names come from the operator, so the hash needs no key. */
static uint32_t hash_name(const char *name)
{
	uint32_t hash = 2166136261u;
	for (size_t i = 0; i < RANGE_NAME_SIZE - 1 && name[i]; i++)
		hash = (hash ^ (uint8_t)name[i]) * 16777619u;
	return hash;
}

/* The slot that holds `name`, or the free one where it belongs. Slots hold a number plus one. */
static uint32_t *find_slot(const struct ranges *ranges, const char *name)
{
	uint32_t mask = ranges->slot_count - 1;
	for (uint32_t i = hash_name(name);; i++) {
		uint32_t *slot = &ranges->slots[i & mask];
		if (*slot == 0 || strncmp(ranges->names[*slot - 1], name, RANGE_NAME_SIZE - 1) == 0)
			return slot;
	}
}

/* Keeps the table of names at most half full. */
static int grow_slots(struct ranges *ranges)
{
	if (2 * (ranges->name_count + 1) <= ranges->slot_count)
		return 0;
	uint32_t *old = ranges->slots, old_count = ranges->slot_count;
	uint32_t count = old_count ? 2 * old_count : 64;
	uint32_t *slots = calloc(count, sizeof *slots);
	if (!slots)
		return -ENOMEM;
	ranges->slots = slots;
	ranges->slot_count = count;
	for (uint32_t i = 0; i < ranges->name_count; i++)
		*find_slot(ranges, ranges->names[i]) = i + 1;
	free(old);
	return 0;
}

/* The number of the range called `name`, made if need be; or -ENOMEM. */
static int64_t intern_name(struct ranges *ranges, const char *name)
{
	if (grow_slots(ranges) < 0 || grow((void **)&ranges->names, ranges->name_count,
					      &ranges->name_room, sizeof *ranges->names) < 0)
		return -ENOMEM;
	uint32_t *slot = find_slot(ranges, name);
	if (*slot == 0) {
		snprintf(ranges->names[ranges->name_count], RANGE_NAME_SIZE, "%s", name);
		*slot = ++ranges->name_count;
	}
	return *slot - 1;
}

int ranges_add(struct ranges *ranges, const char *text)
{
	char cidr[RANGE_PREFIX_TEXT_SIZE];
	const char *equals = strchr(text, '=');
	size_t length = equals ? (size_t)(equals - text) : strlen(text);
	struct range_prefix prefix;
	unsigned bits;
	if (length >= sizeof cidr || (equals && !equals[1]))
		return -EINVAL;
	memcpy(cidr, text, length);
	cidr[length] = '\0';
	if (ranges_parse_prefix(cidr, &prefix.network, &bits) < 0)
		return -EINVAL;
	prefix.bits = (uint8_t)bits;
	if (ranges->prefix_count >= RANGES_PREFIXES_MAX)
		return -ENOSPC;
	if (grow((void **)&ranges->prefixes, ranges->prefix_count, &ranges->prefix_room,
		    sizeof *ranges->prefixes) < 0)
		return -ENOMEM;
	char canonical[RANGE_PREFIX_TEXT_SIZE];
	int64_t range =
		intern_name(ranges, equals ? equals + 1 : ranges_format_prefix(&prefix, canonical));
	if (range < 0)
		return (int)range;
	prefix.range = (uint32_t)range;
	ranges->prefixes[ranges->prefix_count++] = prefix;
	return 0;
}

/* Order of address; of prefixes that begin together the wider one first, so that a stack nests. */
static int compare_prefixes(const void *left, const void *right)
{
	const struct range_prefix *a = left, *b = right;
	int order = address_compare(&a->network, &b->network);
	return order ? order : (int)a->bits - (int)b->bits;
}

/* IPv4 lies within IPv6's space, but a watched ::/0 does not mean it: a prefix of no range keeps it
 * out. */
static int fence_ipv4(struct ranges *ranges)
{
	if (grow((void **)&ranges->prefixes, ranges->prefix_count, &ranges->prefix_room,
		    sizeof *ranges->prefixes) < 0)
		return -ENOMEM;
	ranges->prefixes[ranges->prefix_count++] = (struct range_prefix){
		.network = address_from_ipv4((const uint8_t[4]){0}),
		.bits = IPV4_BITS,
		.range = RANGE_NONE,
	};
	return 0;
}

/* Sorts and drops prefixes given twice. Returns -EEXIST when two ranges claim one. */
static int sort_prefixes(struct ranges *ranges)
{
	uint32_t kept = 0;
	qsort(ranges->prefixes, ranges->prefix_count, sizeof *ranges->prefixes, compare_prefixes);
	for (uint32_t i = 1; i < ranges->prefix_count; i++) {
		struct range_prefix *last = &ranges->prefixes[kept], *next = &ranges->prefixes[i];
		if (compare_prefixes(last, next) != 0)
			ranges->prefixes[++kept] = *next;
		else if (last->range == RANGE_NONE)
			last->range = next->range;
		else if (next->range != RANGE_NONE && next->range != last->range)
			return -EEXIST;
	}
	ranges->prefix_count = kept + 1;
	return 0;
}

static void put_interval(struct ranges *ranges, struct point start, uint32_t range)
{
	struct interval *last = ranges->intervals + ranges->interval_count - 1;
	if (!point_is_below(last->start, start))
		last->range = range; /* a narrower prefix begins at the same point */
	else if (last->range != range)
		ranges->intervals[ranges->interval_count++] = (struct interval){start, range};
}

/* A prefix that is open while its nested ones are laid out. */
struct open_prefix {
	struct point behind;
	bool is_last; /* reaches the end of the space */
	uint32_t range;
};

static void close_prefixes(struct ranges *ranges, struct open_prefix *stack, unsigned *depth,
	const struct point *before)
{
	while (*depth > 1) {
		const struct open_prefix *top = &stack[*depth - 1];
		if (top->is_last || (before && point_is_below(*before, top->behind)))
			return;
		put_interval(ranges, top->behind, stack[*depth - 2].range);
		--*depth;
	}
}

/* Walks the sorted prefixes with a stack of those that are open. Prefixes nest or are disjoint. */
static void flatten(struct ranges *ranges)
{
	struct open_prefix stack[130] = {{.is_last = true, .range = RANGE_NONE}};
	unsigned depth = 1;
	ranges->intervals[0] = (struct interval){{0, 0}, RANGE_NONE};
	ranges->interval_count = 1;
	for (uint32_t i = 0; i < ranges->prefix_count; i++) {
		const struct range_prefix *prefix = &ranges->prefixes[i];
		struct point start = point_of(&prefix->network);
		close_prefixes(ranges, stack, &depth, &start);
		struct open_prefix *top = &stack[depth++];
		top->range = prefix->range;
		top->is_last = !point_behind(start, prefix->bits, &top->behind);
		put_interval(ranges, start, prefix->range);
	}
	close_prefixes(ranges, stack, &depth, NULL);
}

/* The last interval that starts at or before `point`, searched in [low, high). */
static uint32_t search(const struct ranges *ranges, struct point point, uint32_t low, uint32_t high)
{
	while (high - low > 1) {
		uint32_t middle = low + (high - low) / 2;
		if (point_is_below(point, ranges->intervals[middle].start))
			high = middle;
		else
			low = middle;
	}
	return low;
}

static void index_ipv4(struct ranges *ranges)
{
	for (uint32_t upper = 0; upper < 65536; upper++) {
		struct point point = {0, UINT64_C(0xffff00000000) | (uint64_t)upper << 16};
		ranges->ipv4_index[upper] = search(ranges, point, 0, ranges->interval_count);
	}
	struct point behind = {0, UINT64_C(0x1000000000000)};
	ranges->ipv4_index[65536] = search(ranges, behind, 0, ranges->interval_count);
}

int ranges_finish(struct ranges *ranges)
{
	int error = fence_ipv4(ranges);
	if (error == 0)
		error = sort_prefixes(ranges);
	if (error < 0)
		return error;
	ranges->intervals = calloc(2 * (size_t)ranges->prefix_count + 1, sizeof *ranges->intervals);
	ranges->ipv4_index = calloc(65537, sizeof *ranges->ipv4_index);
	if (!ranges->intervals || !ranges->ipv4_index)
		return -ENOMEM;
	flatten(ranges);
	index_ipv4(ranges);
	return 0;
}

uint32_t ranges_find(const struct ranges *ranges, const struct surgetap_address *address)
{
	struct point point = point_of(address);
	uint32_t low = 0, high = ranges->interval_count;
	if (point.high == 0 && point.low >> 32 == 0xffff) {
		uint32_t upper = (uint32_t)point.low >> 16;
		low = ranges->ipv4_index[upper];
		high = ranges->ipv4_index[upper + 1] + 1;
	}
	return ranges->intervals[search(ranges, point, low, high)].range;
}

uint32_t ranges_count(const struct ranges *ranges)
{
	return ranges->name_count;
}

const char *ranges_name(const struct ranges *ranges, uint32_t range)
{
	return ranges->names[range];
}

uint32_t ranges_find_name(const struct ranges *ranges, const char *name)
{
	uint32_t slot = ranges->slot_count > 0 ? *find_slot(ranges, name) : 0;
	return slot ? slot - 1 : RANGE_NONE;
}

uint32_t ranges_prefixes(const struct ranges *ranges, uint32_t range,
	struct range_prefix *ret_prefixes, uint32_t max)
{
	uint32_t count = 0;
	for (uint32_t i = 0; i < ranges->prefix_count; i++) {
		uint32_t owner = ranges->prefixes[i].range; /* RANGE_NONE: made by ranges_finish */
		if (owner == RANGE_NONE || (range != RANGE_NONE && owner != range))
			continue;
		if (count < max)
			ret_prefixes[count] = ranges->prefixes[i];
		count++;
	}
	return count;
}
