/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/coordination.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <math.h>
#include <string.h>

#define HOUR 3600
#define DAY 86400
#define MONDAY INT64_C(1772409600) /* 2026-03-02T00:00:00Z */
#define NOW (MONDAY + 21 * DAY)

static struct roster all, users;
static struct roster_budget budget;
static struct pulse pulse;
static struct coordination told;
static uint64_t seed;

static uint64_t draw(void)
{
	uint64_t z = seed += UINT64_C(0x9e3779b97f4a7c15);
	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

static int begin(void **state)
{
	(void)state;
	budget = (struct roster_budget){.max_bytes = 1u << 20};
	memset(&pulse, 0, sizeof(pulse));
	seed = 7;
	return 0;
}

static int end(void **state)
{
	(void)state;
	roster_done(&all, &budget);
	roster_done(&users, &budget);
	return 0;
}

/* `count` hosts that are active until NOW, of which the first `old` have used the technique for
 * long and still do. */
static void populate(uint64_t count, uint64_t old)
{
	for (uint64_t i = 0; i < count; i++) {
		uint64_t hash = (i + 1) * UINT64_C(0x9e3779b97f4a7c15);
		roster_add(&all, &budget, hash, MONDAY);
		roster_add(&all, &budget, hash, NOW - 1);
		if (i >= old)
			continue;
		roster_add(&users, &budget, hash, MONDAY);
		roster_add(&users, &budget, hash, NOW - 60);
	}
}

/* Host `number` takes the technique up. */
static void move(uint64_t number, int64_t time_s)
{
	roster_add(&users, &budget, (number + 1) * UINT64_C(0x9e3779b97f4a7c15), time_s);
}

static void measure(int64_t start_s)
{
	struct coordination_memory memory = {&all, &users, &pulse, MONDAY};

	coordination_measure(&memory, start_s, NOW, &told);
}

static void users_of_before_count_as_moved(void **state)
{
	(void)state;
	populate(41, 3);
	for (uint64_t i = 0; i < 35; i++)
		move(3 + i, NOW - 2 * HOUR + (int64_t)(i % 10) * 60);
	measure(NOW - 3 * HOUR);
	assert_true(told.is_known && told.has_times);
	assert_true(told.active_hosts == 41);
	assert_true(told.moved_hosts == 35);
	assert_true(fabs(told.moved_share - 35. / 41) < 1e-9);
	assert_int_equal(told.half_within_s, 240);
	assert_true(told.p_value < 1e-30);
}

static void rise_without_a_new_host_has_moves(void **state)
{
	(void)state;
	populate(41, 38);
	measure(NOW - 3 * HOUR);
	assert_true(told.is_known && !told.has_times);
	assert_true(told.active_hosts == 41 && told.moved_hosts == 0 && told.moved_share == 0);
}

static void few_moves_are_given_a_time(void **state)
{
	(void)state;
	populate(41, 0);
	for (uint64_t i = 0; i + 1 < COORDINATION_MOVES_MIN; i++)
		move(i, NOW - 100);
	measure(NOW - HOUR);
	assert_true(told.is_known && !told.has_times);
	move(10, NOW - 100);
	measure(NOW - HOUR);
	assert_true(told.has_times);
	assert_int_equal(told.half_within_s, 1);
}

static void hosts_are_called_new_when_nothing_is_known_of_before(void **state)
{
	(void)state;
	populate(41, 0);
	for (uint64_t i = 0; i < 20; i++)
		move(i, MONDAY + DAY / 2);
	measure(MONDAY + DAY - 1);
	assert_false(told.is_known);
	measure(MONDAY + DAY);
	assert_true(told.is_known);
}

/* 40 hosts take it up one by one in a week, more of them by day: the window is that week. */
static double p_value_of_a_drift(bool by_day)
{
	populate(200, 0);
	for (uint64_t i = 0; i < 40; i++) {
		int64_t hour = (int64_t)(draw() % 7) * 24 +
			       (int64_t)(by_day && draw() % 10 ? 9 + draw() % 8 : draw() % 24);
		move(i, NOW - 7 * DAY + hour * HOUR + (int64_t)(draw() % HOUR));
	}
	measure(NOW - 7 * DAY);
	roster_done(&all, &budget);
	roster_done(&users, &budget);
	assert_true(told.has_times);
	return told.p_value;
}

static void drift_of_a_week_looks_like_an_edict(void **state)
{
	unsigned small = 0, middle = 0;

	(void)state;
	for (int run = 0; run < 400; run++) {
		double p = p_value_of_a_drift(false);
		small += p < 0.01;
		middle += p < 0.5;
	}
	assert_true(small < 20);
	assert_in_range(middle, 140, 260);
}

/* Activity is by day, too: 9 of 10 in eight hours. */
static void rhythm_of_the_day_looks_like_an_edict(void **state)
{
	unsigned small = 0, middle = 0;

	(void)state;
	for (int hour = 0; hour < 168; hour++)
		pulse_put(&pulse, NOW - 7 * DAY + hour * HOUR,
			hour % 24 >= 9 && hour % 24 < 17 ? 0.9 / 8 + 0.1 / 24 : 0.1 / 24);
	for (int run = 0; run < 400; run++) {
		double p = p_value_of_a_drift(true);
		small += p < 0.01;
		middle += p < 0.5;
	}
	assert_true(small < 20);
	assert_in_range(middle, 140, 260);
}

static void edict_is_lost_among_the_moves_of_a_week(void **state)
{
	(void)state;
	populate(200, 0);
	for (uint64_t i = 0; i < 30; i++)
		move(i, NOW - 7 * DAY + (int64_t)(draw() % (6 * DAY)));
	for (uint64_t i = 30; i < 60; i++)
		move(i, NOW - HOUR + (int64_t)(draw() % 1200));
	measure(NOW - HOUR);
	assert_true(told.moved_hosts == 30);
	assert_true(told.half_within_s <= 1200);
	assert_true(told.p_value < 1e-9);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(users_of_before_count_as_moved, begin, end),
		cmocka_unit_test_setup_teardown(rise_without_a_new_host_has_moves, begin, end),
		cmocka_unit_test_setup_teardown(few_moves_are_given_a_time, begin, end),
		cmocka_unit_test_setup_teardown(
			hosts_are_called_new_when_nothing_is_known_of_before, begin, end),
		cmocka_unit_test_setup_teardown(drift_of_a_week_looks_like_an_edict, begin, end),
		cmocka_unit_test_setup_teardown(rhythm_of_the_day_looks_like_an_edict, begin, end),
		cmocka_unit_test_setup_teardown(
			edict_is_lost_among_the_moves_of_a_week, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
