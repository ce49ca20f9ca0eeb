/* SPDX-License-Identifier: Apache-2.0 */
#include "pipeline/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define START_US (INT64_C(1772409600) * CLOCK_SECOND_US)
#define YEAR_US (365 * CLOCK_JUMP_US)

static struct packet_clock started(void)
{
	struct packet_clock clock = {0};

	assert_true(packet_clock_take(&clock, START_US));
	return clock;
}

static void single_packet_from_the_future_moves_the_clock(void **state)
{
	struct packet_clock clock = started();

	(void)state;
	assert_false(packet_clock_take(&clock, START_US + 10 * YEAR_US));
	assert_true(packet_clock_take(&clock, START_US + CLOCK_SECOND_US));
	assert_false(packet_clock_take(&clock, START_US + 10 * YEAR_US));
	assert_false(packet_clock_take(&clock, START_US + 10 * YEAR_US));
	assert_true(packet_clock_take(&clock, START_US + 2 * CLOCK_SECOND_US));
	assert_int_equal(clock.now_us, START_US + 2 * CLOCK_SECOND_US);
	assert_int_equal(clock.outliers, 3);
	assert_int_equal(clock.jumps, 0);
}

static void clock_set_ahead_stays_behind_for_ever(void **state)
{
	struct packet_clock clock = started();
	int64_t ahead_us = START_US + 11 * YEAR_US;

	(void)state;
	assert_false(packet_clock_take(&clock, ahead_us));
	assert_false(packet_clock_take(&clock, ahead_us + 5));
	assert_true(packet_clock_take(&clock, ahead_us + 10));
	assert_true(packet_clock_take(&clock, ahead_us + 20));
	assert_int_equal(clock.now_us, ahead_us + 20);
	assert_int_equal(clock.jumps, 1);
}

static void old_packet_turns_the_clock_back(void **state)
{
	struct packet_clock clock = started();

	(void)state;
	clock.is_committed = true;
	for (int i = 0; i < 10; i++)
		assert_false(packet_clock_take(&clock, START_US - YEAR_US + i));
	assert_int_equal(clock.now_us, START_US);
	assert_int_equal(clock.late, 10);
}

static void wrong_first_packet_makes_all_others_late(void **state)
{
	struct packet_clock clock = {0};

	(void)state;
	packet_clock_take(&clock, START_US + 4 * YEAR_US);
	packet_clock_take(&clock, START_US);
	packet_clock_take(&clock, START_US + 1);
	assert_true(packet_clock_take(&clock, START_US + 2));
	assert_int_equal(clock.now_us, START_US + 2);
	assert_true(packet_clock_take(&clock, START_US + 3));
}

static void packets_slightly_out_of_order_are_refused(void **state)
{
	struct packet_clock clock = started();

	(void)state;
	assert_true(packet_clock_take(&clock, START_US - CLOCK_LATE_US));
	assert_int_equal(clock.now_us, START_US);
	assert_false(packet_clock_take(&clock, START_US - CLOCK_LATE_US - 1));
	assert_int_equal(clock.late, 1);
}

static void far_times_on_both_sides_confirm_each_other(void **state)
{
	struct packet_clock clock = started();

	(void)state;
	for (int i = 0; i < 4; i++) {
		assert_false(packet_clock_take(&clock, START_US + YEAR_US));
		assert_false(packet_clock_take(&clock, START_US - YEAR_US));
	}
	assert_int_equal(clock.now_us, START_US);
}

static void sparse_capture_stands_still(void **state)
{
	struct packet_clock clock = started();

	(void)state;
	for (int day = 1; day <= 30; day++)
		packet_clock_take(&clock, START_US + 2 * day * CLOCK_JUMP_US);
	assert_int_equal(clock.now_us, START_US + 60 * CLOCK_JUMP_US);
	clock = started();
	for (int day = 1; day <= 30; day++)
		assert_true(packet_clock_take(&clock, START_US + day * CLOCK_JUMP_US));
}

static void time_before_the_epoch_makes_negative_buckets(void **state)
{
	struct packet_clock clock = {0};

	(void)state;
	assert_true(packet_clock_take(&clock, INT64_MIN));
	assert_int_equal(clock.now_us, 0);
	assert_false(packet_clock_take(&clock, INT64_MAX));
	assert_int_equal(clock.now_us, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(single_packet_from_the_future_moves_the_clock),
		cmocka_unit_test(clock_set_ahead_stays_behind_for_ever),
		cmocka_unit_test(old_packet_turns_the_clock_back),
		cmocka_unit_test(wrong_first_packet_makes_all_others_late),
		cmocka_unit_test(packets_slightly_out_of_order_are_refused),
		cmocka_unit_test(far_times_on_both_sides_confirm_each_other),
		cmocka_unit_test(sparse_capture_stands_still),
		cmocka_unit_test(time_before_the_epoch_makes_negative_buckets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
