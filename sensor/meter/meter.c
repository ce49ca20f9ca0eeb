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
	struct hosts_pool *pool;
	struct roster_budget rosters;
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
	meter->rosters.max_bytes = settings->has_rosters ? METER_ROSTERS_BYTES : 0;
	meter->key = siphash_key_from_seed(settings->host_seed);
	meter->by_range = calloc(settings->range_count + 1, sizeof(struct meter_range *));
	meter->touched = calloc(most_held(settings->range_count) + 1, sizeof(struct meter_range *));
	if (!meter->by_range || !meter->touched ||
		hosts_pool_new(settings->max_blocks, &meter->pool) < 0) {
		meter_free(meter);
		return -ENOMEM;
	}
	*ret_meter = meter;
	return 0;
}

static void clear_cell(struct meter *meter, struct meter_cell *cell)
{
	struct witness *witness = cell->witness;
	hosts_clear(&cell->hosts, meter->pool);
	roster_clear(&cell->roster);
	if (witness)
		witness_clear(witness);
	*cell = (struct meter_cell){.witness = witness, .roster = cell->roster};
}

static void done_cell(struct meter *meter, struct meter_cell *cell)
{
	roster_done(&cell->roster, &meter->rosters);
	if (cell->witness)
		witness_done(cell->witness);
	free(cell->witness);
}

/* Accepts NULL. */
static void free_range(struct meter *meter, struct meter_range *range)
{
	if (!range)
		return;
	done_cell(meter, &range->all);
	for (uint32_t t = 0; t < meter->settings.technique_count; t++)
		done_cell(meter, &range->cells[t]);
	free(range);
}

void meter_free(struct meter *meter)
{
	if (!meter)
		return;
	if (meter->pool)
		meter_clear(meter);
	for (uint32_t i = 0; meter->by_range && i < meter->settings.range_count; i++)
		free_range(meter, meter->by_range[i]);
	free_range(meter, meter->control);
	hosts_pool_free(meter->pool);
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
	if (!traffic->mark_host)
		return;
	hosts_add(&cell->hosts, meter->pool, host);
	if (meter->settings.has_rosters)
		roster_add(&cell->roster, &meter->rosters, host, traffic->time_s);
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
	if (flow->in_total) {
		range->all.flows += !flow->is_inbound;
		range->all.inbound += flow->is_inbound;
	}
	for (technique_set left = flow->techniques; left; left &= left - 1) {
		struct meter_cell *cell = &range->cells[__builtin_ctz(left)];
		cell->flows += !flow->is_inbound;
		cell->inbound += flow->is_inbound;
	}
	for (technique_set left = flow->suspected; left; left &= left - 1)
		range->cells[__builtin_ctz(left)].suspected++;
}

static struct witness *witness_of(struct meter *meter, struct meter_cell *cell)
{
	if (!cell->witness)
		cell->witness = calloc(1, sizeof *cell->witness);
	if (!cell->witness)
		meter->refused++;
	return cell->witness;
}

static struct witness *find_witness(struct meter *meter, uint32_t range, uint32_t technique)
{
	struct meter_range *counts = touch(meter, range);
	return counts ? witness_of(meter, &counts->cells[technique]) : NULL;
}

void meter_add_witness(
	struct meter *meter, uint32_t range, uint32_t technique, const struct witness_flow *flow)
{
	struct witness *witness = find_witness(meter, range, technique);
	if (witness && witness_add(witness, flow) < 0)
		meter->refused++;
}

void meter_add_example(struct meter *meter, uint32_t range, uint32_t technique,
	const struct witness_example *example)
{
	struct witness *witness = find_witness(meter, range, technique);
	if (witness)
		witness_show(witness, example);
}

static void merge_cell(struct meter *meter, struct meter_cell *cell, const struct meter_cell *from)
{
	cell->flows += from->flows;
	cell->bytes += from->bytes;
	cell->suspected += from->suspected;
	cell->inbound += from->inbound;
	hosts_merge(&cell->hosts, meter->pool, &from->hosts);
	if (meter->settings.has_rosters)
		roster_merge(&cell->roster, &meter->rosters, &from->roster);
	if (!from->witness || (from->witness->flows == 0 && from->witness->example_count == 0))
		return;
	struct witness *witness = witness_of(meter, cell);
	if (witness && witness_merge(witness, from->witness) < 0)
		meter->refused++;
}

void meter_merge(struct meter *meter, const struct meter *from)
{
	for (uint32_t i = 0; i < from->touched_count; i++) {
		const struct meter_range *other = from->touched[i];
		struct meter_range *range = touch(meter, other->range);
		if (!range)
			continue;
		merge_cell(meter, &range->all, &other->all);
		for (uint32_t t = 0; t < meter->settings.technique_count; t++)
			merge_cell(meter, &range->cells[t], &other->cells[t]);
	}
}

static void save_cell(const struct meter_cell *cell, struct pack_writer *writer)
{
	bool is_witnessed =
		cell->witness && (cell->witness->flows > 0 || cell->witness->example_count > 0);
	pack_put_u64(writer, cell->flows);
	pack_put_u64(writer, cell->bytes);
	pack_put_u64(writer, cell->suspected);
	pack_put_u64(writer, cell->inbound);
	hosts_save(&cell->hosts, writer);
	roster_save(&cell->roster, writer);
	pack_put_u8(writer, is_witnessed);
	if (is_witnessed)
		witness_save(cell->witness, writer);
}

void meter_save(const struct meter *meter, struct pack_writer *writer)
{
	pack_put_u32(writer, meter->touched_count);
	for (uint32_t i = 0; i < meter->touched_count; i++) {
		const struct meter_range *range = meter->touched[i];
		pack_put_u32(writer, range->range);
		save_cell(&range->all, writer);
		for (uint32_t t = 0; t < meter->settings.technique_count; t++)
			save_cell(&range->cells[t], writer);
	}
}

static int load_cell(struct meter *meter, struct meter_cell *cell, struct pack_reader *reader)
{
	cell->flows = pack_get_u64(reader);
	cell->bytes = pack_get_u64(reader);
	cell->suspected = pack_get_u64(reader);
	cell->inbound = pack_get_u64(reader);
	hosts_load(&cell->hosts, meter->pool, reader);
	roster_load(&cell->roster, &meter->rosters, reader);
	if (!pack_get_bool(reader))
		return 0;
	struct witness *witness = witness_of(meter, cell);
	return witness ? witness_load(witness, reader) : -ENOMEM;
}

/* Reads one saved cell into `cell`, or over it when that is NULL. */
static int take_cell(struct meter *meter, struct meter_cell *cell, struct pack_reader *reader)
{
	struct meter_cell unknown = {0};
	if (cell)
		return load_cell(meter, cell, reader);
	int error = load_cell(meter, &unknown, reader);
	hosts_clear(&unknown.hosts, meter->pool);
	roster_done(&unknown.roster, &meter->rosters);
	if (unknown.witness)
		witness_done(unknown.witness);
	free(unknown.witness);
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
		clear_cell(meter, &range->all);
		for (uint32_t t = 0; t < meter->settings.technique_count; t++)
			clear_cell(meter, &range->cells[t]);
		range->is_touched = false;
	}
	meter->touched_count = 0;
}

/* Takes a range with all that it has counted out of the meter. */
static void forget_range(struct meter *meter, uint32_t number)
{
	struct meter_range **place = place_of(meter, number), *range = *place;
	if (!range)
		return;
	clear_cell(meter, &range->all);
	for (uint32_t t = 0; t < meter->settings.technique_count; t++)
		clear_cell(meter, &range->cells[t]);
	free_range(meter, range);
	*place = NULL;
	meter->made--;
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
	return meter->refused + meter->rosters.refused + hosts_pool_refused(meter->pool);
}
