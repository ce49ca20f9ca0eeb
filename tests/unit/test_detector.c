/* SPDX-License-Identifier: Apache-2.0 */
/* One scale: buckets of one length, one after the other. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "detect/state.h"

#define TUESDAY_S INT64_C(1772496000) /* 2026-03-03T00:00:00Z */

/* Hours, or other buckets, of one metric, straight into a detector of that scale alone. */
struct hours {
	uint32_t bucket_s;
	struct detect_settings settings;
	struct detector *detector;
	struct detect_event event;
	int64_t at_s;
};

static void use_buckets(struct hours *hours, uint32_t bucket_s)
{
	free(hours->detector);
	hours->bucket_s = bucket_s;
	assert_int_equal(
		detect_settings_init_single(&hours->settings, DETECT_HOSTS, bucket_s, 1.0, 1), 0);
	hours->detector = calloc(1, detector_size(&hours->settings));
	assert_non_null(hours->detector);
	detector_init(hours->detector, &hours->settings);
}

static int make_hours(void **state)
{
	static struct hours hours;
	hours = (struct hours){.at_s = TUESDAY_S};
	*state = &hours;
	use_buckets(&hours, 3600);
	return 0;
}

static int free_hours(void **state)
{
	struct hours *hours = *state;
	free(hours->detector);
	return 0;
}

/* One hour; returns what happened. */
static enum detect_kind hour(struct hours *hours, double count, double coverage)
{
	struct detect_input input = {
		.start_s = hours->at_s,
		.count = {count, 0.0},
		.rest = {NAN, NAN},
		.coverage = coverage,
	};
	hours->at_s += hours->bucket_s;
	if (!detector_update(hours->detector, &hours->settings, 0, &input, &hours->event))
		return DETECT_QUIET;
	return hours->event.kind;
}

static void level(struct hours *hours, int count, double value)
{
	for (int i = 0; i < count; i++)
		assert_int_equal(hour(hours, value, 1.0), DETECT_QUIET);
}

static void doubled_ratio_is_an_update_and_only_once(void **state)
{
	struct hours *hours = *state;
	level(hours, 6 * 168, 20.0);
	assert_int_equal(hour(hours, 80.0, 1.0), DETECT_OPEN);
	int64_t onset_s = hours->event.onset_s;
	level(hours, 5, 80.0);
	assert_int_equal(hour(hours, 400.0, 1.0), DETECT_UPDATE);
	assert_int_equal(hours->event.onset_s, onset_s);
	assert_true(hours->event.ratio > 18.0 && hours->event.ratio < 22.0);
	level(hours, 5, 400.0);
	assert_int_equal(hour(hours, 1200.0, 1.0), DETECT_UPDATE);
	assert_int_equal(hour(hours, 20.0, 1.0), DETECT_CLOSE);
	level(hours, 168, 20.0);
}

static void rise_that_stays_becomes_normal_after_a_week(void **state)
{
	struct hours *hours = *state;
	level(hours, 6 * 168, 20.0);
	assert_int_equal(hour(hours, 260.0, 1.0), DETECT_OPEN);
	level(hours, 167, 260.0);
	assert_int_equal(hour(hours, 260.0, 1.0), DETECT_CLOSE);
	assert_int_equal(hours->event.reason, DETECT_NEW_NORMAL);
	assert_true(fabs(hours->event.ratio - 13.0) < 0.5);
	level(hours, 100, 260.0);
	struct detect_outlook outlook;
	detector_outlook(hours->detector, &hours->settings, 0, DETECT_HOSTS, &outlook);
	assert_true(fabs(outlook.expected - 260.0) < 20.0);
}

static void first_use_after_a_day_of_silence_is_a_notice_once(void **state)
{
	struct hours *hours = *state;
	level(hours, 40, 0.0);
	assert_int_equal(hour(hours, 1.0, 1.0), DETECT_FIRST_USE);
	assert_true(hours->event.first_use);
	level(hours, 30, 0.0);
	assert_int_equal(hour(hours, 1.0, 1.0), DETECT_QUIET);
}

static void use_from_the_start_is_no_first_use(void **state)
{
	struct hours *hours = *state;
	level(hours, 23, 0.0);
	level(hours, 2, 1.0);
}

static void same_rise_every_week_is_learnt(void **state)
{
	struct hours *hours = *state;
	int opens = 0;
	level(hours, 4 * 168, 100.0);
	for (int week = 0; week < 30; week++) {
		for (int i = 0; i < 168; i++)
			if (hour(hours, i == 50 ? 300.0 : 100.0, 1.0) == DETECT_OPEN && week >= 10)
				opens++;
	}
	assert_int_equal(opens, 0);
}

/* Busy minutes, too few of them to tell a ratio; then hours of which nothing was seen. */
static void onset_is_told_from_beyond_a_long_gap(void **state)
{
	struct hours *hours = *state;
	use_buckets(hours, 60);
	level(hours, 2000, 1.0);
	level(hours, 10, 9.0);
	for (int i = 0; i < 500; i++)
		assert_int_equal(hour(hours, 0.0, 0.0), DETECT_QUIET);
	int64_t back_s = hours->at_s;
	level(hours, 11, 9.0);
	assert_int_equal(hour(hours, 9.0, 1.0), DETECT_OPEN);
	assert_int_equal(hours->event.window_start_s, back_s);
	assert_int_equal(hours->event.buckets[DETECT_HOSTS], 12);
	assert_true(hours->event.coverage == 1.0);
}

static void hours_unseen_within_a_window_count_as_seen(void **state)
{
	struct hours *hours = *state;
	level(hours, 6 * 168, 20.0);
	assert_int_equal(hour(hours, 260.0, 1.0), DETECT_OPEN);
	for (int i = 0; i < 6; i++)
		hour(hours, 0.0, 0.0);
	hours->at_s += 3 * 3600; /* a gap: not even told */
	level(hours, 10, 260.0);
	assert_int_equal(hour(hours, 20.0, 1.0), DETECT_CLOSE);
	assert_int_equal(hours->event.window_end_s - hours->event.window_start_s, 20 * 3600);
	assert_int_equal(hours->event.buckets[DETECT_HOSTS], 11);
	assert_true(fabs(hours->event.coverage - 0.55) < 1e-6);
}

static void blind_bucket_is_neither_learnt_nor_judged(void **state)
{
	struct hours *hours = *state;
	level(hours, 6 * 168, 50.0);
	for (int i = 0; i < 500; i++)
		assert_int_equal(hour(hours, i % 2 ? 0.0 : 5000.0, 0.04), DETECT_QUIET);
	level(hours, 1, 48.0);
	struct detect_outlook outlook;
	detector_outlook(hours->detector, &hours->settings, 0, DETECT_HOSTS, &outlook);
	assert_true(fabs(outlook.expected - 50.0) < 2.0);
}

static void half_seen_bucket_expects_half(void **state)
{
	struct hours *hours = *state;
	level(hours, 6 * 168, 50.0);
	for (int i = 0; i < 48; i++)
		assert_int_equal(hour(hours, 25.0, 0.5), DETECT_QUIET);
	struct detect_outlook outlook;
	detector_outlook(hours->detector, &hours->settings, 0, DETECT_HOSTS, &outlook);
	assert_true(fabs(outlook.expected - 25.0) < 1.0);
	level(hours, 24, 50.0);
}

static void older_bucket_is_ignored(void **state)
{
	struct hours *hours = *state;
	level(hours, 6 * 168, 50.0);
	hours->at_s -= 2 * 3600;
	assert_int_equal(hour(hours, 1e9, 1.0), DETECT_QUIET);
	level(hours, 2, 50.0);
}

static void copied_detector_goes_on_alike(void **state)
{
	struct hours *hours = *state;
	size_t size = detector_size(&hours->settings);
	level(hours, 100, 7.0);
	struct detector *copy = malloc(size), *original = hours->detector;
	assert_non_null(copy);
	memcpy(copy, original, size);
	int64_t at_s = hours->at_s;
	for (int i = 0; i < 300; i++)
		hour(hours, 7.0 + i % 5 + (i == 200 ? 200.0 : 0.0), 1.0);
	hours->detector = copy;
	hours->at_s = at_s;
	for (int i = 0; i < 300; i++)
		hour(hours, 7.0 + i % 5 + (i == 200 ? 200.0 : 0.0), 1.0);
	assert_memory_equal(copy, original, size);
	free(original);
}

/* Whatever traffic does, a restart must not throw away what was learnt. */
static void sound_detector_is_taken_for_damaged(void **state)
{
	struct hours *hours = *state;
	static const double extremes[] = {0.0, 1.0, 20.0, 500.0, 1e6, 1e12};
	uint64_t random = 1;

	use_buckets(hours, 60);
	assert_true(detector_is_valid(hours->detector, &hours->settings));
	for (int i = 0; i < 60000; i++) {
		random = random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
		size_t level = (random >> 60) > 13 ? (random >> 40) % 6 : i / 9000 % 6U;

		hour(hours, extremes[level] * (double)(1 + (random >> 50) % 3),
			random >> 63 ? 1.0 : 0.3);
		if (random >> 52 == 0)
			hours->at_s += 86400 * (int64_t)(random % 100);
		if (i % 16 == 0)
			assert_true(detector_is_valid(hours->detector, &hours->settings));
	}
}

static void assert_damage_is_seen(const struct hours *hours)
{
	assert_false(detector_is_valid(hours->detector, &hours->settings));
}

static void damaged_detector_is_used(void **state)
{
	struct hours *hours = *state;
	struct detector *detector = hours->detector, sound;
	level(hours, 100, 7.0);
	sound = *detector;
	detector->episode.open = detector->episode.metric = 1; /* one that is not in use */
	assert_damage_is_seen(hours);
	detector->episode = sound.episode;
	detector->episode.scale = 1;
	assert_damage_is_seen(hours);
	detector->episode = sound.episode;
	detector->episode.all[0].expected[0] = -1.0f;
	assert_damage_is_seen(hours);
	detector->episode = sound.episode;
	detector->next_s[0] = INT64_MAX;
	assert_damage_is_seen(hours);
	detector->next_s[0] = sound.next_s[0];
	memset(&detector->used, 7, sizeof detector->used);
	assert_damage_is_seen(hours);
	memcpy(&detector->used, &sound.used, sizeof detector->used);
	struct series *series = state_series(detector, &hours->settings, DETECT_HOSTS);
	series->track[0].baseline.level_got = (double)NAN;
	assert_damage_is_seen(hours);
	series->track[0].baseline.level_got = 1.0;
	assert_true(detector_is_valid(detector, &hours->settings));
	series->trend.weeks = INT32_MAX;
	assert_damage_is_seen(hours);
}

static void settings_out_of_bounds_are_refused(void **state)
{
	(void)state;
	struct detect_settings settings;
	assert_int_equal(detect_settings_init(&settings, 0.0, 1), -EINVAL);
	assert_int_equal(detect_settings_init(&settings, (double)NAN, 1), -EINVAL);
	assert_int_equal(detect_settings_init(&settings, (double)INFINITY, 1), -EINVAL);
	assert_int_equal(detect_settings_init(&settings, 1.0, 0), -EINVAL);
	assert_int_equal(detect_settings_init_single(&settings, DETECT_HOSTS, 61, 1.0, 1), -EINVAL);
	assert_int_equal(detect_settings_init(&settings, 12.0, 100), 0);
	assert_true(fabs(settings.scales[1].threshold - log(8766.0 * 100 * 4 / 12)) < 1e-9);
	assert_true(detector_size(&settings) <= 2 * 2500);
}

#define HOURS_TEST(test) cmocka_unit_test_setup_teardown(test, make_hours, free_hours)

int main(void)
{
	const struct CMUnitTest tests[] = {
		HOURS_TEST(doubled_ratio_is_an_update_and_only_once),
		HOURS_TEST(rise_that_stays_becomes_normal_after_a_week),
		HOURS_TEST(sound_detector_is_taken_for_damaged),
		HOURS_TEST(damaged_detector_is_used),
		HOURS_TEST(first_use_after_a_day_of_silence_is_a_notice_once),
		HOURS_TEST(use_from_the_start_is_no_first_use),
		HOURS_TEST(same_rise_every_week_is_learnt),
		HOURS_TEST(onset_is_told_from_beyond_a_long_gap),
		HOURS_TEST(hours_unseen_within_a_window_count_as_seen),
		HOURS_TEST(blind_bucket_is_neither_learnt_nor_judged),
		HOURS_TEST(half_seen_bucket_expects_half),
		HOURS_TEST(older_bucket_is_ignored),
		HOURS_TEST(copied_detector_goes_on_alike),
		cmocka_unit_test(settings_out_of_bounds_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
