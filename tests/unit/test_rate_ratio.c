/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>

#include "report/rate_ratio.h"

#define DAY_S 86400
#define SLOTS_MAX (40 * 24)

/* A window of hourly slots in the making. */
struct made {
	struct rate_slot slots[SLOTS_MAX];
	struct rate_window window;
};

static void put(struct made *made, int64_t start_s, double count)
{
	made->slots[made->window.count++] = (struct rate_slot){start_s, count, 1};
	made->window.slots = made->slots;
}

/* The begin of the n-th working day: Monday is day 4 of the epoch. */
static int64_t workday_s(int number)
{
	return (int64_t)(4 + number / 5 * 7 + number % 5) * DAY_S;
}

static void put_day(struct made *made, int64_t start_s, double count)
{
	for (int hour = 0; hour < 24; hour++)
		put(made, start_s + hour * 3600, count);
}

static void put_days(struct made *made, int first, int days, double count)
{
	for (int i = 0; i < days; i++)
		put_day(made, workday_s(first + i), count);
}

static void near(double got, double wanted)
{
	if (!(fabs(got - wanted) <= 1e-9 * fabs(wanted)))
		fail_msg("got %.12g, wanted %.12g", got, wanted);
}

/* 10 an hour for ten days, then 130 for one: all numbers by hand. Counts without any spread
 * have no drift and the least dispersion: the interval is Poisson's, wider by Student's t. */
static void interval_of_even_counts_is_poisson(void **state)
{
	struct made before = {0}, after = {0};
	struct rate_ratio ratio;
	(void)state;
	put_days(&before, 0, 10, 10);
	put_days(&after, 10, 1, 130);
	rate_ratio_compute(&before.window, &after.window, &ratio);
	near(ratio.ratio, 13);
	near(ratio.before_count, 2400);
	near(ratio.after_count, 3120);
	near(ratio.dispersion, 1);
	assert_true(ratio.drift == 0);
	assert_int_not_equal(ratio.match, RATE_MATCH_NONE);
	assert_int_equal(ratio.blocks, 11);
	/* Greenland and Robins with t0 = 10, t1 = 1 in each of 24 hours: sums of (130 + 100)
	 * 10/121, 130 10/11, 100 1/11, each times 24; variance 230 x 10/121 / (24 x 1300/11 x
	 * 100/11). */
	double deviation = sqrt(2300.0 / 121 / (24 * 1300.0 / 11 * 100.0 / 11));
	near(deviation, sqrt(1.0 / 2400 + 1.0 / 3120));
	near(log(13 / ratio.low), rate_ratio_student(9) * deviation);
	near(log(ratio.high / 13), rate_ratio_student(9) * deviation);
}

static void morning_is_not_held_against_night(void **state)
{
	struct made before = {0}, after = {0};
	struct rate_ratio ratio;
	(void)state;
	for (int day = 0; day < 10; day++)
		for (int hour = 0; hour < 24; hour++)
			put(&before, workday_s(day) + hour * 3600, hour < 12 ? 1 : 50);
	for (int hour = 0; hour < 6; hour++)
		put(&after, workday_s(10) + hour * 3600, 13);
	rate_ratio_compute(&before.window, &after.window, &ratio);
	near(ratio.ratio, 13);
	assert_int_not_equal(ratio.match, RATE_MATCH_NONE);
}

/* Before: Thursday to Wednesday with half the traffic at the weekend; after: a Thursday. Against
 * all seven days the ratio would be 13 x 7/6. */
static void working_day_is_not_held_against_a_weekend(void **state)
{
	struct made before = {0}, after = {0};
	struct rate_ratio ratio;
	(void)state;
	for (int day = 0; day < 7; day++)
		put_day(&before, day * DAY_S, day == 2 || day == 3 ? 5 : 10);
	put_day(&after, 7 * DAY_S, 130);
	rate_ratio_compute(&before.window, &after.window, &ratio);
	near(ratio.ratio, 13);
	assert_int_equal(ratio.match, RATE_MATCH_WEEK);
	after.window.count = 0;
	put_day(&after, 9 * DAY_S, 65);
	before.window.count = 2 * 24; /* no weekend to hold the Saturday against */
	rate_ratio_compute(&before.window, &after.window, &ratio);
	near(ratio.ratio, 6.5);
	assert_int_equal(ratio.match, RATE_MATCH_HOUR);
}

static void windows_without_a_common_hour_are_compared_and_marked(void **state)
{
	struct made before = {0}, after = {0};
	struct rate_ratio ratio;
	(void)state;
	for (int i = 0; i < 10; i++)
		put(&before, i * 3600, 4);
	for (int i = 12; i < 22; i++)
		put(&after, i * 3600, 8);
	rate_ratio_compute(&before.window, &after.window, &ratio);
	near(ratio.ratio, 2);
	assert_int_equal(ratio.match, RATE_MATCH_NONE);
}

/* Slots 5 and 15 in turn: within each day 24 squares of 5^2/10 = 60 over 24 - 1 degrees, of which
 * the profile, here level because odd and even hours change places every day, takes 23 in all. */
static void overdispersed_slots_widen_the_interval(void **state)
{
	struct made before = {0}, after = {0};
	struct rate_ratio ratio;
	(void)state;
	for (int i = 0; i < 10 * 24; i++)
		put(&before, workday_s(i / 24) + i % 24 * 3600, (i + i / 24) % 2 ? 5 : 15);
	for (int i = 0; i < 10 * 24; i++)
		put(&after, workday_s(10 + i / 24) + i % 24 * 3600, (i + i / 24) % 2 ? 5 : 15);
	rate_ratio_compute(&before.window, &after.window, &ratio);
	near(ratio.ratio, 1);
	near(ratio.dispersion, 20 * 60.0 / (20 * 23 - 23));
	assert_true(ratio.drift == 0);
}

/* Ten days of 240 x (1 -+ .5): squares (120^2/240) x 10 = 600, chance 9 less half its standard
 * error sqrt(18), over 2400 - 240: omega^2.
 * The after window has one day, which says nothing of drift, yet drifts as much. */
static void levels_that_drift_widen_the_interval_of_a_single_day(void **state)
{
	struct made before = {0}, after = {0};
	struct rate_ratio ratio;
	(void)state;
	for (int day = 0; day < 10; day++)
		put_days(&before, day, 1, day % 2 ? 5 : 15);
	put_days(&after, 10, 1, 130);
	rate_ratio_compute(&before.window, &after.window, &ratio);
	double drift_square = (600.0 - (9 - sqrt(18))) / (2400 - 240);
	near(ratio.ratio, 13);
	near(ratio.dispersion, 1);
	near(ratio.drift, sqrt(drift_square));
	double deviation = sqrt(1.0 / 2400 + 1.0 / 3120 + drift_square * (1 + 0.1));
	near(log(ratio.high / 13), rate_ratio_student(9) * deviation);
}

/* Five high days, then five low ones: neighbours are alike, so ten days are worth fewer. */
static void slow_waves_count_as_fewer_days(void **state)
{
	struct made before[2] = {{{{0}}, {0}}}, after = {0};
	struct rate_ratio turns, wave;
	(void)state;
	for (int day = 0; day < 10; day++) {
		put_days(&before[0], day, 1, day % 2 ? 5 : 15);
		put_days(&before[1], day, 1, day / 5 ? 5 : 15);
	}
	put_days(&after, 10, 1, 130);
	rate_ratio_compute(&before[0].window, &after.window, &turns);
	rate_ratio_compute(&before[1].window, &after.window, &wave);
	assert_true(wave.drift > turns.drift);
	assert_true(wave.high > turns.high * 1.1);
}

static void use_that_is_new_has_a_lower_end_only(void **state)
{
	struct made before = {0}, after = {0};
	struct rate_ratio ratio;
	(void)state;
	put_days(&before, 0, 7, 0);
	put_days(&after, 7, 1, 10);
	rate_ratio_compute(&before.window, &after.window, &ratio);
	assert_true(isinf(ratio.ratio) && isinf(ratio.high));
	assert_true(ratio.low > 50 && ratio.low < 240.5 * 7 / 0.5);
	rate_ratio_compute(&after.window, &before.window, &ratio);
	assert_true(ratio.ratio == 0 && ratio.low == 0);
	assert_true(ratio.high > 0 && ratio.high < 0.02);
}

static void nothing_is_told_of_nothing(void **state)
{
	struct made before = {0}, after = {0}, empty = {0};
	struct rate_ratio ratio;
	(void)state;
	put_days(&before, 0, 7, 0);
	put_days(&after, 7, 7, 0);
	rate_ratio_compute(&before.window, &after.window, &ratio);
	assert_true(isnan(ratio.ratio) && isnan(ratio.low) && isnan(ratio.high));
	rate_ratio_compute(&empty.window, &empty.window, &ratio);
	assert_true(isnan(ratio.ratio));
	put(&empty, 0, 3);
	empty.slots[0].exposure = 0;
	rate_ratio_compute(&before.window, &empty.window, &ratio);
	assert_true(isnan(ratio.ratio) && ratio.after_count == 0);
}

static void two_single_hours_have_no_interval(void **state)
{
	struct made before = {0}, after = {0};
	struct rate_ratio ratio;
	(void)state;
	put(&before, 0, 10);
	put(&after, DAY_S, 130);
	rate_ratio_compute(&before.window, &after.window, &ratio);
	near(ratio.ratio, 13);
	assert_true(isnan(ratio.low) && isnan(ratio.high));
}

/* From the tables of Student's distribution. */
static void quantiles_are_students(void **state)
{
	static const struct {
		uint32_t degrees;
		double quantile;
	} table[] = {{1, 12.7062}, {2, 4.30265}, {3, 3.18245}, {4, 2.77645}, {6, 2.44691},
		{10, 2.22814}, {20, 2.08596}, {100, 1.98397}, {100000, 1.95998}};
	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		double got = rate_ratio_student(table[i].degrees);
		assert_true(fabs(got / table[i].quantile - 1) < 0.003);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(interval_of_even_counts_is_poisson),
		cmocka_unit_test(morning_is_not_held_against_night),
		cmocka_unit_test(working_day_is_not_held_against_a_weekend),
		cmocka_unit_test(windows_without_a_common_hour_are_compared_and_marked),
		cmocka_unit_test(overdispersed_slots_widen_the_interval),
		cmocka_unit_test(levels_that_drift_widen_the_interval_of_a_single_day),
		cmocka_unit_test(slow_waves_count_as_fewer_days),
		cmocka_unit_test(use_that_is_new_has_a_lower_end_only),
		cmocka_unit_test(nothing_is_told_of_nothing),
		cmocka_unit_test(two_single_hours_have_no_interval),
		cmocka_unit_test(quantiles_are_students),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
