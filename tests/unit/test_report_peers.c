/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "report/peers.h"

static struct surgetap_address address(uint32_t number)
{
	struct surgetap_address made = {{0}};
	for (int i = 0; i < 4; i++)
		made.bytes[12 + i] = (uint8_t)(number >> (24 - 8 * i));
	return made;
}

static void add(struct peers *peers, uint32_t range, uint32_t technique, uint32_t number,
	enum peers_side side)
{
	struct surgetap_address peer = address(number);
	peers_add(peers, range, technique, &peer, side);
}

static void peers_are_told_apart_by_side_range_and_technique(void **state)
{
	struct peers_change change;
	struct peers *peers;
	(void)state;
	assert_int_equal(peers_new(&peers), 0);
	add(peers, 1, 2, 10, PEERS_BEFORE);
	add(peers, 1, 2, 11, PEERS_BEFORE);
	add(peers, 1, 2, 11, PEERS_AFTER);
	add(peers, 1, 2, 12, PEERS_AFTER);
	add(peers, 1, 2, 12, PEERS_AFTER);
	add(peers, 1, 2, 13, PEERS_AFTER);
	add(peers, 1, 3, 10, PEERS_AFTER);
	add(peers, 2, 2, 10, PEERS_AFTER);
	peers_compare(peers, 1, 2, &change);
	assert_int_equal(change.appeared, 2);
	assert_int_equal(change.vanished, 1);
	assert_int_equal(change.stayed, 1);
	assert_int_equal(change.appeared_top_count, 2);
	assert_int_equal(change.appeared_top[0].address.bytes[15], 12);
	assert_int_equal(change.appeared_top[0].flows, 2);
	assert_int_equal(change.vanished_top[0].address.bytes[15], 10);
	peers_free(peers);
}

static void table_grows_to_its_limit_and_counts_what_is_refused(void **state)
{
	struct peers_change change;
	struct peers *peers;
	(void)state;
	assert_int_equal(peers_new(&peers), 0);
	for (uint32_t i = 0; i < PEERS_MAX + 5; i++)
		add(peers, 0, 0, i, PEERS_AFTER);
	add(peers, 0, 0, 7, PEERS_AFTER); /* known: it still counts */
	peers_compare(peers, 0, 0, &change);
	assert_int_equal(change.appeared, PEERS_MAX);
	assert_int_equal(peers_refused(peers), 5);
	assert_int_equal(change.appeared_top_count, PEERS_TOP);
	assert_int_equal(change.appeared_top[0].flows, 2);
	for (uint32_t i = 1; i < PEERS_TOP; i++) /* ties by address; 7 is first */
		assert_int_equal(change.appeared_top[i].address.bytes[15], i < 8 ? i - 1 : i);
	peers_free(peers);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(peers_are_told_apart_by_side_range_and_technique),
		cmocka_unit_test(table_grows_to_its_limit_and_counts_what_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
