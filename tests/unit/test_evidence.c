/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>

#include <string.h>

#include "detect/evidence.h"

static struct expectation expect(double mean, double burst, double slow)
{
	double variance = mean + burst + slow;
	return (struct expectation){
		.mean = {mean, NAN, NAN},
		.best = mean,
		.variance = variance,
		.burst = burst,
		.slow = slow,
		.shape = mean * mean / (burst + slow),
		.deflate = 1.0,
	};
}

static double log_mass(double count, double mean, double shape)
{
	return lgamma(count + shape) - lgamma(shape) - lgamma(count + 1.0) +
	       shape * log(shape / (shape + mean)) + count * log(mean / (shape + mean));
}

static void likelihood_ratio_is_fair_without_a_rise(void **state)
{
	(void)state;
	static const double CASES[][3] = {
		{0.1, 0.6, 0.001}, {1, 0.05, 0.02}, {1, 6, 0.2}, {10, 5, 20}, {100, 50, 500}};
	for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
		struct expectation e = expect(CASES[i][0], CASES[i][1], CASES[i][2]);
		for (double ratio = 2.0; ratio < 20.0; ratio *= 2.0) {
			double sum = 0.0;
			for (double y = 0.0; y < 20000.0; y++)
				sum += exp(log_mass(y, e.best, e.shape) +
					   evidence_weigh(&e, y, ratio));
			print_message("# %g %g %g x%g: %.6f\n", CASES[i][0], CASES[i][1],
				CASES[i][2], ratio, sum);
			assert_true(fabs(sum - 1.0) < 1e-4);
		}
	}
}

static void one_burst_is_less_than_many_events(void **state)
{
	(void)state;
	struct expectation e = expect(1.0, 6.0, 0.02);
	double burst = evidence_weigh(&e, 26.0, 13.0) + evidence_weigh(&e, 0.0, 13.0);
	double events = 2.0 * evidence_weigh(&e, 13.0, 13.0);
	assert_true(burst < events);
}

static void huge_counts_keep_the_score_finite(void **state)
{
	(void)state;
	static const struct detect_scale SCALE = {.leak = 0.98};
	struct evidence evidence = {0};
	for (int i = 0; i < 1000; i++) {
		struct expectation e = expect(i % 2 ? 1e-9 : 1e12, 1e-9, i % 2 ? 1e-12 : 1e21);
		struct detect_input input = {.count = {i % 3 ? 0x1p53 : 0.0}, .coverage = 1.0};
		assert_true(isfinite(evidence_update(&evidence, &SCALE, DETECT_HOSTS, &input, &e)));
	}
}

static void window_begins_where_the_rise_begins(void **state)
{
	(void)state;
	static const struct detect_scale SCALE = {.leak = 0.98};
	struct evidence evidence = {0};
	struct expectation e = expect(10.0, 0.5, 0.5);
	for (int i = 0; i < 60; i++) {
		double count = i < 50 ? 8.0 + i % 5 : 130.0;
		struct detect_input input = {
			.start_s = i, .count = {count}, .rest = {50.0}, .coverage = 1.0};
		evidence_update(&evidence, &SCALE, DETECT_HOSTS, &input, &e);
	}
	const struct evidence_window *window = evidence_onset(&evidence);
	assert_int_equal(window->start_s, 50);
	assert_int_equal(window->buckets, 10);
	assert_true(window->observed == 1300.0f);
	double expected;
	assert_int_equal(evidence_method(window, &expected), DETECT_ABSOLUTE);
	assert_true(fabs(expected - 100.0) < 1e-3);
}

static void onset_lies_beyond_a_gap_longer_than_the_window(void **state)
{
	(void)state;
	struct evidence evidence = {.window = {{.start_s = 60, .weight = 3.0f, .buckets = 90}}};
	evidence_skip(&evidence, 60, 89 * 60);
	assert_int_equal(evidence.window[0].buckets, 90);
	evidence_skip(&evidence, 60, 91 * 60);
	assert_int_equal(evidence.window[0].buckets, 0);
	/* An outage of some minutes divides nothing. */
	evidence.window[0] = (struct evidence_window){.start_s = 60, .weight = 3.0f, .buckets = 1};
	evidence_skip(&evidence, 60, 3600);
	assert_int_equal(evidence.window[0].buckets, 1);
}

static void method_is_chosen_from_the_sums(void **state)
{
	(void)state;
	struct evidence_window window = {
		.buckets = 3, .expected = {30.0f, 31.0f, NAN}, .observed = 100.0f};
	double expected;
	assert_int_equal(evidence_method(&window, &expected), DETECT_SHARE);
	assert_true(expected == 31.0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(likelihood_ratio_is_fair_without_a_rise),
		cmocka_unit_test(one_burst_is_less_than_many_events),
		cmocka_unit_test(huge_counts_keep_the_score_finite),
		cmocka_unit_test(window_begins_where_the_rise_begins),
		cmocka_unit_test(onset_lies_beyond_a_gap_longer_than_the_window),
		cmocka_unit_test(method_is_chosen_from_the_sums),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
