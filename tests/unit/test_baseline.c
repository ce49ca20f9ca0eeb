/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "detect/baseline.h"

static struct baseline baseline;
static struct season season;
static struct detect_settings settings;
static struct expectation expected;
static int64_t at_s;

static int forget(void **state)
{
	(void)state;
	memset(&baseline, 0, sizeof baseline);
	memset(&season, 0, sizeof season);
	at_s = INT64_C(1767571200);
	return detect_settings_init_single(&settings, DETECT_FLOWS, 3600, 1.0, 1);
}

static void look(double rest, double coverage)
{
	struct detect_input input = {.start_s = at_s, .rest = {NAN, rest}, .coverage = coverage};
	baseline_expect(&baseline, &season, &settings, 0, DETECT_FLOWS, &input, &expected);
}

/* Hours with that count, learnt at that score. */
static void learn(int hours, double count, double rest, double score)
{
	for (int i = 0; i < hours; i++, at_s += 3600) {
		struct detect_input input = {.start_s = at_s,
			.count = {0.0, count},
			.rest = {NAN, rest},
			.coverage = 1.0};
		look(rest, 1.0);
		baseline_learn(
			&baseline, &season, &settings, 0, DETECT_FLOWS, &input, &expected, score);
	}
}

static void share_carries_the_expectation_when_everything_grows(void **state)
{
	(void)state;
	learn(4 * 168, 20.0, 1000.0, 0.0);
	look(1000.0, 1.0);
	assert_true(fabs(expected.best - 20.0) < 1.0);
	look(13000.0, 1.0);
	assert_int_equal(expected.method, DETECT_SHARE);
	assert_true(fabs(expected.best - 260.0) < 10.0);
	look(100.0, 1.0);
	assert_int_equal(expected.method, DETECT_ABSOLUTE);
	assert_true(fabs(expected.best - 20.0) < 1.0);
}

static void unknown_rest_leaves_the_absolute_level(void **state)
{
	(void)state;
	learn(4 * 168, 20.0, NAN, 0.0);
	look(NAN, 1.0);
	assert_true(isnan(expected.mean[DETECT_SHARE]));
	assert_true(fabs(expected.best - 20.0) < 1.0);
	look(500.0, 0.5);
	assert_true(fabs(expected.best - 10.0) < 0.5);
}

static void rise_in_doubt_waits_and_is_dropped_or_learnt_as_a_whole(void **state)
{
	(void)state;
	learn(8 * 168, 20.0, NAN, 0.0);
	struct baseline before = baseline;
	learn(10, 60.0, NAN, 5.0);
	assert_true(baseline.level_got < before.level_got);
	baseline_drop(&baseline);
	learn(1, 20.0, NAN, 0.0);
	look(NAN, 1.0);
	assert_true(expected.best < 21.0);

	baseline = before;
	learn(10, 60.0, NAN, 5.0);
	learn(1, 60.0, NAN, 1.0);
	assert_true(baseline.level_got > before.level_got + 300.0);
}

static void doubt_does_not_last_for_ever(void **state)
{
	(void)state;
	learn(8 * 168, 20.0, NAN, 0.0);
	learn(1000, 60.0, NAN, 5.0);
	look(NAN, 1.0);
	assert_true(expected.best > 40.0);
}

static void single_count_is_capped(void **state)
{
	(void)state;
	learn(8 * 168, 20.0, NAN, 0.0);
	learn(1, 1e9, NAN, 0.0);
	look(NAN, 1.0);
	assert_true(expected.best < 22.0);
}

static void scattered_counts_widen_the_variance(void **state)
{
	(void)state;
	learn(4 * 168, 20.0, NAN, 0.0);
	look(NAN, 1.0);
	double even = expected.variance;
	for (int i = 0; i < 4 * 168; i++)
		learn(1, i % 4 == 0 ? 80.0 : 0.0, NAN, 0.0);
	look(NAN, 1.0);
	assert_true(even < 40.0);
	assert_true(expected.variance > 10.0 * even);
	assert_true(expected.burst > 0.0 && expected.slow > 0.0);
	assert_true(
		fabs(expected.best + expected.burst + expected.slow - expected.variance) < 1e-6);
}

static void waves_deflate_the_evidence(void **state)
{
	(void)state;
	for (int i = 0; i < 12 * 168; i++)
		learn(1, i / 31 % 2 ? 130.0 : 70.0, NAN, 0.0);
	look(NAN, 1.0);
	assert_true(expected.deflate < 0.3);
}

static void warm_up_does_not_pass_for_scatter(void **state)
{
	(void)state;
	learn(30, 1000.0, NAN, 0.0);
	look(NAN, 1.0);
	assert_true(expected.spread < 4.0);
	assert_true(fabs(expected.best - 1000.0) < 50.0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(share_carries_the_expectation_when_everything_grows, forget),
		cmocka_unit_test_setup(unknown_rest_leaves_the_absolute_level, forget),
		cmocka_unit_test_setup(
			rise_in_doubt_waits_and_is_dropped_or_learnt_as_a_whole, forget),
		cmocka_unit_test_setup(doubt_does_not_last_for_ever, forget),
		cmocka_unit_test_setup(single_count_is_capped, forget),
		cmocka_unit_test_setup(scattered_counts_widen_the_variance, forget),
		cmocka_unit_test_setup(waves_deflate_the_evidence, forget),
		cmocka_unit_test_setup(warm_up_does_not_pass_for_scatter, forget),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
