/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/witness.h"

#include <stdlib.h>
#include <string.h>

static struct witness_entry *smallest(struct witness_list *list)
{
	struct witness_entry *entry = &list->entries[0];
	for (uint32_t i = 1; i < list->count; i++)
		if (list->entries[i].flows < entry->flows)
			entry = &list->entries[i];
	return entry;
}

void witness_count(struct witness_list *list, const struct surgetap_address *address,
	uint64_t flows)
{
	for (uint32_t i = 0; i < list->count; i++) {
		if (memcmp(&list->entries[i].address, address, sizeof *address) == 0) {
			list->entries[i].flows += flows;
			return;
		}
	}
	if (list->count < WITNESS_ENTRIES) {
		list->entries[list->count++] = (struct witness_entry){*address, flows};
		return;
	}
	struct witness_entry *entry = smallest(list);
	entry->address = *address;
	entry->flows += flows;
}

static bool is_later(const struct witness_example *a, const struct witness_example *b)
{
	return a->time_us != b->time_us ? a->time_us > b->time_us : a->flow_id > b->flow_id;
}

void witness_show(struct witness *witness, const struct witness_example *example)
{
	uint32_t place = witness->example_count;
	while (place > 0 && is_later(example, &witness->examples[place - 1]))
		place--;
	if (place == WITNESS_EXAMPLES)
		return;
	if (witness->example_count < WITNESS_EXAMPLES)
		witness->example_count++;
	for (uint32_t i = witness->example_count - 1; i > place; i--)
		witness->examples[i] = witness->examples[i - 1];
	witness->examples[place] = *example;
}

void witness_merge(struct witness *witness, const struct witness *from)
{
	for (uint32_t i = 0; i < from->hosts.count; i++)
		witness_count(&witness->hosts, &from->hosts.entries[i].address,
			from->hosts.entries[i].flows);
	for (uint32_t i = 0; i < from->peers.count; i++)
		witness_count(&witness->peers, &from->peers.entries[i].address,
			from->peers.entries[i].flows);
	for (uint32_t i = 0; i < from->example_count; i++)
		witness_show(witness, &from->examples[i]);
}

static int compare_entries(const void *left, const void *right)
{
	const struct witness_entry *a = left, *b = right;
	if (a->flows != b->flows)
		return a->flows < b->flows ? 1 : -1;
	return memcmp(&a->address, &b->address, sizeof a->address);
}

uint32_t witness_top(const struct witness_list *list, struct witness_entry *ret_entries,
	uint32_t max)
{
	struct witness_entry sorted[WITNESS_ENTRIES];
	uint32_t count = list->count < max ? list->count : max;
	memcpy(sorted, list->entries, list->count * sizeof *sorted);
	qsort(sorted, list->count, sizeof *sorted, compare_entries);
	memcpy(ret_entries, sorted, count * sizeof *sorted);
	return count;
}
