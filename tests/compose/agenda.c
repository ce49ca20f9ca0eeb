/* SPDX-License-Identifier: Apache-2.0 */
#include "agenda.h"

#include <errno.h>
#include <stdlib.h>

/* What the heap compares, apart from the flows so that sifting moves little. */
struct agenda_entry {
	int64_t due_us;
	uint64_t order;
	uint32_t slot;
};

static bool is_before(const struct agenda_entry *a, const struct agenda_entry *b)
{
	return a->due_us != b->due_us ? a->due_us < b->due_us : a->order < b->order;
}

static int grow(struct agenda *agenda)
{
	size_t capacity = agenda->capacity ? 2 * agenda->capacity : 1024;
	void *entries, *flows, *slots;

	if (agenda->capacity >= AGENDA_FLOWS_MAX)
		return -E2BIG;
	entries = reallocarray(agenda->entries, capacity, sizeof(*agenda->entries));
	agenda->entries = entries ? entries : agenda->entries;
	flows = reallocarray(agenda->flows, capacity, sizeof(*agenda->flows));
	agenda->flows = flows ? flows : agenda->flows;
	slots = reallocarray(agenda->free_slots, capacity, sizeof(*agenda->free_slots));
	agenda->free_slots = slots ? slots : agenda->free_slots;
	if (!entries || !flows || !slots)
		return -ENOMEM;
	/* free_slots[count..] are the slots not in use. */
	for (size_t i = agenda->capacity; i < capacity; i++)
		agenda->free_slots[i] = (uint32_t)i;
	agenda->capacity = capacity;
	return 0;
}

static void sift_down(struct agenda *agenda)
{
	struct agenda_entry moving = agenda->entries[0];
	size_t hole = 0;

	for (size_t child = 1; child < agenda->count; child = 2 * hole + 1) {
		struct agenda_entry *entries = agenda->entries;
		if (child + 1 < agenda->count && is_before(&entries[child + 1], &entries[child]))
			child++;
		if (!is_before(&entries[child], &moving))
			break;
		entries[hole] = entries[child];
		hole = child;
	}
	agenda->entries[hole] = moving;
}

int agenda_add(struct agenda *agenda, const struct flow *flow)
{
	int r = agenda->count == agenda->capacity ? grow(agenda) : 0;

	if (r)
		return r;
	uint32_t slot = agenda->free_slots[agenda->count];
	struct agenda_entry entry = {flow_due_us(flow), flow->order, slot};
	size_t hole = agenda->count++;
	agenda->flows[slot] = *flow;
	for (; hole && is_before(&entry, &agenda->entries[(hole - 1) / 2]); hole = (hole - 1) / 2)
		agenda->entries[hole] = agenda->entries[(hole - 1) / 2];
	agenda->entries[hole] = entry;
	return 0;
}

struct flow *agenda_first(const struct agenda *agenda)
{
	return agenda->count ? &agenda->flows[agenda->entries[0].slot] : NULL;
}

void agenda_resort_first(struct agenda *agenda)
{
	agenda->entries[0].due_us = flow_due_us(agenda_first(agenda));
	sift_down(agenda);
}

void agenda_drop_first(struct agenda *agenda)
{
	agenda->free_slots[--agenda->count] = agenda->entries[0].slot;
	agenda->entries[0] = agenda->entries[agenda->count];
	if (agenda->count)
		sift_down(agenda);
}

void agenda_done(struct agenda *agenda)
{
	free(agenda->entries);
	free(agenda->flows);
	free(agenda->free_slots);
	*agenda = (struct agenda){0};
}
