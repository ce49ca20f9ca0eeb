/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/roster.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define DAY 86400
#define NOON INT64_C(1772452800)
#define FORTNIGHT (14 * DAY)

static struct roster_budget budget;

static int begin(void **state)
{
	(void)state;
	budget = (struct roster_budget){.max_bytes = 1u << 20};
	return 0;
}

/* Every roster gave its memory back. */
static int end(void **state)
{
	(void)state;
	assert_int_equal(budget.bytes, 0);
	return 0;
}

/* The hash of host `number`: SplitMix64 (Steele, Lea, Flood 2014). */
static uint64_t hash_of(uint64_t number)
{
	uint64_t z = (number + 1) * UINT64_C(0x9e3779b97f4a7c15);
	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

static void add(struct roster *roster, uint64_t number, int64_t time_s)
{
	roster_add(roster, &budget, hash_of(number), time_s);
}

static void few_hosts_are_not_counted_exactly(void **state)
{
	struct roster roster = {0};
	uint32_t since_s[ROSTER_HOSTS];

	(void)state;
	assert_true(roster_count(&roster, NOON, NOON + DAY) == 0);
	for (int round = 0; round < 3; round++)
		for (uint32_t i = 0; i < ROSTER_HOSTS; i++)
			add(&roster, i, NOON + 1000 * round + i);
	assert_int_equal(roster.level, 0);
	assert_true(roster_count(&roster, NOON, NOON + DAY) == ROSTER_HOSTS);
	assert_true(roster_count(&roster, NOON, NOON + 100) == 100);       /* who came later */
	assert_true(roster_count(&roster, NOON + 2700, NOON + DAY) == 68); /* who left before */
	assert_int_equal(roster_arrivals(&roster, NOON + 10, NOON + 20, since_s), 10);
	for (uint32_t i = 0; i < 10; i++)
		assert_int_equal(since_s[i], NOON + 10 + i);
	roster_done(&roster, &budget);
}

static void many_hosts_are_estimated_far_off(void **state)
{
	(void)state;
	for (uint32_t hosts = 1000; hosts <= 1000000; hosts *= 10) {
		struct roster roster = {0};
		double estimate;

		for (uint32_t i = 0; i < hosts; i++)
			add(&roster, (uint64_t)hosts << 32 | i, NOON);
		estimate = roster_count(&roster, NOON, NOON + 1);
		assert_true(fabs(estimate / hosts - 1) < 4 * 0.043);
		assert_true(roster.room * sizeof(struct roster_host) <= ROSTER_BYTES);
		roster_done(&roster, &budget);
	}
	assert_int_equal(budget.refused, 0);
}

static int compare_hosts(const void *left, const void *right)
{
	return memcmp(left, right, sizeof(struct roster_host));
}

static void assert_same(struct roster *a, struct roster *b)
{
	assert_int_equal(a->count, b->count);
	assert_int_equal(a->level, b->level);
	assert_int_equal(a->room, b->room);
	qsort(a->hosts, a->room, sizeof(*a->hosts), compare_hosts);
	qsort(b->hosts, b->room, sizeof(*b->hosts), compare_hosts);
	assert_memory_equal(a->hosts, b->hosts, a->room * sizeof(*a->hosts));
}

/* The same uses, shared out to three workers, in another order. */
static void order_of_additions_or_of_merges_matters(void **state)
{
	(void)state;
	for (uint64_t hosts = 5; hosts < 20000; hosts = hosts * 3 + 1) {
		struct roster whole = {0}, merged = {0}, parts[3] = {0};

		for (uint64_t i = 0; i < 2 * hosts; i++)
			add(&whole, i % hosts, NOON + (int64_t)(hash_of(i) % 3600));
		for (uint64_t i = 2 * hosts; i-- > 0;)
			add(&parts[hash_of(i + 7) % 3], i % hosts,
				NOON + (int64_t)(hash_of(i) % 3600));
		for (int i = 0; i < 3; i++) {
			roster_merge(&merged, &budget, &parts[(i + 1) % 3]);
			roster_done(&parts[(i + 1) % 3], &budget);
		}
		assert_same(&whole, &merged);
		roster_done(&whole, &budget);
		roster_done(&merged, &budget);
	}
}

static struct roster minute_of(uint64_t first, uint64_t count, int64_t time_s)
{
	struct roster minute = {0};

	for (uint64_t i = 0; i < count; i++)
		add(&minute, first + i, time_s);
	return minute;
}

static void follow(struct roster *memory, uint64_t first, uint64_t count, int64_t time_s)
{
	struct roster minute = minute_of(first, count, time_s);

	roster_follow(memory, &budget, &minute, FORTNIGHT);
	roster_done(&minute, &budget);
}

static uint32_t arrivals(const struct roster *memory, int64_t from_s, int64_t until_s)
{
	uint32_t since_s[ROSTER_HOSTS];

	return roster_arrivals(memory, from_s, until_s, since_s);
}

static void host_is_new_again_too_early_or_never(void **state)
{
	struct roster memory = {0};

	(void)state;
	follow(&memory, 0, 10, NOON);
	follow(&memory, 0, 6, NOON + 13 * DAY);
	assert_int_equal(arrivals(&memory, NOON + 1, NOON + 30 * DAY), 0);
	follow(&memory, 0, 10, NOON + 20 * DAY);
	assert_int_equal(arrivals(&memory, NOON + 1, NOON + 30 * DAY), 4);
	assert_int_equal(arrivals(&memory, NOON, NOON + 1), 6);
	roster_done(&memory, &budget);
}

static void hosts_of_long_ago_push_out_those_of_today(void **state)
{
	struct roster memory = {0};

	(void)state;
	follow(&memory, 0, ROSTER_HOSTS, NOON);
	follow(&memory, 10000, ROSTER_HOSTS / 2, NOON + 29 * DAY);
	assert_int_equal(memory.level, 0);
	assert_true(roster_count(&memory, NOON + DAY, NOON + 30 * DAY) == ROSTER_HOSTS / 2);
	roster_done(&memory, &budget);
}

static void used_up_budget_is_exceeded_or_goes_unnoticed(void **state)
{
	struct roster first = {0}, second = {0}, third = {0};

	(void)state;
	budget.max_bytes = 64 * sizeof(struct roster_host);
	for (uint32_t i = 0; i < 2000; i++) {
		add(&first, i, NOON);
		add(&second, i, NOON);
	}
	assert_true(budget.bytes <= budget.max_bytes);
	assert_true(budget.refused > 0);
	assert_true(first.level > 0 && second.level > 0);
	add(&third, 1, NOON); /* not a byte is left: no host, no crash */
	assert_true(roster_count(&third, NOON, NOON + 1) == 0);
	roster_done(&first, &budget);
	roster_done(&second, &budget);
	roster_done(&third, &budget);
}

static void cleared_roster_remembers_a_host_or_its_level(void **state)
{
	struct roster roster = {0};

	(void)state;
	for (uint32_t i = 0; i < 5000; i++)
		add(&roster, i, NOON);
	assert_true(roster.level > 0);
	roster_clear(&roster);
	assert_true(roster_count(&roster, 0, INT64_MAX) == 0);
	for (uint32_t i = 0; i < 100; i++)
		add(&roster, i, NOON);
	assert_true(roster_count(&roster, NOON, NOON + 1) == 100);
	roster_done(&roster, &budget);
}

static void time_beyond_32_bits_wraps(void **state)
{
	struct roster roster = {0};

	(void)state;
	add(&roster, 1, INT64_MAX);
	add(&roster, 2, INT64_MIN);
	assert_true(roster_count(&roster, 0, NOON) == 1);
	assert_true(roster_count(&roster, NOON, INT64_MAX) == 0);
	assert_int_equal(arrivals(&roster, 0, 1), 1);
	assert_int_equal(arrivals(&roster, 1, NOON), 0);
	roster_done(&roster, &budget);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(few_hosts_are_not_counted_exactly, begin, end),
		cmocka_unit_test_setup_teardown(many_hosts_are_estimated_far_off, begin, end),
		cmocka_unit_test_setup_teardown(
			order_of_additions_or_of_merges_matters, begin, end),
		cmocka_unit_test_setup_teardown(host_is_new_again_too_early_or_never, begin, end),
		cmocka_unit_test_setup_teardown(
			hosts_of_long_ago_push_out_those_of_today, begin, end),
		cmocka_unit_test_setup_teardown(
			used_up_budget_is_exceeded_or_goes_unnoticed, begin, end),
		cmocka_unit_test_setup_teardown(
			cleared_roster_remembers_a_host_or_its_level, begin, end),
		cmocka_unit_test_setup_teardown(time_beyond_32_bits_wraps, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
