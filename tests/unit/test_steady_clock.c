/* SPDX-License-Identifier: Apache-2.0 */
#include "pipeline/steady_clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define SECOND CLOCK_SECOND_US
#define HOUR (60 * CLOCK_MINUTE_US)
#define NOON (INT64_C(1772452800) * SECOND)

static struct steady_clock clock_;

static int begin(void **state)
{
	(void)state;
	clock_ = (struct steady_clock){.host_us = 0};
	return 0;
}

/* Stamps of every tenth of a second; each has to be later than the one before. Returns the last. */
static int64_t run(int64_t from_us, int64_t to_us)
{
	int64_t before_us = 0;

	for (int64_t us = from_us; us <= to_us; us += SECOND / 10) {
		int64_t now_us = steady_clock_take(&clock_, us);

		assert_true(now_us >= before_us);
		before_us = now_us;
	}
	return before_us;
}

static void good_clock_is_not_told_as_it_is(void **state)
{
	(void)state;
	for (int64_t us = NOON; us < NOON + 3 * HOUR; us += 7 * SECOND)
		assert_int_equal(steady_clock_take(&clock_, us), us);
	/* A packet that another one has overtaken, and a long silence. */
	int64_t late_us = clock_.host_us - 3 * SECOND;
	assert_int_equal(steady_clock_take(&clock_, late_us), late_us);
	assert_int_equal(steady_clock_take(&clock_, NOON + 30 * HOUR), NOON + 30 * HOUR);
	assert_int_equal(clock_.steps, 0);
}

static void time_stops_or_goes_back_with_the_clock(void **state)
{
	int64_t before_us, after_us;

	(void)state;
	before_us = run(NOON, NOON + HOUR);
	after_us = run(NOON, NOON + CLOCK_MINUTE_US);
	assert_int_equal(clock_.steps, 1);
	assert_in_range(clock_.step_us, HOUR - SECOND, HOUR);
	/* A minute later, less a sixteenth. */
	assert_in_range(after_us - before_us, 56 * SECOND, 57 * SECOND);
}

static void time_never_comes_back_to_the_clock(void **state)
{
	(void)state;
	run(NOON, NOON + HOUR);
	run(NOON, NOON + 15 * HOUR);
	assert_true(clock_.ahead_us > 0);
	assert_int_equal(run(NOON + 15 * HOUR, NOON + 17 * HOUR), NOON + 17 * HOUR);
	assert_int_equal(clock_.ahead_us, 0);
}

static void one_wrong_stamp_sets_time_off(void **state)
{
	(void)state;
	run(NOON, NOON + CLOCK_MINUTE_US);
	for (int i = 1; i < CLOCK_WITNESSES; i++)
		assert_int_equal(steady_clock_take(&clock_, NOON - HOUR), NOON + CLOCK_MINUTE_US);
	assert_int_equal(
		steady_clock_take(&clock_, NOON + CLOCK_MINUTE_US + 1), NOON + CLOCK_MINUTE_US + 1);
	/* Several that do not agree with each other either. */
	for (int i = 1; i < 9; i++)
		steady_clock_take(&clock_, NOON - i * HOUR);
	assert_int_equal(clock_.steps, 0);
}

static void restart_after_a_step_waits_for_the_clock(void **state)
{
	(void)state;
	steady_clock_start(&clock_, NOON, NOON + HOUR);
	assert_int_equal(steady_clock_take(&clock_, NOON), NOON + HOUR);
	assert_true(run(NOON, NOON + CLOCK_MINUTE_US) > NOON + HOUR);
	steady_clock_start(&clock_, NOON, NOON - HOUR);
	assert_int_equal(steady_clock_take(&clock_, NOON), NOON);
}

static void clock_that_is_set_to_and_fro_leads_further_and_further(void **state)
{
	(void)state;
	run(NOON, NOON + SECOND);
	for (int i = 0; i < 5; i++) {
		run(NOON - HOUR, NOON - HOUR + SECOND);
		assert_true(clock_.ahead_us > HOUR - SECOND);
		run(NOON + i * SECOND, NOON + (i + 1) * SECOND);
		assert_true(clock_.ahead_us < 10 * SECOND);
	}
}

/* Each passes less than makes up for a microsecond. */
static void busy_tap_never_comes_back_to_the_clock(void **state)
{
	(void)state;
	run(NOON, NOON + HOUR);
	run(NOON, NOON + SECOND);
	int64_t ahead_us = clock_.ahead_us;
	for (int64_t us = 1; us <= SECOND; us++)
		steady_clock_take(&clock_, NOON + SECOND + us);
	assert_int_equal(ahead_us - clock_.ahead_us, SECOND / STEADY_SLEW);
}

/* One of two readers of a tap has noticed a step, the other one has not read so far. */
static void step_is_made_twice_by_a_second_reader(void **state)
{
	struct steady_clock other;

	(void)state;
	run(NOON, NOON + HOUR);
	other = clock_;
	int64_t now_us = run(NOON, NOON + SECOND);
	steady_clock_follow(&other, &clock_);
	steady_clock_follow(&clock_, &other);
	assert_int_equal(other.ahead_us, clock_.ahead_us);
	/* Packets from before the step, then those from behind it. */
	for (int i = 0; i < 5; i++)
		steady_clock_take(&other, NOON + HOUR + i);
	for (int i = 0; i < 5; i++)
		steady_clock_take(&other, NOON + SECOND + i);
	assert_in_range(steady_clock_take(&other, NOON + 2 * SECOND), now_us, now_us + 2 * SECOND);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(good_clock_is_not_told_as_it_is, begin),
		cmocka_unit_test_setup(time_stops_or_goes_back_with_the_clock, begin),
		cmocka_unit_test_setup(time_never_comes_back_to_the_clock, begin),
		cmocka_unit_test_setup(one_wrong_stamp_sets_time_off, begin),
		cmocka_unit_test_setup(restart_after_a_step_waits_for_the_clock, begin),
		cmocka_unit_test_setup(
			clock_that_is_set_to_and_fro_leads_further_and_further, begin),
		cmocka_unit_test_setup(busy_tap_never_comes_back_to_the_clock, begin),
		cmocka_unit_test_setup(step_is_made_twice_by_a_second_reader, begin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
