/* SPDX-License-Identifier: Apache-2.0 */
#include "pipeline/shelf.h"

#include <stdio.h>
#include <string.h>

static struct tracked *remove_place(struct shelf *shelf, uint32_t place)
{
	struct tracked *tracked = shelf->places[place].tracked;
	shelf->count--;
	memmove(&shelf->places[place], &shelf->places[place + 1],
		(shelf->count - place) * sizeof shelf->places[0]);
	return tracked;
}

void shelf_put(struct shelf *shelf, const char *name, struct tracked *tracked,
	struct roster_budget *rosters)
{
	if (shelf->count == SHELF_PLACES) {
		tracked_free(remove_place(shelf, 0), rosters);
		shelf->dropped++;
	}
	struct shelved *place = &shelf->places[shelf->count++];
	snprintf(place->name, sizeof place->name, "%s", name);
	place->tracked = tracked;
}

struct tracked *shelf_take(struct shelf *shelf, const struct ranges *ranges)
{
	for (uint32_t i = 0; i < shelf->count; i++) {
		uint32_t range = ranges_find_name(ranges, shelf->places[i].name);
		if (range == RANGE_NONE)
			continue;
		struct tracked *tracked = remove_place(shelf, i);
		tracked->range = range;
		return tracked;
	}
	return NULL;
}

void shelf_done(struct shelf *shelf, struct roster_budget *rosters)
{
	while (shelf->count > 0)
		tracked_free(remove_place(shelf, shelf->count - 1), rosters);
}
