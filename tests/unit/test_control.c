/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/control.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <math.h>
#include <stdlib.h>

#define MONDAY INT64_C(1772409600) /* 2026-03-02T00:00:00Z */
#define HOUR 3600
#define HOURS 1 /* index of the scale */
#define LEARNT (21 * 24)

static struct detect_settings settings;
static struct detector *detector;
static struct control_record *record;
static struct control_contrast told;

static int begin(void **state)
{
	(void)state;
	assert_int_equal(detect_settings_init(&settings, 12, 8), 0);
	detector = calloc(1, detector_size(&settings));
	record = calloc(1, sizeof(*record));
	assert_true(detector && record);
	detector_init(detector, &settings);
	return 0;
}

static int end(void **state)
{
	(void)state;
	free(detector);
	free(record);
	return 0;
}

static void take_hour(int hour, double count)
{
	struct detect_input input = {
		.start_s = MONDAY + hour * HOUR,
		.count = {count, count},
		.rest = {200, 2000},
		.coverage = 1,
	};
	struct detect_event event;

	control_note(record, detector, &settings, HOURS, &input);
	detector_update(detector, &settings, HOURS, &input, &event);
}

/* Three weeks of `usual` an hour, then six hours of `then`. The range has risen thirteenfold in
 * those. */
static bool compare(double usual, double then, double hosts)
{
	struct detect_event event = {
		.scale = HOURS,
		.scale_s = HOUR,
		.metric = DETECT_HOSTS,
		.window_start_s = MONDAY + LEARNT * HOUR,
		.window_end_s = MONDAY + (LEARNT + 6) * HOUR,
		.ratio = 13,
	};

	for (int hour = 0; hour < LEARNT + 6; hour++)
		take_hour(hour, hour < LEARNT ? usual : then);
	return control_compare(record, &settings, &event, hosts, &told);
}

static void level_group_makes_a_rise_shared(void **state)
{
	(void)state;
	assert_true(compare(20, 20, 100));
	assert_int_equal(told.verdict, CONTROL_OWN);
	assert_true(told.observed[DETECT_HOSTS] == 120);
	assert_true(fabs(told.expected[DETECT_HOSTS] / 120 - 1) < 0.1);
	assert_true(told.ratio_low < told.ratio && told.ratio < told.ratio_high);
	assert_true(told.ratio_low < 1 && told.ratio_high > 1 && told.ratio_high < 2);
	assert_true(fabs(told.excess_ratio - 13) < 1.5);
	assert_int_equal(told.scale_s, HOUR);
}

static void rise_of_everyone_passes_for_the_range_s_own(void **state)
{
	(void)state;
	assert_true(compare(20, 260, 100));
	assert_int_equal(told.verdict, CONTROL_SHARED);
	assert_true(told.ratio > 10 && told.ratio < 14.5);
	assert_true(told.ratio_low > 1 && told.ratio_low < told.ratio);
	assert_true(told.excess_ratio < 1.4);
}

static void group_that_rose_a_little_is_the_reason_for_all(void **state)
{
	(void)state;
	assert_true(compare(40, 60, 100)); /* 1.5 times, where the range rose 13 times */
	assert_int_equal(told.verdict, CONTROL_OWN);
}

static void group_of_nobody_gives_a_verdict(void **state)
{
	(void)state;
	assert_true(compare(20, 20, CONTROL_HOSTS_MIN - 1));
	assert_int_equal(told.verdict, CONTROL_UNKNOWN);
}

/* One use in 40 hours: none in six says nothing. */
static void silence_of_a_group_that_is_always_silent_gives_a_verdict(void **state)
{
	(void)state;
	for (int hour = 0; hour < LEARNT; hour++)
		take_hour(hour, hour % 40 == 7);
	struct detect_event event = {
		.scale = HOURS,
		.metric = DETECT_FLOWS,
		.window_start_s = MONDAY + LEARNT * HOUR,
		.window_end_s = MONDAY + (LEARNT + 6) * HOUR,
		.ratio = 13,
	};
	for (int hour = LEARNT; hour < LEARNT + 6; hour++)
		take_hour(hour, 0);
	assert_true(control_compare(record, &settings, &event, 100, &told));
	assert_int_equal(told.verdict, CONTROL_UNKNOWN);
	assert_true(told.ratio == 0 && told.ratio_low == 0 && told.ratio_high > 4);
	assert_true(isfinite(told.excess_ratio));
}

static void young_group_is_compared_with(void **state)
{
	struct detect_event event = {
		.scale = HOURS,
		.window_start_s = MONDAY,
		.window_end_s = MONDAY + 10 * HOUR,
		.ratio = 13,
	};

	(void)state;
	for (int hour = 0; hour < 10; hour++)
		take_hour(hour, 20);
	assert_false(control_compare(record, &settings, &event, 100, &told));
}

/* A window of minutes that reaches back further than minutes are remembered: hours. */
static void window_longer_than_the_memory_is_cut(void **state)
{
	struct detect_event event = {
		.scale = 0,
		.scale_s = 60,
		.window_start_s = MONDAY + LEARNT * HOUR,
		.window_end_s = MONDAY + (LEARNT + 30) * HOUR,
		.ratio = 13,
	};

	(void)state;
	for (int hour = 0; hour < LEARNT + 30; hour++)
		take_hour(hour, 20);
	assert_true(control_compare(record, &settings, &event, 100, &told));
	assert_int_equal(told.scale_s, HOUR);
	assert_true(told.observed[DETECT_HOSTS] == 600);
}

/* Poisson counts of 5 an hour: the interval holds 1 in 95 % of the windows. */
static void interval_is_too_narrow_for_chance(void **state)
{
	unsigned holds = 0, windows = 0;
	uint64_t z = 1;

	(void)state;
	for (int hour = 0; hour < LEARNT + 3000; hour++) {
		double limit = exp(-5), product = 1;
		int count = -1;

		do {
			z = z * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
			product *= (double)(z >> 11) / 9007199254740992.0;
			count++;
		} while (product > limit);
		take_hour(hour, count);
		if (hour < LEARNT || hour % 6 != 5)
			continue;
		struct detect_event event = {
			.scale = HOURS,
			.window_start_s = MONDAY + (hour - 5) * HOUR,
			.window_end_s = MONDAY + (hour + 1) * HOUR,
			.ratio = 13,
		};
		assert_true(control_compare(record, &settings, &event, 100, &told));
		windows++;
		holds += told.ratio_low <= 1 && told.ratio_high >= 1;
	}
	assert_true(holds >= windows * 92 / 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(level_group_makes_a_rise_shared, begin, end),
		cmocka_unit_test_setup_teardown(
			rise_of_everyone_passes_for_the_range_s_own, begin, end),
		cmocka_unit_test_setup_teardown(
			group_that_rose_a_little_is_the_reason_for_all, begin, end),
		cmocka_unit_test_setup_teardown(group_of_nobody_gives_a_verdict, begin, end),
		cmocka_unit_test_setup_teardown(
			silence_of_a_group_that_is_always_silent_gives_a_verdict, begin, end),
		cmocka_unit_test_setup_teardown(young_group_is_compared_with, begin, end),
		cmocka_unit_test_setup_teardown(window_longer_than_the_memory_is_cut, begin, end),
		cmocka_unit_test_setup_teardown(interval_is_too_narrow_for_chance, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
