/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>

#include <string.h>

#include "detect/season.h"

#define MONDAY_S INT64_C(1767571200) /* 2026-01-05T00:00:00Z */
#define HOUR_S 3600
#define DAY_S 86400

static struct season season;

static int forget(void **state)
{
	(void)state;
	memset(&season, 0, sizeof season);
	return 0;
}

/* Hours at a level of 100 whose count in the hours 8 to 17 of weekdays is `office` times that. */
static void teach(int weeks, double office)
{
	season_settle(&season, HOUR_S, 1.0, 1.0);
	for (int i = 0; i < weeks * 168; i++) {
		bool busy = i % 168 < 5 * 24 && i % 24 >= 8 && i % 24 <= 17;
		struct season_lesson lesson = {
			.got = busy ? 100.0 * office : 100.0,
			.due = 100.0,
			.share_due = 100.0,
			.keep = 1.0 - 1.0 / 8.0,
		};
		season_learn(&season, MONDAY_S + (int64_t)i * HOUR_S, HOUR_S, &lesson);
	}
}

static double count_at(int64_t time_s, uint32_t scale_s)
{
	return season_of_count(&season, time_s, scale_s, false).factor;
}

static void each_hour_of_the_week_has_its_factor(void **state)
{
	(void)state;
	teach(6, 4.0);
	for (int day = 0; day < 7; day++) {
		int64_t noon_s = MONDAY_S + 70 * 7 * DAY_S + day * DAY_S + 12 * HOUR_S;
		double wanted = day < 5 ? 4.0 : 1.0;
		assert_true(fabs(count_at(noon_s, HOUR_S) - wanted) < 0.1 * wanted);
		double share = season_of_share(&season, noon_s, HOUR_S, false).factor;
		assert_true(fabs(share - wanted) < 0.1 * wanted);
	}
	assert_true(fabs(count_at(MONDAY_S, HOUR_S) - 1.0) < 0.1);
}

static void minutes_lie_between_the_middles_of_hours(void **state)
{
	(void)state;
	teach(6, 4.0);
	int64_t eight_s = MONDAY_S + 8 * HOUR_S;
	double before = count_at(eight_s - HOUR_S, HOUR_S), after = count_at(eight_s, HOUR_S);
	assert_true(fabs(count_at(eight_s - 30, 60) - (before + after) / 2.0) < 0.01);
	assert_true(fabs(count_at(eight_s - 1800 - 30, 60) - before) < 0.01);
	for (int64_t at_s = eight_s - 1800; at_s < eight_s + 1800 - 60; at_s += 60)
		assert_true(count_at(at_s + 60, 60) >= count_at(at_s, 60));
}

static void week_wraps_and_times_before_the_epoch_have_a_slot(void **state)
{
	(void)state;
	teach(6, 4.0);
	assert_true(fabs(count_at(MONDAY_S - 60, 60) - 1.0) < 0.2);
	assert_true(count_at(-1, 60) > 0.0);
	assert_true(count_at(-(INT64_C(1) << 40), 60) > 0.0);
}

static void what_was_not_seen_is_unknown(void **state)
{
	(void)state;
	double nothing = season_of_count(&season, MONDAY_S, HOUR_S, false).unknown;
	teach(1, 1.0);
	double week = season_of_count(&season, MONDAY_S, HOUR_S, false).unknown;
	assert_true(nothing > 0.5);
	assert_true(week < 0.05);
	assert_true(season_of_count(&season, MONDAY_S, 7 * DAY_S, false).unknown == 0.0);
}

static void few_counts_do_not_make_a_season(void **state)
{
	(void)state;
	season_settle(&season, HOUR_S, 1.0, 1.0);
	struct season_lesson lesson = {.got = 2.0, .due = 0.1, .keep = 0.875};
	season_learn(&season, MONDAY_S, HOUR_S, &lesson);
	assert_true(count_at(MONDAY_S, HOUR_S) < 2.0);
}

static void minutes_of_saturating_hosts_keep_a_rhythm_of_their_own(void **state)
{
	(void)state;
	teach(6, 2.0);
	int64_t noon_s = MONDAY_S + 12 * HOUR_S;
	for (int i = 0; i < 300; i++) {
		double expected = season_of_count(&season, noon_s, 60, true).factor * 10.0;
		struct season_lesson lesson = {.got = 40.0, .due = expected, .keep = 0.9};
		season_learn_fine(&season, noon_s, 60, &lesson);
	}
	assert_true(fabs(season_of_count(&season, noon_s, 60, true).factor - 4.0) < 0.3);
	assert_true(fabs(count_at(noon_s, HOUR_S) - 2.0) < 0.1);
}

static void packed_slots_hold_small_and_huge_counts(void **state)
{
	(void)state;
	for (double level = 0.01; level < 1e15; level *= 10.0) {
		forget(NULL);
		season_settle(&season, DAY_S, 1.0, 1.0);
		struct season_lesson lesson = {.got = 3.0 * level, .due = level, .keep = 0.875};
		for (int week = 0; week < 40; week++)
			season_learn(&season, MONDAY_S + week * 7 * DAY_S, DAY_S, &lesson);
		double factor = count_at(MONDAY_S, DAY_S);
		double wanted = (8.0 * 3.0 * level + 5.0) / (8.0 * level + 5.0);
		assert_true(fabs(factor / wanted - 1.0) < 0.02);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(each_hour_of_the_week_has_its_factor, forget),
		cmocka_unit_test_setup(minutes_lie_between_the_middles_of_hours, forget),
		cmocka_unit_test_setup(week_wraps_and_times_before_the_epoch_have_a_slot, forget),
		cmocka_unit_test_setup(what_was_not_seen_is_unknown, forget),
		cmocka_unit_test_setup(few_counts_do_not_make_a_season, forget),
		cmocka_unit_test_setup(
			minutes_of_saturating_hosts_keep_a_rhythm_of_their_own, forget),
		cmocka_unit_test_setup(packed_slots_hold_small_and_huge_counts, forget),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
