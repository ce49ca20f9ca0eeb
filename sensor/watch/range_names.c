/* SPDX-License-Identifier: Apache-2.0 */
#include "watch/range_names.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* FNV-1a (Fowler, Noll, Vo); names come from the operator, so the hash needs no key. */
static uint32_t hash_name(const char *name)
{
	uint32_t hash = 2166136261u;
	for (size_t i = 0; i < RANGE_NAME_SIZE - 1 && name[i]; i++)
		hash = (hash ^ (uint8_t)name[i]) * 16777619u;
	return hash;
}

/* The slot that holds `name`, or the free one where it belongs. */
static uint32_t *find_slot(const struct range_names *names, const char *name)
{
	uint32_t mask = names->slot_count - 1;
	for (uint32_t i = hash_name(name);; i++) {
		uint32_t *slot = &names->slots[i & mask];
		if (*slot == 0 || strncmp(names->names[*slot - 1], name, RANGE_NAME_SIZE - 1) == 0)
			return slot;
	}
}

static int grow_names(struct range_names *names)
{
	uint32_t room = names->room ? 2 * names->room : 16;
	if (names->count < names->room)
		return 0;
	void *larger = realloc(names->names, room * sizeof *names->names);
	if (!larger)
		return -ENOMEM;
	names->names = larger;
	names->room = room;
	return 0;
}

/* Keeps the slots at most half full. */
static int grow_slots(struct range_names *names)
{
	if (2 * (names->count + 1) <= names->slot_count)
		return 0;
	uint32_t count = names->slot_count ? 2 * names->slot_count : 64;
	uint32_t *slots = calloc(count, sizeof *slots);
	if (!slots)
		return -ENOMEM;
	free(names->slots);
	names->slots = slots;
	names->slot_count = count;
	for (uint32_t i = 0; i < names->count; i++)
		*find_slot(names, names->names[i]) = i + 1;
	return 0;
}

int64_t range_names_add(struct range_names *names, const char *name)
{
	if (grow_slots(names) < 0 || grow_names(names) < 0)
		return -ENOMEM;
	uint32_t *slot = find_slot(names, name);
	if (*slot == 0) {
		snprintf(names->names[names->count], RANGE_NAME_SIZE, "%s", name);
		*slot = ++names->count;
	}
	return *slot - 1;
}

uint32_t range_names_find(const struct range_names *names, const char *name)
{
	uint32_t slot = names->slot_count > 0 ? *find_slot(names, name) : 0;
	return slot ? slot - 1 : RANGE_NONE;
}

void range_names_done(struct range_names *names)
{
	free(names->names);
	free(names->slots);
	*names = (struct range_names){0};
}
