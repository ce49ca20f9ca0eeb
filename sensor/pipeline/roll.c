/* SPDX-License-Identifier: Apache-2.0 */
#include "pipeline/roll.h"

#include <errno.h>
#include <stdlib.h>

#include "watch/ranges.h"

void roll_done(struct roll *roll)
{
	for (uint32_t i = 0; i < roll->count; i++)
		tracked_free(roll->tracked[i], &roll->rosters);
	free(roll->tracked);
	*roll = (struct roll){0};
}

struct tracked *roll_find(const struct roll *roll, uint32_t range)
{
	uint32_t low = 0, high = roll->count;
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		if (roll->tracked[middle]->range < range)
			low = middle + 1;
		else
			high = middle;
	}
	bool is_found = low < roll->count && roll->tracked[low]->range == range;
	return is_found ? roll->tracked[low] : NULL;
}

int roll_put(struct roll *roll, struct tracked *tracked)
{
	if (roll->count == roll->room) {
		uint32_t room = roll->room ? 2 * roll->room : 16;
		struct tracked **larger = realloc(roll->tracked, room * sizeof *larger);
		if (!larger)
			return -ENOMEM;
		roll->tracked = larger;
		roll->room = room;
	}
	uint32_t place = roll->count++;
	for (; place > 0 && roll->tracked[place - 1]->range > tracked->range; place--)
		roll->tracked[place] = roll->tracked[place - 1];
	roll->tracked[place] = tracked;
	return 0;
}

int roll_add(
	struct roll *roll, uint32_t range, const struct detect_settings *settings, int64_t since_s)
{
	struct tracked *tracked = tracked_new(range, roll->technique_count, settings, since_s);
	int error = tracked ? roll_put(roll, tracked) : -ENOMEM;
	if (error < 0)
		tracked_free(tracked, &roll->rosters);
	return error;
}

struct tracked *roll_take(struct roll *roll, uint32_t range)
{
	struct tracked *tracked = roll_find(roll, range);
	uint32_t place = 0;
	if (!tracked)
		return NULL;
	while (roll->tracked[place] != tracked)
		place++;
	for (roll->count--; place < roll->count; place++)
		roll->tracked[place] = roll->tracked[place + 1];
	return tracked;
}

void roll_forget(struct roll *roll, uint32_t range)
{
	tracked_free(roll_take(roll, range), &roll->rosters);
}

static int compare_tracked(const void *left, const void *right)
{
	uint32_t a = (*(struct tracked *const *)left)->range;
	uint32_t b = (*(struct tracked *const *)right)->range;
	return (a > b) - (a < b);
}

void roll_renumber(struct roll *roll, const uint32_t *numbers)
{
	uint32_t kept = 0;
	for (uint32_t i = 0; i < roll->count; i++) {
		struct tracked *tracked = roll->tracked[i];
		if (tracked->range != RANGE_CONTROL)
			tracked->range = numbers[tracked->range];
		if (tracked->range == RANGE_NONE)
			tracked_free(tracked, &roll->rosters);
		else
			roll->tracked[kept++] = tracked;
	}
	roll->count = kept;
	if (kept > 0)
		qsort(roll->tracked, kept, sizeof(struct tracked *), compare_tracked);
}

void roll_save(const struct roll *roll, struct pack_writer *writer)
{
	pack_put_u32(writer, roll->count);
	for (uint32_t i = 0; i < roll->count; i++) {
		pack_put_u32(writer, roll->tracked[i]->range);
		tracked_save(roll->tracked[i], writer);
	}
}

static int load_one(struct roll *roll, const struct detect_settings *settings,
	struct pack_reader *reader, const struct meter_numbering *numbering)
{
	uint32_t range = meter_range_now(numbering, pack_get_u32(reader));
	struct tracked *unknown = NULL, *tracked = NULL;
	if (range == METER_UNKNOWN)
		tracked = unknown = tracked_new(range, roll->technique_count, settings, 0);
	else if (roll_find(roll, range) || roll_add(roll, range, settings, 0) == 0)
		tracked = roll_find(roll, range);
	int error = tracked ? tracked_load(tracked, &roll->rosters, settings, reader, numbering)
			    : -ENOMEM;
	tracked_free(unknown, &roll->rosters);
	return error;
}

int roll_load(struct roll *roll, const struct detect_settings *settings, struct pack_reader *reader,
	const struct meter_numbering *numbering)
{
	uint32_t count = pack_get_count(reader, numbering->range_count + 1); /* the control group */
	int error = 0;
	for (uint32_t i = 0; i < count && error == 0 && reader->error == 0; i++)
		error = load_one(roll, settings, reader, numbering);
	return error;
}
