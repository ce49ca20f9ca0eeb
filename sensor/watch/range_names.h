/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WATCH_RANGE_NAMES_H
#define WATCH_RANGE_NAMES_H
/* The names of the watched ranges, numbered in the order in which they came; found by hash. */
#include "watch/range.h"

/* Zeroed at first; ends with range_names_done. */
struct range_names {
	char (*names)[RANGE_NAME_SIZE];
	uint32_t count, room;
	uint32_t *slots, slot_count; /* numbers plus one by hash, 0 free; a power of two */
};

/* The number of the range called `name`, which gets the next one when it is new; or -ENOMEM. Names
 * are cut at RANGE_NAME_SIZE - 1 bytes. */
int64_t range_names_add(struct range_names *names, const char *name);

/* The number of the range of that name, or RANGE_NONE. */
uint32_t range_names_find(const struct range_names *names, const char *name);

/* Frees its memory. */
void range_names_done(struct range_names *names);

#endif
