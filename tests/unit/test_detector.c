/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "detect/detector.h"

#define DAY_S 86400
#define TUESDAY_S INT64_C(1772496000) /* 2026-03-03T00:00:00Z */
#define EVENTS_MAX 64

/* A range on four scales, minute by minute: a day's rhythm, and a jump. */
struct tap {
	bool poisson;
	uint64_t random;
	double flows_per_hour; /* in the busiest hour */
	int64_t jump_s, jump_end_s, gap_s, gap_end_s;
	double factor;
	double rest_factor; /* during the jump */
	double rest_hosts;  /* how many there are */
	double carry, rest_carry;
	struct detect_input sum[4];
	struct detect_settings settings;
	struct detector *detector;
	struct detect_event events[EVENTS_MAX];
	size_t count;
};

static const double HOURS[24] = {32, 32, 32, 32, 32, 36, 46, 64, 86, 100, 100, 95, 82, 93, 100, 98,
	93, 80, 62, 50, 44, 40, 35, 32};
static const double DAYS[7] = {100, 100, 100, 100, 100, 85, 80};

static double draw(struct tap *tap)
{
	tap->random = tap->random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return ((double)(tap->random >> 11) + 0.5) * 0x1p-53;
}

/* Counts of one minute with that mean: at chance, or evenly spread. */
static double count_minute(struct tap *tap, double mean, double *carry)
{
	if (!tap->poisson) {
		*carry += mean;
		double whole = floor(*carry);
		*carry -= whole;
		return whole;
	}
	double product = draw(tap), limit = exp(-mean), count = 0.0;
	for (; product > limit; count++)
		product *= draw(tap);
	return count;
}

static void take(struct tap *tap, uint32_t scale, const struct detect_input *input)
{
	struct detect_event event;
	if (!detector_update(tap->detector, &tap->settings, scale, input, &event))
		return;
	assert_true(tap->count < EVENTS_MAX);
	tap->events[tap->count++] = event;
}

/* Adds the minute to the coarser bucket, whose hosts come back: in an hour 20 hosts make 24 flows,
 * in a day 3 flows each, in a week 12. */
static void add(struct tap *tap, uint32_t scale, const struct detect_input *minute)
{
	static const double FLOWS_PER_HOST[] = {1.0, 1.2, 3.0, 12.0};
	int64_t scale_s = tap->settings.scale_s[scale];
	struct detect_input *sum = &tap->sum[scale];
	sum->start_s = minute->start_s - minute->start_s % scale_s;
	for (int m = 0; m < DETECT_METRICS; m++) {
		sum->count[m] += minute->count[m];
		sum->rest[m] += minute->rest[m];
	}
	sum->coverage += minute->coverage * 60.0 / (double)scale_s;
	if ((minute->start_s + 60) % scale_s != 0)
		return;
	sum->count[DETECT_HOSTS] = floor(sum->count[DETECT_FLOWS] / FLOWS_PER_HOST[scale] + 0.5);
	sum->rest[DETECT_HOSTS] = fmin(sum->rest[DETECT_HOSTS], tap->rest_hosts);
	take(tap, scale, sum);
	*sum = (struct detect_input){0};
}

static void run(struct tap *tap, int64_t start_s, int64_t end_s)
{
	assert_int_equal(detect_settings_init(&tap->settings, 12.0, 4), 0);
	tap->detector = calloc(1, detector_size(&tap->settings));
	assert_non_null(tap->detector);
	detector_init(tap->detector, &tap->settings);
	for (int64_t at_s = start_s; at_s < end_s; at_s += 60) {
		bool jump = at_s >= tap->jump_s && at_s < tap->jump_end_s;
		double weight = HOURS[at_s / 3600 % 24] * DAYS[(at_s / DAY_S + 3) % 7] / 1e4;
		double mean = tap->flows_per_hour / 60.0 * weight * (jump ? tap->factor : 1.0);
		double rest = 2000.0 / 60.0 * weight * (jump ? tap->rest_factor : 1.0);
		double flows = count_minute(tap, mean, &tap->carry);
		double others = count_minute(tap, rest, &tap->rest_carry);
		struct detect_input minute = {
			.start_s = at_s,
			.count = {flows, flows},
			.rest = {others, others},
			.coverage = 1.0,
		};
		if (at_s >= tap->gap_s && at_s < tap->gap_end_s)
			continue;
		take(tap, 0, &minute);
		for (uint32_t scale = 1; scale < 4; scale++)
			add(tap, scale, &minute);
	}
	free(tap->detector);
	for (size_t i = 0; i < tap->count; i++) {
		const struct detect_event *e = &tap->events[i];
		print_message("# %s day %.3f, %u s, %s %s, %.1f of %.2f, x%.2f over %.1f h\n",
			detect_kind_name(e->kind), (double)(e->window_end_s - start_s) / DAY_S,
			e->scale_s, detect_metric_name(e->metric), detect_method_name(e->method),
			e->observed[e->metric], e->expected[e->metric], e->ratio,
			(double)(e->window_end_s - e->window_start_s) / 3600.0);
	}
}

static struct tap demo(double flows_per_hour, bool poisson, uint64_t seed)
{
	return (struct tap){
		.poisson = poisson,
		.random = seed,
		.flows_per_hour = flows_per_hour,
		.jump_s = TUESDAY_S + 21 * DAY_S,
		.jump_end_s = TUESDAY_S + 22 * DAY_S,
		.factor = 13.0,
		.rest_factor = 1.0,
		.rest_hosts = 400.0,
	};
}

static void assert_one_episode(const struct tap *tap)
{
	assert_int_equal(tap->count, 2);
	assert_int_equal(tap->events[0].kind, DETECT_OPEN);
	assert_int_equal(tap->events[1].kind, DETECT_CLOSE);
	assert_int_equal(tap->events[0].onset_s, tap->events[1].onset_s);
}

static void even_jump_is_told_as_thirteenfold(void **state)
{
	(void)state;
	for (double flows = 16.0; flows <= 64.0; flows += 8.0) {
		struct tap tap = demo(flows, false, 1);
		run(&tap, TUESDAY_S, TUESDAY_S + 24 * DAY_S);
		assert_one_episode(&tap);
		for (size_t i = 0; i < tap.count; i++) {
			assert_true(tap.events[i].rise_percent > 1100.0);
			assert_true(tap.events[i].rise_percent < 1300.0);
		}
		assert_int_equal(tap.events[1].reason, DETECT_BACK_TO_BASELINE);
		assert_in_range(tap.events[0].onset_s, tap.jump_s - 900, tap.jump_s + 900);
		assert_in_range(tap.events[0].window_end_s, tap.jump_s, tap.jump_s + 3600);
		assert_in_range(
			tap.events[1].window_end_s, tap.jump_end_s - 900, tap.jump_end_s + 3600);
	}
}

static void chance_neither_splits_an_episode_nor_bends_its_ratio(void **state)
{
	(void)state;
	double sum = 0.0;
	for (uint64_t seed = 1; seed <= 10; seed++) {
		struct tap tap = demo(24.0, true, seed);
		run(&tap, TUESDAY_S, TUESDAY_S + 24 * DAY_S);
		assert_one_episode(&tap);
		assert_true(tap.events[1].rise_percent > 1050.0);
		assert_true(tap.events[1].rise_percent < 1350.0);
		sum += tap.events[0].ratio;
	}
	assert_true(sum / 10.0 > 11.0 && sum / 10.0 < 15.0);
}

static void rise_of_everything_is_no_rise(void **state)
{
	(void)state;
	struct tap tap = demo(24.0, true, 3);
	tap.rest_factor = 13.0;
	tap.rest_hosts = 1e9;
	run(&tap, TUESDAY_S, TUESDAY_S + 24 * DAY_S);
	assert_int_equal(tap.count, 0);
}

static void gap_is_not_silence_and_its_end_no_jump(void **state)
{
	(void)state;
	struct tap tap = demo(24.0, true, 4);
	tap.jump_end_s = tap.jump_s;
	tap.gap_s = TUESDAY_S + 15 * DAY_S;
	tap.gap_end_s = TUESDAY_S + 21 * DAY_S + 7 * 3600;
	run(&tap, TUESDAY_S, TUESDAY_S + 24 * DAY_S);
	assert_int_equal(tap.count, 0);
}

static void jump_within_the_second_day_speaks_as_learning(void **state)
{
	(void)state;
	struct tap tap = demo(48.0, false, 5);
	tap.jump_s = TUESDAY_S + DAY_S + 9 * 3600;
	tap.jump_end_s = tap.jump_s + 8 * 3600;
	run(&tap, TUESDAY_S, TUESDAY_S + 4 * DAY_S);
	assert_one_episode(&tap);
	assert_true(tap.events[0].learning);
	assert_true(tap.events[0].ratio > 6.0);
}

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
		cmocka_unit_test(even_jump_is_told_as_thirteenfold),
		cmocka_unit_test(chance_neither_splits_an_episode_nor_bends_its_ratio),
		cmocka_unit_test(rise_of_everything_is_no_rise),
		cmocka_unit_test(gap_is_not_silence_and_its_end_no_jump),
		cmocka_unit_test(jump_within_the_second_day_speaks_as_learning),
		HOURS_TEST(doubled_ratio_is_an_update_and_only_once),
		HOURS_TEST(rise_that_stays_becomes_normal_after_a_week),
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
