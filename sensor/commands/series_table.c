/* SPDX-License-Identifier: Apache-2.0 */
#include "commands/series_table.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define CAPACITY_FIRST 64 /* a power of two */

int series_table_init(struct series_table *table, size_t detector_bytes, uint64_t seed)
{
	*table = (struct series_table){
		.slots = calloc(CAPACITY_FIRST, sizeof table->slots[0]),
		.capacity = CAPACITY_FIRST,
		.detector_bytes = detector_bytes,
		.key = siphash_key_from_seed(seed),
	};
	return table->slots != NULL ? 0 : -ENOMEM;
}

void series_table_done(struct series_table *table)
{
	for (size_t i = 0; table->slots != NULL && i < table->capacity; i++) {
		if (table->slots[i] != NULL)
			free(table->slots[i]->detector);
		free(table->slots[i]);
	}
	free(table->slots);
	*table = (struct series_table){0};
}

static int grow(struct series_table *table)
{
	size_t capacity = table->capacity * 2;
	struct series_entry **slots = calloc(capacity, sizeof slots[0]);
	if (slots == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < table->capacity; i++) {
		if (table->slots[i] == NULL)
			continue;
		size_t at = table->slots[i]->hash & (capacity - 1);
		while (slots[at] != NULL)
			at = (at + 1) & (capacity - 1);
		slots[at] = table->slots[i];
	}
	free(table->slots);
	table->slots = slots;
	table->capacity = capacity;
	return 0;
}

static bool is_named(
	const struct series_entry *entry, uint64_t hash, const char *name, size_t length)
{
	return entry->hash == hash && entry->name_length == length &&
	       memcmp(entry->name, name, length) == 0;
}

static struct series_entry *new_entry(
	const struct series_table *table, uint64_t hash, const char *name, size_t length)
{
	struct series_entry *entry = calloc(1, sizeof *entry + length);
	if (entry == NULL)
		return NULL;
	entry->detector = calloc(1, table->detector_bytes);
	if (entry->detector == NULL) {
		free(entry);
		return NULL;
	}
	entry->hash = hash;
	entry->name_length = length;
	memcpy(entry->name, name, length);
	return entry;
}

int series_table_get(struct series_table *table, const char *name, size_t name_length,
	struct series_entry **ret_entry)
{
	uint64_t hash = siphash_1_3(&table->key, name, name_length);
	if (table->count + 1 > table->capacity / 4 * 3) {
		int r = grow(table);
		if (r < 0)
			return r;
	}
	size_t at = hash & (table->capacity - 1);
	while (table->slots[at] != NULL) {
		if (is_named(table->slots[at], hash, name, name_length)) {
			*ret_entry = table->slots[at];
			return 0;
		}
		at = (at + 1) & (table->capacity - 1);
	}
	if (table->count == SERIES_TABLE_MAX)
		return -ENOSPC;
	struct series_entry *entry = new_entry(table, hash, name, name_length);
	if (entry == NULL)
		return -ENOMEM;
	table->slots[at] = *ret_entry = entry;
	table->count++;
	return 1;
}
