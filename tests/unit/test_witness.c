/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/witness.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static struct surgetap_address host(uint16_t number)
{
	return (struct surgetap_address){{[14] = (uint8_t)(number >> 8), [15] = (uint8_t)number}};
}

static void count(struct witness_list *list, uint16_t number, uint64_t flows)
{
	struct surgetap_address address = host(number);

	witness_count(list, &address, flows);
}

static void few_hosts_are_counted_roughly(void **state)
{
	struct witness_list list = {0};
	struct witness_entry top[3];

	(void)state;
	for (uint16_t i = 0; i < WITNESS_ENTRIES; i++)
		for (uint16_t flow = 0; flow <= i; flow++)
			count(&list, i, 1);
	assert_int_equal(witness_top(&list, top, 3), 3);
	assert_int_equal(top[0].flows, WITNESS_ENTRIES);
	assert_int_equal(top[2].flows, WITNESS_ENTRIES - 2);
	assert_int_equal(top[0].address.bytes[15], WITNESS_ENTRIES - 1);
}

/* SpaceSaving: no count too low, none too high by more than all flows over entries, and whoever has
 * more than that share is in the list. */
static void busy_host_drowns_in_a_crowd(void **state)
{
	struct witness_list list = {0};
	struct witness_entry top[WITNESS_ENTRIES];
	uint64_t total = 0;

	(void)state;
	for (uint16_t round = 0; round < 200; round++) {
		for (uint16_t i = 0; i < 100; i++, total++)
			count(&list, (uint16_t)(1000 + round * 100 + i), 1);
		count(&list, 7, 5), total += 5;
		count(&list, 8, 3), total += 3;
	}
	assert_int_equal(witness_top(&list, top, WITNESS_ENTRIES), WITNESS_ENTRIES);
	assert_int_equal(top[0].address.bytes[15], 7);
	assert_in_range(top[0].flows, 1000, 1000 + total / WITNESS_ENTRIES);
	assert_int_equal(top[1].address.bytes[15], 8);
	assert_in_range(top[1].flows, 600, 600 + total / WITNESS_ENTRIES);
}

static void ties_follow_the_order_of_arrival(void **state)
{
	struct witness_list forward = {0}, backward = {0};
	struct witness_entry a[40], b[40];

	(void)state;
	for (uint16_t i = 0; i < 40; i++) {
		count(&forward, i, 2);
		count(&backward, (uint16_t)(39 - i), 2);
	}
	assert_int_equal(witness_top(&forward, a, 40), 40);
	assert_int_equal(witness_top(&backward, b, 40), 40);
	assert_memory_equal(a, b, sizeof(a));
	assert_int_equal(a[0].address.bytes[15], 0);
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

static void merged_examples_depend_on_the_order(void **state)
{
	struct witness parts[3] = {0}, forward = {0}, backward = {0};

	(void)state;
	for (uint16_t i = 0; i < 30; i++) {
		show(&parts[i % 3], i, i);
		count(&parts[i % 3].hosts, i % 10, 1);
		count(&parts[i % 3].peers, i % 4, 1);
	}
	for (int i = 0; i < 3; i++) {
		witness_merge(&forward, &parts[i]);
		witness_merge(&backward, &parts[2 - i]);
	}
	assert_memory_equal(forward.examples, backward.examples, sizeof(forward.examples));
	struct witness_entry a[10], b[10];
	assert_int_equal(witness_top(&forward.hosts, a, 10), 10);
	assert_int_equal(witness_top(&backward.hosts, b, 10), 10);
	assert_memory_equal(a, b, sizeof(a));
	assert_int_equal(a[0].flows, 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(few_hosts_are_counted_roughly),
		cmocka_unit_test(busy_host_drowns_in_a_crowd),
		cmocka_unit_test(ties_follow_the_order_of_arrival),
		cmocka_unit_test(old_examples_stay),
		cmocka_unit_test(merged_examples_depend_on_the_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
