/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PIPELINE_SHELF_H
#define PIPELINE_SHELF_H
/*
 * What is known of ranges that a reload has left out, by name: a list that was edited in error
 * costs nothing once it is mended. Not kept across a restart.
 */
#include "pipeline/tracked.h"
#include "watch/ranges.h"

#define SHELF_PLACES 256 /* the one that lies longest gives way */

struct shelved {
	char name[RANGE_NAME_SIZE];
	struct tracked *tracked;
};

/* Zeroed at first; the oldest is first. */
struct shelf {
	struct shelved places[SHELF_PLACES];
	uint32_t count;
	uint64_t dropped; /* that gave way */
};

/* Lays a range down, which becomes the shelf's. `rosters` is the budget that its hosts count in. */
void shelf_put(struct shelf *shelf, const char *name, struct tracked *tracked,
	struct roster_budget *rosters);

/* Takes the first range that has a number in `ranges`, which it bears then; NULL: there is none. It
 * becomes the caller's. */
struct tracked *shelf_take(struct shelf *shelf, const struct ranges *ranges);

void shelf_done(struct shelf *shelf, struct roster_budget *rosters);

#endif
