/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/meter.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define RANGES 3
#define TECHNIQUES 4

static struct meter *make_meter(void)
{
	struct meter_settings settings = {
		.range_count = RANGES,
		.technique_count = TECHNIQUES,
		.max_blocks = 64,
		.host_seed = 1,
		.has_rosters = true,
	};
	struct meter *meter;

	assert_int_equal(meter_new(&settings, &meter), 0);
	return meter;
}

/* A flow; the meters that are compared get it under the same id. */
static void add_flow(
	struct meter *meter, uint32_t range, technique_set techniques, uint32_t number, uint64_t id)
{
	struct surgetap_address host = {{[12] = (uint8_t)(number >> 8), [13] = (uint8_t)number}};

	meter_add_flow(meter,
		&(struct meter_flow){.range = range, .techniques = techniques, .in_total = true});
	meter_add_traffic(meter, &(struct meter_traffic){.range = range,
					 .techniques = techniques,
					 .in_total = true,
					 .mark_host = true,
					 .host = &host,
					 .time_s = 1000 + number,
					 .bytes = 100 + number});
	if (techniques)
		meter_add_witness(meter, range, (uint32_t)__builtin_ctz(techniques),
			&(struct witness_flow){id * UINT64_C(0x9e3779b97f4a7c15), host, host});
}

static void add(struct meter *meter, uint32_t range, technique_set techniques, uint32_t number)
{
	static uint64_t id = 1;

	add_flow(meter, range, techniques, number, id++);
}

static void assert_cells_equal(const struct meter_cell *a, const struct meter_cell *b)
{
	struct witness_entry top[2][8];
	uint32_t count;

	assert_int_equal(a->flows, b->flows);
	assert_int_equal(a->bytes, b->bytes);
	assert_int_equal(a->suspected, b->suspected);
	assert_int_equal(a->inbound, b->inbound);
	assert_true(hosts_count(&a->hosts) == hosts_count(&b->hosts));
	for (int64_t time_s = 1000; time_s < 2000; time_s += 50)
		assert_true(roster_count(&a->roster, 1000, time_s) ==
			    roster_count(&b->roster, 1000, time_s));
	assert_int_equal(!a->witness, !b->witness);
	if (!a->witness)
		return;
	assert_int_equal(a->witness->flows, b->witness->flows);
	count = witness_top(a->witness, WITNESS_HOSTS, top[0], 8);
	assert_int_equal(witness_top(b->witness, WITNESS_HOSTS, top[1], 8), count);
	assert_memory_equal(top[0], top[1], count * sizeof(top[0][0]));
}

static void assert_meters_equal(const struct meter *a, const struct meter *b)
{
	for (uint32_t range = 0; range < RANGES; range++) {
		const struct meter_range *left = meter_look(a, range),
					 *right = meter_look(b, range);

		assert_int_equal(!left, !right);
		if (!left)
			continue;
		assert_cells_equal(&left->all, &right->all);
		for (int t = 0; t < TECHNIQUES; t++)
			assert_cells_equal(&left->cells[t], &right->cells[t]);
	}
}

static void order_of_merging_changes_the_counts(void **state)
{
	struct meter *parts[3], *forward = make_meter(), *backward = make_meter(),
				*whole = make_meter();

	(void)state;
	for (int i = 0; i < 3; i++)
		parts[i] = make_meter();
	for (uint32_t i = 0; i < 3000; i++) {
		uint32_t range = i % 7 == 0, host = i % 11 ? i % 40 : i % 900;

		add_flow(parts[i % 3], range, i % 5 ? 0 : 1u << i % TECHNIQUES, host, i);
		add_flow(whole, range, i % 5 ? 0 : 1u << i % TECHNIQUES, host, i);
	}
	for (int i = 0; i < 3; i++) {
		meter_merge(forward, parts[i]);
		meter_merge(backward, parts[2 - i]);
	}
	assert_meters_equal(forward, whole);
	assert_meters_equal(backward, whole);
	assert_null(meter_look(whole, 2));
	for (int i = 0; i < 3; i++)
		meter_free(parts[i]);
	meter_free(forward), meter_free(backward), meter_free(whole);
}

static void hosts_of_two_buckets_are_added(void **state)
{
	struct meter *minute = make_meter(), *hour = make_meter();

	(void)state;
	for (int i = 0; i < 60; i++) {
		add(minute, 0, 1, 1);
		add(minute, 0, 1, 2);
		meter_merge(hour, minute);
		meter_clear(minute);
	}
	assert_int_equal(meter_look(hour, 0)->cells[0].flows, 120);
	assert_int_equal(meter_look(hour, 0)->cells[0].bytes, 60 * 203);
	assert_true(hosts_count(&meter_look(hour, 0)->cells[0].hosts) == 2);
	meter_free(minute), meter_free(hour);
}

static void inbound_flow_adds_to_use(void **state)
{
	struct meter *meter = make_meter();
	uint32_t count;

	(void)state;
	meter_add_flow(meter, &(struct meter_flow){.range = 1,
				      .techniques = 2,
				      .suspected = 4,
				      .in_total = true,
				      .is_inbound = true});
	const struct meter_range *counts = meter_look(meter, 1);
	assert_int_equal(counts->all.flows, 0);
	assert_int_equal(counts->all.inbound, 1);
	assert_int_equal(counts->cells[1].flows, 0);
	assert_int_equal(counts->cells[1].inbound, 1);
	assert_int_equal(counts->cells[2].suspected, 1);
	assert_int_equal(counts->cells[2].inbound, 0);
	assert_int_equal(meter_touched(meter, &count)[0]->range, 1);
	assert_int_equal(count, 1);
	meter_free(meter);
}

static void cleared_meter_remembers(void **state)
{
	struct meter *meter = make_meter(), *sum = make_meter();
	uint32_t count;

	(void)state;
	for (uint32_t host = 0; host < 1000; host++)
		add(meter, 0, 3, host);
	meter_clear(meter);
	meter_touched(meter, &count);
	assert_int_equal(count, 0);
	assert_int_equal(meter_look(meter, 0)->cells[0].flows, 0);
	assert_true(hosts_count(&meter_look(meter, 0)->cells[0].hosts) == 0);
	assert_int_equal(meter_look(meter, 0)->cells[0].witness->count, 0);
	meter_merge(sum, meter);
	assert_null(meter_look(sum, 0));
	/* Its blocks went back: 64 of them last for any number of rounds. */
	for (int round = 0; round < 100; round++) {
		for (uint32_t host = 0; host < 10; host++)
			add(meter, 0, 3, host);
		assert_true(hosts_count(&meter_look(meter, 0)->cells[1].hosts) == 10);
		assert_false(meter_look(meter, 0)->cells[1].hosts.is_cut);
		meter_clear(meter);
	}
	assert_int_equal(meter_refused(meter), 0);
	meter_free(meter), meter_free(sum);
	meter_free(NULL);
}

static struct pack_heap saved;

static void save(const struct meter *meter)
{
	uint8_t buffer[64];
	struct pack_writer writer = {buffer, sizeof(buffer), 0, pack_heap_take, &saved, 0};

	pack_heap_done(&saved);
	meter_save(meter, &writer);
	assert_int_equal(pack_flush(&writer), 0);
}

/* Loads what was saved, cut to `bytes`. Returns the reader's error. */
static int load(struct meter *meter, const struct meter_numbering *numbering, size_t bytes)
{
	struct pack_reader reader = {.next = saved.bytes, .left = bytes};

	assert_int_equal(meter_load(meter, &reader, numbering), 0);
	return reader.error;
}

static const uint32_t same_ranges[RANGES] = {0, 1, 2};
static const struct meter_numbering same = {same_ranges, RANGES, {0, 1, 2, 3}, TECHNIQUES};

/* Few hosts, exact ones in a block, a sketch; several techniques, an example. */
static struct meter *make_full_meter(void)
{
	struct meter *meter = make_meter();
	struct witness_example example = {.time_us = 5, .flow_id = 9, .reason = "a reason"};

	for (uint32_t i = 0; i < 3; i++)
		add(meter, 2, 1u << 1, i);
	for (uint32_t i = 0; i < 200; i++)
		add(meter, 0, 1u << 2, i);
	for (uint32_t i = 0; i < 2000; i++)
		add(meter, 1, 1u << 3, i);
	meter_add_example(meter, 2, 1, &example);
	return meter;
}

static void saved_meter_counts_or_merges_otherwise(void **state)
{
	struct meter *meter = make_full_meter(), *loaded = make_meter();

	(void)state;
	save(meter);
	assert_int_equal(load(loaded, &same, saved.used), 0);
	for (int i = 0; i < 2; i++) {
		for (uint32_t r = 0; r < RANGES; r++)
			for (uint32_t t = 0; t < TECHNIQUES; t++)
				assert_cells_equal(&meter_look(meter, r)->cells[t],
					&meter_look(loaded, r)->cells[t]);
		assert_string_equal(
			meter_look(loaded, 2)->cells[1].witness->examples[0].reason, "a reason");
		/* Hosts that both know, and new ones, under the same ids of flows. */
		for (uint32_t number = 150; number < 2500; number++) {
			add_flow(meter, 0, 1u << 2, number, 100000 + number);
			add_flow(loaded, 0, 1u << 2, number, 100000 + number);
		}
	}
	meter_free(meter);
	meter_free(loaded);
}

static void range_or_technique_that_is_gone_shifts_the_others(void **state)
{
	/* Range 0 is gone, 1 and 2 have changed places; technique 2 is gone, 3 is number 0. */
	const struct meter_numbering moved = {(const uint32_t[]){METER_UNKNOWN, 2, 1}, RANGES,
		{1, 2, METER_UNKNOWN, 0}, TECHNIQUES};
	struct meter *meter = make_full_meter(), *loaded = make_meter();
	uint32_t count;

	(void)state;
	save(meter);
	assert_int_equal(load(loaded, &moved, saved.used), 0);
	meter_touched(loaded, &count);
	assert_int_equal(count, 2);
	assert_cells_equal(&meter_look(meter, 1)->cells[3], &meter_look(loaded, 2)->cells[0]);
	assert_cells_equal(&meter_look(meter, 2)->cells[1], &meter_look(loaded, 1)->cells[2]);
	meter_free(meter);
	meter_free(loaded);
}

static void saved_meter_that_is_cut_short_is_taken_for_whole(void **state)
{
	struct meter *meter = make_full_meter();

	(void)state;
	save(meter);
	for (size_t bytes = 0; bytes < saved.used; bytes += bytes < 2000 ? 1 : 501) {
		struct meter *loaded = make_meter();
		assert_true(load(loaded, &same, bytes) < 0);
		meter_free(loaded);
	}
	meter_free(meter);
	pack_heap_done(&saved);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(order_of_merging_changes_the_counts),
		cmocka_unit_test(hosts_of_two_buckets_are_added),
		cmocka_unit_test(inbound_flow_adds_to_use),
		cmocka_unit_test(cleared_meter_remembers),
		cmocka_unit_test(saved_meter_counts_or_merges_otherwise),
		cmocka_unit_test(range_or_technique_that_is_gone_shifts_the_others),
		cmocka_unit_test(saved_meter_that_is_cut_short_is_taken_for_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
