/* SPDX-License-Identifier: Apache-2.0 */
#include "packet/datagram.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#define UNIT_BYTES 8u /* offsets count in these */
#define UNITS ((DATAGRAM_BYTES_MAX + UNIT_BYTES) / UNIT_BYTES)

struct entry {
	struct fragment_key key;
	int64_t time_us;    /* of its first part */
	uint64_t touched;   /* order of use; 0 for a free one */
	uint32_t bytes;     /* that have come */
	uint32_t far_bytes; /* behind the furthest of them */
	uint32_t end_bytes; /* of the whole payload; 0 as long as the last part has not come */
	uint8_t ip_version, transport;
	bool is_whole;
	uint8_t seen[UNITS / 8 + 1];         /* a bit for each unit */
	uint8_t header[DATAGRAM_HEADER_MAX]; /* ends where the payload begins */
	uint8_t payload[DATAGRAM_BYTES_MAX];
};

_Static_assert(
	offsetof(struct entry, payload) == offsetof(struct entry, header) + DATAGRAM_HEADER_MAX,
	"a datagram lies in one piece");

struct datagram_table {
	uint32_t capacity;
	uint64_t touches;
	struct datagram_stats stats;
	struct entry *entries;
};

int datagram_table_new(uint32_t capacity, struct datagram_table **ret_table)
{
	struct datagram_table *table = calloc(1, sizeof(*table));

	if (!table)
		return -ENOMEM;
	table->entries = calloc(capacity, sizeof(table->entries[0]));
	if (!table->entries) {
		free(table);
		return -ENOMEM;
	}
	table->capacity = capacity;
	*ret_table = table;
	return 0;
}

void datagram_table_free(struct datagram_table *table)
{
	if (!table)
		return;
	free(table->entries);
	free(table);
}

/* The datagram's entry, or the one that was used longest ago. Few fragments come, and few entries
 * are looked at. */
static struct entry *find_entry(struct datagram_table *table, const struct fragment_key *key)
{
	struct entry *oldest = &table->entries[0];

	for (uint32_t i = 0; i < table->capacity; i++) {
		struct entry *entry = &table->entries[i];

		if (entry->touched > 0 && memcmp(&entry->key, key, sizeof(*key)) == 0)
			return entry;
		if (entry->touched < oldest->touched)
			oldest = entry;
	}
	return oldest;
}

static void begin(struct datagram_table *table, struct entry *entry, const struct fragment_key *key,
	int64_t time_us)
{
	if (entry->touched > 0 && !entry->is_whole)
		table->stats.lost++;
	entry->key = *key;
	entry->time_us = time_us;
	entry->bytes = 0;
	entry->far_bytes = 0;
	entry->end_bytes = 0;
	entry->is_whole = false;
	memset(entry->seen, 0, sizeof(entry->seen));
}

/* In unsigned arithmetic: broken captures hold times that are too far apart for a difference. */
static bool is_over(const struct entry *entry, int64_t time_us)
{
	uint64_t apart = time_us > entry->time_us ? (uint64_t)time_us - (uint64_t)entry->time_us
						  : (uint64_t)entry->time_us - (uint64_t)time_us;

	return apart > FRAGMENT_LIFETIME_US;
}

static bool is_sound(const struct entry *entry, const struct datagram_part *part)
{
	uint32_t end = part->offset_bytes + part->bytes;
	uint32_t limit = DATAGRAM_BYTES_MAX - DATAGRAM_HEADER_MAX;

	if (part->bytes == 0 || end > limit || (!part->is_last && part->bytes % UNIT_BYTES != 0))
		return false;
	if (part->is_last && end < entry->far_bytes)
		return false;
	return entry->end_bytes == 0 ||
	       (part->is_last ? end == entry->end_bytes : end <= entry->end_bytes);
}

/* Copies what has not come before. */
static void put(struct entry *entry, const struct datagram_part *part)
{
	if (part->offset_bytes + part->bytes > entry->far_bytes)
		entry->far_bytes = part->offset_bytes + part->bytes;
	for (uint32_t at = 0; at < part->bytes; at += UNIT_BYTES) {
		uint32_t unit = (part->offset_bytes + at) / UNIT_BYTES;
		uint32_t count = part->bytes - at < UNIT_BYTES ? part->bytes - at : UNIT_BYTES;

		if (entry->seen[unit / 8] >> unit % 8 & 1)
			continue;
		entry->seen[unit / 8] |= (uint8_t)(1u << unit % 8);
		memcpy(entry->payload + part->offset_bytes + at, part->data + at, count);
		entry->bytes += count;
	}
}

static uint32_t header_bytes(const struct entry *entry)
{
	return entry->ip_version == 4 ? 20 : 40;
}

static void keep_header(struct entry *entry, const struct datagram_part *part)
{
	entry->ip_version = part->ip_version;
	entry->transport = part->transport;
	memcpy(entry->header + DATAGRAM_HEADER_MAX - header_bytes(entry), part->header,
		header_bytes(entry));
}

/* As if it had never been in pieces. The checksum is left as it is. */
static struct datagram finish(struct entry *entry)
{
	uint8_t *ip = entry->header + DATAGRAM_HEADER_MAX - header_bytes(entry);

	if (entry->ip_version == 4) {
		ip[0] = 0x45;
		ip[6] = ip[7] = 0;
	} else {
		ip[6] = entry->transport;
	}
	packet_set_length(ip, entry->ip_version, header_bytes(entry) + entry->bytes);
	entry->is_whole = true;
	return (struct datagram){ip, header_bytes(entry), entry->bytes, entry->transport};
}

bool datagram_add(struct datagram_table *table, const struct fragment_key *key, int64_t time_us,
	const struct datagram_part *part, struct datagram *ret_datagram)
{
	struct entry *entry = find_entry(table, key);
	bool is_known = entry->touched > 0 && memcmp(&entry->key, key, sizeof(*key)) == 0;

	/* The first part of one that was whole begins another: its number is used again. */
	if (!is_known || is_over(entry, time_us) || (entry->is_whole && part->offset_bytes == 0))
		begin(table, entry, key, time_us);
	entry->touched = ++table->touches;
	if (entry->is_whole || !is_sound(entry, part))
		return false;
	if (part->is_last)
		entry->end_bytes = part->offset_bytes + part->bytes;
	if (part->offset_bytes == 0)
		keep_header(entry, part);
	put(entry, part);
	if (entry->bytes != entry->end_bytes)
		return false;
	*ret_datagram = finish(entry);
	table->stats.whole++;
	return true;
}

void datagram_table_stats(const struct datagram_table *table, struct datagram_stats *ret_stats)
{
	*ret_stats = table->stats;
}
