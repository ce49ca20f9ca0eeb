/* SPDX-License-Identifier: Apache-2.0 */
/* A range on all four scales at once: which of them speaks, and how often. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include <stdlib.h>

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(even_jump_is_told_as_thirteenfold),
		cmocka_unit_test(chance_neither_splits_an_episode_nor_bends_its_ratio),
		cmocka_unit_test(rise_of_everything_is_no_rise),
		cmocka_unit_test(gap_is_not_silence_and_its_end_no_jump),
		cmocka_unit_test(jump_within_the_second_day_speaks_as_learning),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
