/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PIPELINE_ROLL_H
#define PIPELINE_ROLL_H
/* The ranges that are followed, in the order of their numbers with the control group last: the same
 * for any number of workers. */
#include "pipeline/tracked.h"

/* Begins with `technique_count` and the budget's max_bytes set, all else zeroed. */
struct roll {
	struct tracked **tracked;
	uint32_t count, room;
	uint32_t technique_count;
	struct roster_budget rosters; /* of all of them */
};

void roll_done(struct roll *roll);

/* NULL: the range is not followed. */
struct tracked *roll_find(const struct roll *roll, uint32_t range);

/* Begins to follow a range that is not followed yet. Arguments as of tracked_new. Returns 0 or
 * -ENOMEM. */
int roll_add(
	struct roll *roll, uint32_t range, const struct detect_settings *settings, int64_t since_s);

/* Follows a range that is not followed yet; `tracked` becomes the roll's. Returns 0 or -ENOMEM. */
int roll_put(struct roll *roll, struct tracked *tracked);

/* Follows a range no longer; NULL: it was not followed. What is known becomes the caller's. */
struct tracked *roll_take(struct roll *roll, uint32_t range);

/* What is known of a range, if anything is, is given up. */
void roll_forget(struct roll *roll, uint32_t range);

/* Range i is number numbers[i] from now on, or forgotten where that is RANGE_NONE. */
void roll_renumber(struct roll *roll, const uint32_t *numbers);

/* Packs all of it. */
void roll_save(const struct roll *roll, struct pack_writer *writer);

/* Takes a packed one into an empty one; ranges and techniques not known any more are passed over.
 * Returns 0 or -ENOMEM; bytes that make no sense are told by the reader's error. */
int roll_load(struct roll *roll, const struct detect_settings *settings, struct pack_reader *reader,
	const struct meter_numbering *numbering);

#endif
