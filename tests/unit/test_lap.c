/* SPDX-License-Identifier: Apache-2.0 */
#include "base/lap.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { WORK, WAIT };

/* Rounds of nothing: how many of them were measured. */
static unsigned count_measured(struct lap *lap, unsigned rounds)
{
	unsigned measured = 0;

	for (unsigned i = 0; i < rounds; i++) {
		lap_begin(lap);
		measured += lap->weight > 0;
		lap_mark(lap, WORK);
	}
	return measured;
}

static void measured_rounds_do_not_stand_for_all(void **state)
{
	struct lap lap = {0};

	(void)state;
	assert_int_equal(count_measured(&lap, 10 * LAP_EVERY), 10);
	lap_begin(&lap);
	assert_int_equal(lap.weight, LAP_EVERY);
}

static void round_between_samples_is_measured(void **state)
{
	struct lap lap = {0};

	(void)state;
	lap_begin(&lap);
	lap_begin(&lap);
	assert_int_equal(lap.weight, 0);
	lap_mark(&lap, WORK);
	assert_int_equal(lap_ticks(&lap, WORK), 0);
}

static void wait_counts_as_work(void **state)
{
	struct lap lap = {0};
	uint64_t since;

	(void)state;
	lap_begin_rare(&lap);
	lap.at = since = lap_now() - 1000000;
	lap_add_wait(&lap, WAIT, since);
	assert_true(lap_ticks(&lap, WAIT) >= 1000000);
	/* All that passed since the begin was the wait. */
	assert_int_equal(lap.at - since, lap_ticks(&lap, WAIT));
	lap_mark(&lap, WORK);
	assert_int_equal(lap.at - since, lap_ticks(&lap, WAIT) + lap_ticks(&lap, WORK));
}

static void work_that_another_lap_measures_counts_twice(void **state)
{
	struct lap lap = {0};
	uint64_t since;

	(void)state;
	lap_begin_rare(&lap);
	lap.at = since = lap_now() - 1000000;
	uint64_t left_out = lap_leave_out(&lap, since);
	assert_true(left_out >= 1000000);
	lap_mark(&lap, WORK);
	assert_int_equal(lap.at - since, left_out + lap_ticks(&lap, WORK));
}

static void counter_has_no_rate(void **state)
{
	struct lap_start start = lap_start();

	(void)state;
	while (lap_now() - start.ticks < 100000)
		;
	/* Between a counter of 10 MHz and one of 10 GHz. */
	assert_true(lap_tick_seconds(&start) < 1e-7);
	assert_true(lap_tick_seconds(&start) > 1e-10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(measured_rounds_do_not_stand_for_all),
		cmocka_unit_test(round_between_samples_is_measured),
		cmocka_unit_test(wait_counts_as_work),
		cmocka_unit_test(work_that_another_lap_measures_counts_twice),
		cmocka_unit_test(counter_has_no_rate),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
