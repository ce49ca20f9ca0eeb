/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/history.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define START 1772409600 /* a Monday's midnight */

static const uint32_t scales_s[HISTORY_SCALES] = {60, 3600, 86400, 604800};

/* `minutes` minutes of 10 bytes each, and the hours that they fill. */
static void fill(struct history *history, int minutes)
{
	for (int minute = 0; minute < minutes; minute++) {
		history_put(history, 0, 60, START + minute * 60, 10);
		if (minute % 60 == 59)
			history_put(history, 1, 3600, START + (minute - 59) * 60, 600);
	}
}

static void window_takes_its_neighbours_bytes(void **state)
{
	static struct history history;

	(void)state;
	fill(&history, 60);
	assert_int_equal(history_sum(&history, scales_s, START + 600, START + 1200), 100);
	assert_int_equal(history_sum(&history, scales_s, START, START + 60), 10);
	assert_int_equal(history_sum(&history, scales_s, START, START + 3600), 600);
	assert_int_equal(history_sum(&history, scales_s, START + 60, START + 60), 0);
	assert_int_equal(history_sum(&history, scales_s, START + 60, START), 0);
}

static void overwritten_minutes_are_lost_though_hours_remember(void **state)
{
	static struct history history;

	(void)state;
	fill(&history, 600);
	assert_int_equal(history_sum(&history, scales_s, START, START + 600), 100);
	assert_int_equal(history_sum(&history, scales_s, START + 599 * 60, START + 600 * 60), 10);
}

static void long_window_ends_with_the_minutes_remembered(void **state)
{
	static struct history history;

	(void)state;
	fill(&history, 600);
	assert_int_equal(history_sum(&history, scales_s, START, START + 10 * 3600), 6000);
	assert_int_equal(history_sum(&history, scales_s, START + 3600, START + 9 * 3600), 4800);
}

static void empty_history_has_bytes(void **state)
{
	static struct history history;

	(void)state;
	for (int64_t span = 60; span < 100 * 604800; span *= 3)
		assert_int_equal(history_sum(&history, scales_s, 0, span), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(window_takes_its_neighbours_bytes),
		cmocka_unit_test(overwritten_minutes_are_lost_though_hours_remember),
		cmocka_unit_test(long_window_ends_with_the_minutes_remembered),
		cmocka_unit_test(empty_history_has_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
