/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/scan.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <math.h>
#include <stdlib.h>

#define RUNS 4000

static uint64_t seed = 20261126;

/* Uniform in [0, 1): SplitMix64. */
static double draw(void)
{
	uint64_t z = seed += UINT64_C(0x9e3779b97f4a7c15);
	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return (double)((z ^ z >> 31) >> 11) / 9007199254740992.0;
}

static int compare_places(const void *left, const void *right)
{
	const double *a = left, *b = right;

	return (*a > *b) - (*a < *b);
}

static void draw_places(double *places, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		places[i] = draw();
	qsort(places, count, sizeof(*places), compare_places);
}

static void shortest_stretch_is_another(void **state)
{
	const double places[] = {0, 10, 11, 12, 30, 31, 50};

	(void)state;
	assert_true(scan_shortest(places, 7, 1) == 0);
	assert_true(scan_shortest(places, 7, 2) == 1);
	assert_true(scan_shortest(places, 7, 3) == 2);
	assert_true(scan_shortest(places, 7, 4) == 12);
	assert_true(scan_shortest(places, 7, 7) == 50);
}

/* All n in one stretch: n w^(n-1) - (n-1) w^n, the distribution of the range. */
static void chance_of_all_in_one_stretch_is_wrong(void **state)
{
	(void)state;
	for (uint32_t n = 2; n < 60; n++)
		for (double w = 0.01; w < 0.5; w += 0.03) {
			double exact = n * pow(w, n - 1) - (n - 1) * pow(w, n);
			assert_true(fabs(scan_p_value(n, n, w) / exact - 1) < 1e-6);
		}
}

/* Evenly spread events: the p-value of the shortest stretch with more than half of them is uniform,
 * as Naus' formula is exact there. 4,000 runs: a quantile has a standard error of at most .008. */
static void evenly_spread_events_look_coordinated(void **state)
{
	static const uint32_t counts[] = {5, 9, 30, 200};

	(void)state;
	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		uint32_t count = counts[i], half = count / 2 + 1, below[4] = {0};
		static const double levels[4] = {0.01, 0.1, 0.3, 0.5};
		double places[200] = {0};

		for (int run = 0; run < RUNS; run++) {
			draw_places(places, count);
			double p = scan_p_value(half, count, scan_shortest(places, count, half));
			for (int k = 0; k < 4; k++)
				below[k] += p < levels[k];
		}
		for (int k = 0; k < 4; k++)
			assert_true(fabs((double)below[k] / RUNS - levels[k]) < 0.04);
	}
}

/* A cluster smaller than half of all events: the formula may err to the safe side only. */
static void formula_for_a_minority_promises_too_much(void **state)
{
	double places[100] = {0};
	uint32_t below[2] = {0};

	(void)state;
	for (int run = 0; run < RUNS; run++) {
		draw_places(places, 100);
		double p = scan_p_value(20, 100, scan_shortest(places, 100, 20));
		below[0] += p < 0.01;
		below[1] += p < 0.1;
	}
	assert_true(below[0] < 0.02 * RUNS);
	assert_true(below[1] < 0.13 * RUNS);
}

/* 38 of 40 events within a hundredth of the time. */
static void edict_looks_like_chance(void **state)
{
	(void)state;
	assert_true(scan_p_value(21, 40, 0.005) < 1e-30);
	assert_true(scan_p_value(21, 40, 0.3) > 0.01);
	assert_true(scan_p_value(300, 500, 1e-6) > 0);
	assert_true(scan_p_value(300, 500, 1e-6) < 1e-300);
}

static void chance_leaves_zero_to_one(void **state)
{
	(void)state;
	for (uint32_t n = 2; n < 40; n++)
		for (uint32_t k = 2; k <= n; k++)
			for (double w = 1e-4; w <= 1; w *= 1.5) {
				double p = scan_p_value(k, n, w);
				assert_true(p > 0 && p <= 1);
			}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(shortest_stretch_is_another),
		cmocka_unit_test(chance_of_all_in_one_stretch_is_wrong),
		cmocka_unit_test(evenly_spread_events_look_coordinated),
		cmocka_unit_test(formula_for_a_minority_promises_too_much),
		cmocka_unit_test(edict_looks_like_chance),
		cmocka_unit_test(chance_leaves_zero_to_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
