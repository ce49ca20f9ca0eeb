/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/pulse.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <math.h>

#define HOUR 3600
#define NOON INT64_C(1772452800)

static void assert_near(double value, double wanted)
{
	assert_true(fabs(value - wanted) < 1e-9);
}

static void busy_hour_is_as_long_as_a_quiet_one(void **state)
{
	struct pulse pulse = {0};
	const uint32_t times_s[] = {
		NOON, NOON + HOUR / 2, NOON + HOUR, NOON + 3 * HOUR / 2, NOON + 2 * HOUR};
	double parts[5];

	(void)state;
	pulse_put(&pulse, NOON, 90);
	pulse_put(&pulse, NOON + HOUR, 10);
	pulse_warp(&pulse, NOON, NOON + 2 * HOUR, times_s, 5, parts);
	assert_near(parts[0], 0);
	assert_near(parts[1], 0.45);
	assert_near(parts[2], 0.9);
	assert_near(parts[3], 0.95);
	assert_near(parts[4], 1);
}

static void hour_that_is_not_known_counts_as_silence(void **state)
{
	struct pulse pulse = {0};
	const uint32_t times_s[] = {NOON + HOUR, NOON + 2 * HOUR};
	double parts[2];

	(void)state;
	pulse_put(&pulse, NOON, 30);
	pulse_put(&pulse, NOON + 2 * HOUR, 10);
	pulse_warp(&pulse, NOON, NOON + 3 * HOUR, times_s, 2, parts);
	assert_near(parts[0], 0.5);
	assert_near(parts[1], 50. / 60);
}

static void nothing_known_or_all_silent_divides_by_zero(void **state)
{
	struct pulse pulse = {0};
	const uint32_t times_s[] = {NOON + HOUR / 2};
	double part;

	(void)state;
	pulse_warp(&pulse, NOON, NOON + 2 * HOUR, times_s, 1, &part);
	assert_near(part, 0.25);
	pulse_put(&pulse, NOON, 0);
	pulse_put(&pulse, NOON + HOUR, 0);
	pulse_warp(&pulse, NOON, NOON + 2 * HOUR, times_s, 1, &part);
	assert_true(isfinite(part));
}

static void hour_of_last_week_is_taken_for_that_of_today(void **state)
{
	struct pulse pulse = {0};
	const uint32_t times_s[] = {NOON + PULSE_HOURS * HOUR + HOUR};
	double part;

	(void)state;
	pulse_put(&pulse, NOON, 1000);
	pulse_put(&pulse, NOON + PULSE_HOURS * HOUR + HOUR, 7);
	pulse_warp(&pulse, NOON + PULSE_HOURS * HOUR, NOON + (PULSE_HOURS + 2) * HOUR, times_s, 1,
		&part);
	assert_near(part, 0.5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(busy_hour_is_as_long_as_a_quiet_one),
		cmocka_unit_test(hour_that_is_not_known_counts_as_silence),
		cmocka_unit_test(nothing_known_or_all_silent_divides_by_zero),
		cmocka_unit_test(hour_of_last_week_is_taken_for_that_of_today),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
