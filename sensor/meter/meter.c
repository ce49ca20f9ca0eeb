/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/meter.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/siphash.h"
#include "watch/range.h"

struct meter {
	struct meter_settings settings;
	struct siphash_key key;
	struct cell_memory memory;
	struct meter_range **by_range;
	struct meter_range *control; /* the control group's, which has no number */
	struct meter_range **touched;
	uint32_t touched_count, made;
	uint64_t refused;
};

static uint32_t most_held(uint32_t range_count)
{
	return range_count < METER_RANGES_MAX ? range_count : METER_RANGES_MAX;
}

int meter_new(const struct meter_settings *settings, struct meter **ret_meter)
{
	struct meter *meter = calloc(1, sizeof *meter);
	if (!meter)
		return -ENOMEM;
	meter->settings = *settings;
	meter->memory.rosters.max_bytes = settings->has_rosters ? METER_ROSTERS_BYTES : 0;
	meter->key = siphash_key_from_seed(settings->host_seed);
	meter->by_range = calloc(settings->range_count + 1, sizeof(struct meter_range *));
	meter->touched = calloc(most_held(settings->range_count) + 1, sizeof(struct meter_range *));
	if (!meter->by_range || !meter->touched ||
		hosts_pool_new(settings->max_blocks, &meter->memory.pool) < 0) {
		meter_free(meter);
		return -ENOMEM;
	}
	*ret_meter = meter;
	return 0;
}

/* Accepts NULL. */
static void free_range(struct meter *meter, struct meter_range *range)
{
	if (!range)
		return;
	cell_done(&range->all, &meter->memory);
	for (uint32_t t = 0; t < meter->settings.technique_count; t++)
		cell_done(&range->cells[t], &meter->memory);
	free(range);
}

void meter_free(struct meter *meter)
{
	if (!meter)
		return;
	for (uint32_t i = 0; meter->by_range && i < meter->settings.range_count; i++)
		free_range(meter, meter->by_range[i]);
	free_range(meter, meter->control);
	hosts_pool_free(meter->memory.pool);
	free(meter->by_range);
	free(meter->touched);
	free(meter);
}

/* Where a range's counts are kept; NULL when there is no such range. */
static struct meter_range **place_of(struct meter *meter, uint32_t number)
{
	if (number == RANGE_CONTROL)
		return &meter->control;
	return number < meter->settings.range_count ? &meter->by_range[number] : NULL;
}

/* The counts of a range, made at its first traffic; NULL when there is no place for it. */
static struct meter_range *touch(struct meter *meter, uint32_t number)
{
	struct meter_range **place = place_of(meter, number);
	struct meter_range *range = place ? *place : NULL;
	if (!range) {
		if (place && meter->made < METER_RANGES_MAX)
			range = calloc(1, sizeof *range + meter->settings.technique_count *
								  sizeof(struct meter_cell));
		if (!range) {
			meter->refused++;
			return NULL;
		}
		range->range = number;
		*place = range;
		meter->made++;
	}
	if (!range->is_touched) {
		range->is_touched = true;
		meter->touched[meter->touched_count++] = range;
	}
	return range;
}

static void add_to_cell(struct meter *meter, struct meter_cell *cell,
	const struct meter_traffic *traffic, uint64_t host)
{
	cell->bytes += traffic->bytes;
	if (traffic->mark_host)
		cell_add_host(cell, &meter->memory, host, traffic->time_s);
}

void meter_add_traffic(struct meter *meter, const struct meter_traffic *traffic)
{
	struct meter_range *range = touch(meter, traffic->range);
	uint64_t host = 0;
	if (!range)
		return;
	if (traffic->mark_host)
		host = siphash_1_3(&meter->key, traffic->host, sizeof *traffic->host);
	if (traffic->in_total)
		add_to_cell(meter, &range->all, traffic, host);
	for (technique_set left = traffic->techniques; left; left &= left - 1)
		add_to_cell(meter, &range->cells[__builtin_ctz(left)], traffic, host);
}

void meter_add_flow(struct meter *meter, const struct meter_flow *flow)
{
	struct meter_range *range = touch(meter, flow->range);
	if (!range)
		return;
	if (flow->in_total)
		cell_add_flow(&range->all, flow->is_inbound);
	for (technique_set left = flow->techniques; left; left &= left - 1)
		cell_add_flow(&range->cells[__builtin_ctz(left)], flow->is_inbound);
	for (technique_set left = flow->suspected; left; left &= left - 1)
		range->cells[__builtin_ctz(left)].suspected++;
}

void meter_add_witness(
	struct meter *meter, uint32_t range, uint32_t technique, const struct witness_flow *flow)
{
	struct meter_range *counts = touch(meter, range);
	if (counts)
		cell_add_witness(&counts->cells[technique], &meter->memory, flow);
}

void meter_add_example(struct meter *meter, uint32_t range, uint32_t technique,
	const struct witness_example *example)
{
	struct meter_range *counts = touch(meter, range);
	if (counts)
		cell_add_example(&counts->cells[technique], &meter->memory, example);
}

void meter_merge(struct meter *meter, const struct meter *from)
{
	for (uint32_t i = 0; i < from->touched_count; i++) {
		const struct meter_range *other = from->touched[i];
		struct meter_range *range = touch(meter, other->range);
		if (!range)
			continue;
		cell_merge(&range->all, &meter->memory, &other->all);
		for (uint32_t t = 0; t < meter->settings.technique_count; t++)
			cell_merge(&range->cells[t], &meter->memory, &other->cells[t]);
	}
}

void meter_save(const struct meter *meter, struct pack_writer *writer)
{
	pack_put_u32(writer, meter->touched_count);
	for (uint32_t i = 0; i < meter->touched_count; i++) {
		const struct meter_range *range = meter->touched[i];
		pack_put_u32(writer, range->range);
		cell_save(&range->all, writer);
		for (uint32_t t = 0; t < meter->settings.technique_count; t++)
			cell_save(&range->cells[t], writer);
	}
}

/* Reads one saved cell into `cell`, or over it when that is NULL. */
static int take_cell(struct meter *meter, struct meter_cell *cell, struct pack_reader *reader)
{
	struct meter_cell unknown = {0};
	if (cell)
		return cell_load(cell, &meter->memory, reader);
	int error = cell_load(&unknown, &meter->memory, reader);
	cell_done(&unknown, &meter->memory);
	return error;
}

uint32_t meter_range_now(const struct meter_numbering *numbering, uint32_t saved)
{
	if (saved == RANGE_CONTROL)
		return saved;
	return saved < numbering->range_count ? numbering->ranges[saved] : METER_UNKNOWN;
}

int meter_load(
	struct meter *meter, struct pack_reader *reader, const struct meter_numbering *numbering)
{
	uint32_t count = pack_get_count(reader, METER_RANGES_MAX + 1);
	int error = 0;
	for (uint32_t i = 0; i < count && error == 0 && reader->error == 0; i++) {
		uint32_t number = meter_range_now(numbering, pack_get_u32(reader));
		struct meter_range *range = place_of(meter, number) ? touch(meter, number) : NULL;
		error = take_cell(meter, range ? &range->all : NULL, reader);
		for (uint32_t t = 0; t < numbering->technique_count && error == 0; t++) {
			uint32_t technique = numbering->techniques[t];
			bool is_known = range && technique < meter->settings.technique_count;
			error = take_cell(
				meter, is_known ? &range->cells[technique] : NULL, reader);
		}
	}
	return error;
}

void meter_clear(struct meter *meter)
{
	for (uint32_t i = 0; i < meter->touched_count; i++) {
		struct meter_range *range = meter->touched[i];
		cell_clear(&range->all, &meter->memory);
		for (uint32_t t = 0; t < meter->settings.technique_count; t++)
			cell_clear(&range->cells[t], &meter->memory);
		range->is_touched = false;
	}
	meter->touched_count = 0;
}

/* Takes a range with all that it has counted out of the meter. */
static void forget_range(struct meter *meter, uint32_t number)
{
	struct meter_range **place = place_of(meter, number);
	meter->made -= *place != NULL;
	free_range(meter, *place);
	*place = NULL;
}

/* Keeps, in their order, the touched ranges that have a new number, and the control group. */
static uint32_t keep_touched(
	const struct meter *meter, const uint32_t *numbers, struct meter_range **ret_touched)
{
	uint32_t count = 0;
	for (uint32_t i = 0; i < meter->touched_count; i++) {
		uint32_t number = meter->touched[i]->range;
		if (number == RANGE_CONTROL || (numbers && numbers[number] != RANGE_NONE))
			ret_touched[count++] = meter->touched[i];
	}
	return count;
}

static void move_ranges(
	struct meter *meter, const uint32_t *numbers, struct meter_range **ret_by_range)
{
	for (uint32_t i = 0; i < meter->settings.range_count; i++) {
		uint32_t number = numbers ? numbers[i] : RANGE_NONE;
		if (number == RANGE_NONE) {
			forget_range(meter, i);
		} else if (meter->by_range[i]) {
			meter->by_range[i]->range = number;
			ret_by_range[number] = meter->by_range[i];
		}
	}
}

void meter_renumber(struct meter *meter, const uint32_t *numbers, uint32_t range_count)
{
	struct meter_range **by_range = calloc(range_count + 1, sizeof(struct meter_range *));
	struct meter_range **touched =
		calloc(most_held(range_count) + 1, sizeof(struct meter_range *));
	if (by_range && touched) {
		meter->touched_count = keep_touched(meter, numbers, touched);
		move_ranges(meter, numbers, by_range);
		free(meter->by_range);
		free(meter->touched);
		meter->by_range = by_range;
		meter->touched = touched;
		meter->settings.range_count = range_count;
		return;
	}
	/* What was counted is lost, and so are ranges beyond the former ones: both are told. */
	meter->refused += meter->touched_count + 1;
	meter->touched_count = 0;
	move_ranges(meter, NULL, NULL);
	forget_range(meter, RANGE_CONTROL);
	if (range_count < meter->settings.range_count)
		meter->settings.range_count = range_count;
	free(by_range);
	free(touched);
}

struct meter_range *const *meter_touched(const struct meter *meter, uint32_t *ret_count)
{
	*ret_count = meter->touched_count;
	return meter->touched;
}

const struct meter_range *meter_look(const struct meter *meter, uint32_t range)
{
	if (range == RANGE_CONTROL)
		return meter->control;
	return range < meter->settings.range_count ? meter->by_range[range] : NULL;
}

uint64_t meter_refused(const struct meter *meter)
{
	const struct cell_memory *memory = &meter->memory;
	return meter->refused + memory->refused + memory->rosters.refused +
	       hosts_pool_refused(memory->pool);
}
