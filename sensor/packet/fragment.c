/* SPDX-License-Identifier: Apache-2.0 */
#include "packet/fragment.h"

#include "base/siphash.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define NONE UINT32_MAX

_Static_assert(sizeof(struct fragment_key) == 40, "the key is hashed and compared as bytes");

struct entry {
	struct fragment_key key;
	struct surgetap_address source, destination;
	int64_t time_us;
	uint32_t layers;
	uint32_t next; /* in the chain of the same bucket, or NONE */
	uint32_t bucket;
	uint16_t source_port, destination_port;
	uint8_t ip_version, transport;
};

/* Entries are a ring, so the oldest one is always known; chains find them by key. */
struct fragment_table {
	struct siphash_key key;
	uint32_t capacity, used, oldest;
	uint32_t bucket_mask;
	uint32_t *buckets; /* the first entry of each chain, or NONE */
	struct entry entries[];
};

int fragment_table_new(uint32_t capacity, uint64_t seed, struct fragment_table **ret_table)
{
	struct fragment_table *table =
		malloc(sizeof(*table) + (size_t)capacity * sizeof(table->entries[0]));
	uint32_t buckets = 1;

	if (!table)
		return -ENOMEM;
	while (buckets < capacity)
		buckets *= 2;
	table->buckets = malloc(buckets * sizeof(table->buckets[0]));
	if (!table->buckets) {
		free(table);
		return -ENOMEM;
	}
	memset(table->buckets, 0xff, buckets * sizeof(table->buckets[0]));
	table->key = siphash_key_from_seed(seed);
	table->capacity = capacity;
	table->used = 0;
	table->oldest = 0;
	table->bucket_mask = buckets - 1;
	*ret_table = table;
	return 0;
}

void fragment_table_free(struct fragment_table *table)
{
	if (!table)
		return;
	free(table->buckets);
	free(table);
}

static uint32_t find_bucket(const struct fragment_table *table, const struct fragment_key *key)
{
	return (uint32_t)siphash_2_4(&table->key, key, sizeof(*key)) & table->bucket_mask;
}

static struct entry *find_entry(
	struct fragment_table *table, uint32_t bucket, const struct fragment_key *key)
{
	for (uint32_t i = table->buckets[bucket]; i != NONE; i = table->entries[i].next)
		if (memcmp(&table->entries[i].key, key, sizeof(*key)) == 0)
			return &table->entries[i];
	return NULL;
}

static void unlink_entry(struct fragment_table *table, uint32_t index)
{
	uint32_t *link = &table->buckets[table->entries[index].bucket];

	while (*link != index)
		link = &table->entries[*link].next;
	*link = table->entries[index].next;
}

static struct entry *add_entry(
	struct fragment_table *table, uint32_t bucket, const struct fragment_key *key)
{
	uint32_t index = table->oldest;
	struct entry *entry = &table->entries[index];

	if (table->used == table->capacity)
		unlink_entry(table, index);
	else
		table->used++;
	table->oldest = (index + 1) % table->capacity;
	entry->key = *key;
	entry->bucket = bucket;
	entry->next = table->buckets[bucket];
	table->buckets[bucket] = index;
	return entry;
}

void fragment_remember(
	struct fragment_table *table, const struct fragment_key *key, const struct packet *packet)
{
	uint32_t bucket = find_bucket(table, key);
	struct entry *entry = find_entry(table, bucket, key);

	if (!entry)
		entry = add_entry(table, bucket, key);
	entry->time_us = packet->time_us;
	entry->source = packet->source;
	entry->destination = packet->destination;
	entry->source_port = packet->source_port;
	entry->destination_port = packet->destination_port;
	entry->ip_version = packet->ip_version;
	entry->transport = packet->transport;
	entry->layers = packet->layers;
}

/* In unsigned arithmetic: broken captures hold times that are too far apart for a difference. */
static uint64_t distance(int64_t a_us, int64_t b_us)
{
	return a_us > b_us ? (uint64_t)a_us - (uint64_t)b_us : (uint64_t)b_us - (uint64_t)a_us;
}

bool fragment_recall(
	struct fragment_table *table, const struct fragment_key *key, struct packet *packet)
{
	const struct entry *entry = find_entry(table, find_bucket(table, key), key);

	if (!entry || distance(packet->time_us, entry->time_us) > FRAGMENT_LIFETIME_US)
		return false;
	packet->source = entry->source;
	packet->destination = entry->destination;
	packet->source_port = entry->source_port;
	packet->destination_port = entry->destination_port;
	packet->ip_version = entry->ip_version;
	packet->transport = entry->transport;
	packet->layers = entry->layers;
	return true;
}
