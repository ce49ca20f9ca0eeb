/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/witness.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

/* Flow number `n` of a made-up order: ids are hashes, each different (the factor is odd). */
static struct witness_flow flow_of(uint64_t n, uint16_t host, uint16_t peer)
{
	return (struct witness_flow){
		.id = n * UINT64_C(0x9e3779b97f4a7c15),
		.host = {{[14] = (uint8_t)(host >> 8), [15] = (uint8_t)host}},
		.peer = {{[14] = (uint8_t)(peer >> 8), [15] = (uint8_t)peer}},
	};
}

static void add(struct witness *witness, uint64_t n, uint16_t host, uint16_t peer)
{
	struct witness_flow flow = flow_of(n, host, peer);

	assert_int_equal(witness_add(witness, &flow), 0);
}

static void few_flows_are_estimated(void **state)
{
	struct witness witness = {0};
	struct witness_entry top[3];
	uint64_t n = 0;

	(void)state;
	for (uint16_t host = 0; host < 31; host++)
		for (uint16_t i = 0; i <= host; i++)
			add(&witness, n++, host, i);
	assert_int_equal(witness.flows, 31 * 32 / 2);
	assert_int_equal(witness_top(&witness, WITNESS_HOSTS, top, 3), 3);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(top[i].flows, 31 - i);
		assert_int_equal(top[i].address.bytes[15], 30 - i);
	}
	assert_int_equal(witness_top(&witness, WITNESS_PEERS, top, 1), 1);
	assert_int_equal(top[0].flows, 31);
	assert_int_equal(top[0].address.bytes[15], 0);
	witness_done(&witness);
}

static void busy_host_drowns_in_a_crowd(void **state)
{
	struct witness witness = {0};
	struct witness_entry top[2];
	uint64_t n = 0;

	(void)state;
	for (uint16_t i = 0; i < 20000; i++) {
		add(&witness, n++, (uint16_t)(1000 + i), 1);
		if (i % 4 == 0)
			add(&witness, n++, 7, 2);
	}
	assert_int_equal(witness.flows, 25000);
	assert_int_equal(witness.count, WITNESS_FLOWS);
	assert_int_equal(witness_top(&witness, WITNESS_HOSTS, top, 2), 2);
	/* 5,000 of 25,000 flows: the sample's share has a standard deviation of 442 flows. */
	assert_int_equal(top[0].address.bytes[15], 7);
	assert_in_range(top[0].flows, 5000 - 1326, 5000 + 1326);
	witness_done(&witness);
}

static void sample_keeps_other_flows_than_the_smallest_ids(void **state)
{
	struct witness witness = {0};
	uint64_t largest = 0, smaller = 0;

	(void)state;
	for (uint64_t n = 0; n < 5000; n++)
		add(&witness, n, 1, 1);
	for (uint32_t i = 0; i < witness.count; i++)
		largest = witness.sample[i].id > largest ? witness.sample[i].id : largest;
	for (uint64_t n = 0; n < 5000; n++)
		smaller += flow_of(n, 1, 1).id <= largest;
	assert_int_equal(smaller, WITNESS_FLOWS);
	witness_done(&witness);
}

static void ties_follow_the_order_of_arrival(void **state)
{
	struct witness forward = {0}, backward = {0};
	struct witness_entry a[40], b[40];

	(void)state;
	for (uint16_t i = 0; i < 40; i++) {
		add(&forward, i, i, 0);
		add(&backward, (uint16_t)(39 - i), (uint16_t)(39 - i), 0);
	}
	assert_int_equal(witness_top(&forward, WITNESS_HOSTS, a, 40), 40);
	assert_int_equal(witness_top(&backward, WITNESS_HOSTS, b, 40), 40);
	assert_memory_equal(a, b, sizeof(a));
	assert_int_equal(a[0].address.bytes[15], 0);
	witness_done(&forward), witness_done(&backward);
}

static void show(struct witness *witness, int64_t time_us, uint64_t flow_id)
{
	witness_show(witness, &(struct witness_example){.time_us = time_us, .flow_id = flow_id});
}

static void old_examples_stay(void **state)
{
	struct witness witness = {0}, other = {0};

	(void)state;
	for (int64_t i = 0; i < 20; i++)
		show(&witness, i * 7 % 20, (uint64_t)i);
	show(&witness, -1, 99);
	assert_int_equal(witness.example_count, WITNESS_EXAMPLES);
	for (int i = 0; i < WITNESS_EXAMPLES; i++)
		assert_int_equal(witness.examples[i].time_us, 19 - i);
	show(&other, 5, 1), show(&other, 5, 3), show(&other, 5, 2);
	assert_int_equal(other.examples[0].flow_id, 3);
	assert_int_equal(other.examples[2].flow_id, 1);
}

static void order_of_merging_changes_the_witness(void **state)
{
	struct witness parts[3] = {0}, forward = {0}, backward = {0}, whole = {0};
	struct witness_entry a[10], b[10], c[10];

	(void)state;
	for (uint16_t i = 0; i < 3000; i++) {
		uint16_t host = (uint16_t)(i * i % 97);

		add(&parts[i % 3], i, host, 1), add(&whole, i, host, 1);
		show(&parts[i % 3], i % 50, i), show(&whole, i % 50, i);
	}
	for (int i = 0; i < 3; i++) {
		assert_int_equal(witness_merge(&forward, &parts[i]), 0);
		assert_int_equal(witness_merge(&backward, &parts[2 - i]), 0);
	}
	assert_memory_equal(forward.examples, whole.examples, sizeof(whole.examples));
	assert_memory_equal(backward.examples, whole.examples, sizeof(whole.examples));
	assert_int_equal(forward.flows, 3000);
	assert_int_equal(witness_top(&whole, WITNESS_HOSTS, a, 10), 10);
	assert_int_equal(witness_top(&forward, WITNESS_HOSTS, b, 10), 10);
	assert_int_equal(witness_top(&backward, WITNESS_HOSTS, c, 10), 10);
	assert_memory_equal(a, b, sizeof(a));
	assert_memory_equal(a, c, sizeof(a));
	for (int i = 0; i < 3; i++)
		witness_done(&parts[i]);
	witness_done(&forward), witness_done(&backward), witness_done(&whole);
}

static void cleared_witness_remembers(void **state)
{
	struct witness witness = {0};
	struct witness_entry top[1];

	(void)state;
	add(&witness, 1, 1, 1);
	show(&witness, 1, 1);
	witness_clear(&witness);
	assert_int_equal(witness_top(&witness, WITNESS_PEERS, top, 1), 0);
	assert_int_equal(witness.flows, 0);
	assert_int_equal(witness.example_count, 0);
	witness_done(&witness);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(few_flows_are_estimated),
		cmocka_unit_test(busy_host_drowns_in_a_crowd),
		cmocka_unit_test(sample_keeps_other_flows_than_the_smallest_ids),
		cmocka_unit_test(ties_follow_the_order_of_arrival),
		cmocka_unit_test(old_examples_stay),
		cmocka_unit_test(order_of_merging_changes_the_witness),
		cmocka_unit_test(cleared_witness_remembers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
