/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>

#include "detect/number.h"
#include "detect/tail.h"

static double mass(double count, double mean, double shape)
{
	return exp(lgamma(count + shape) - lgamma(shape) - lgamma(count + 1.0) +
		   shape * log(shape / (shape + mean)) + count * log(mean / (shape + mean)));
}

static void tail_is_the_sum_of_its_masses(void **state)
{
	(void)state;
	static const struct {
		double count, mean, shape;
	} cases[] = {{3, 0.5, 0.2}, {13, 1, 5}, {40, 10, 2}, {150, 100, 50}, {30, 10, 1e7}};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		double below = 0.0;
		for (double y = 0.0; y < cases[i].count; y++)
			below += mass(y, cases[i].mean, cases[i].shape);
		double tail = tail_upper(cases[i].count, cases[i].mean, cases[i].shape);
		assert_true(fabs(tail - (1.0 - below)) < 1e-6 * tail + 1e-8);
	}
}

static void tail_of_the_impossible_is_small_but_not_zero(void **state)
{
	(void)state;
	assert_true(tail_upper(1e6, 1.0, 1e3) > 0.0);
	assert_true(tail_upper(0x1p53, 1e-9, 1e-3) > 0.0);
	assert_true(tail_upper(0x1p53, 0x1p52, 400.0) <= 1.0);
	assert_true(tail_upper(5.0, 7.0, 1.0) == 1.0);
}

static void tail_shrinks_with_the_count(void **state)
{
	(void)state;
	double last = 1.0;
	for (double count = 11.0; count < 2000.0; count *= 1.1) {
		double tail = tail_upper(count, 10.0, 0.5);
		assert_true(tail < last);
		last = tail;
	}
}

static void log_gamma_is_as_the_library_has_it(void **state)
{
	(void)state;
	for (double x = 1e-6; x < 1e12; x *= 1.37) {
		double library = lgamma(x);
		assert_true(fabs(number_log_gamma(x) - library) < 1e-9 + 1e-13 * fabs(library));
	}
	for (double count = 0.0; count < 40.0; count++) {
		double library = lgamma(2.5 + count) - lgamma(2.5);
		assert_true(fabs(number_log_rising(2.5, count) - library) < 1e-9);
	}
	assert_true(isfinite(number_log_rising(1e20, 12.0)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tail_is_the_sum_of_its_masses),
		cmocka_unit_test(tail_of_the_impossible_is_small_but_not_zero),
		cmocka_unit_test(tail_shrinks_with_the_count),
		cmocka_unit_test(log_gamma_is_as_the_library_has_it),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
