/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>

#include "detect/trend.h"

#define WEEK_S (7 * 86400)

/* Weeks of days at those daily counts; returns how often a trend was told. */
static int weeks(struct trend *trend, int *week, int count, double daily, double grow)
{
	struct trend_change change;
	int told = 0;
	for (int i = 0; i < count; i++, (*week)++, daily *= grow)
		for (int day = 0; day < 7; day++)
			told += trend_update(trend,
				INT64_C(1767571200) + *week * (int64_t)WEEK_S + day * 86400, daily,
				1.0, 2.0, &change);
	return told;
}

static void level_counts_have_no_trend(void **state)
{
	(void)state;
	struct trend trend = {0};
	int week = 0;
	assert_int_equal(weeks(&trend, &week, 100, 20.0, 1.0), 0);
}

static void each_doubling_is_told_once(void **state)
{
	(void)state;
	struct trend trend = {0};
	int week = 0;
	weeks(&trend, &week, 8, 20.0, 1.0);
	assert_int_equal(weeks(&trend, &week, 30, 20.0, 1.1), 3);
	assert_int_equal(weeks(&trend, &week, 20, 20.0 * 25.0, 1.0), 1);
}

static void few_counts_prove_no_doubling(void **state)
{
	(void)state;
	struct trend trend = {0};
	int week = 0;
	weeks(&trend, &week, 8, 1.0 / 28.0, 1.0);
	assert_int_equal(weeks(&trend, &week, 8, 3.0 / 28.0, 1.0), 0);
}

static void gap_of_months_neither_crashes_nor_tells(void **state)
{
	(void)state;
	struct trend trend = {0};
	int week = 0;
	weeks(&trend, &week, 8, 20.0, 1.0);
	week += 30;
	assert_int_equal(weeks(&trend, &week, 12, 20.0, 1.0), 0);
}

static void what_was_told_otherwise_is_no_news(void **state)
{
	(void)state;
	struct trend trend = {0};
	int week = 0;
	weeks(&trend, &week, 8, 20.0, 1.0);
	trend_tell(&trend, 13.0);
	assert_int_equal(weeks(&trend, &week, 8, 260.0, 1.0), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(level_counts_have_no_trend),
		cmocka_unit_test(each_doubling_is_told_once),
		cmocka_unit_test(few_counts_prove_no_doubling),
		cmocka_unit_test(gap_of_months_neither_crashes_nor_tells),
		cmocka_unit_test(what_was_told_otherwise_is_no_news),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
