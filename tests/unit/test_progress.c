/* SPDX-License-Identifier: Apache-2.0 */
#include "base/progress.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define TIME_US 1795241100000000 /* 2026-11-21 06:05 UTC */

static const char *format(const struct progress_state *state, int64_t elapsed_ms)
{
	static char text[PROGRESS_TEXT_SIZE];

	return progress_format(state, elapsed_ms, text);
}

static void half_is_half(void **state)
{
	struct progress_state half = {500, 1000, 20000, "packets", TIME_US};

	(void)state;
	assert_string_equal(format(&half, 10000),
		" 50 % [##########..........] 2000 packets/s, 00:00:10 left, at 2026-11-21 06:05");
}

static void pipe_of_unknown_length_has_no_percent(void **state)
{
	struct progress_state pipe = {500, 0, 20000, "packets", TIME_US};

	(void)state;
	assert_string_equal(format(&pipe, 10000), "2000 packets/s, at 2026-11-21 06:05");
}

static void row_without_a_time_shows_one(void **state)
{
	struct progress_state rows = {500, 1000, 20000, "rows", -1};

	(void)state;
	assert_string_equal(
		format(&rows, 10000), " 50 % [##########..........] 2000 rows/s, 00:00:10 left");
}

static void first_moment_does_not_divide_by_zero(void **state)
{
	struct progress_state start = {0, 1000, 0, "packets", TIME_US};

	(void)state;
	assert_string_equal(
		format(&start, 0), "  0 % [....................] 0 packets/s, at 2026-11-21 06:05");
}

static void file_that_grew_stays_at_100_percent(void **state)
{
	struct progress_state grown = {3000, 1000, 1, "packets", TIME_US};

	(void)state;
	assert_non_null(strstr(format(&grown, 1000), "100 % [####################] "));
}

static void mad_packet_time_and_slow_start_stay_inside_the_line(void **state)
{
	struct progress_state mad = {1, UINT64_MAX, UINT64_MAX / 1000, "packets", INT64_MAX};

	(void)state;
	assert_true(strlen(format(&mad, INT64_MAX / 2)) < PROGRESS_TEXT_SIZE);
	assert_non_null(strstr(format(&mad, 1000000), ", 99:59:59 left"));
	mad.time_us = INT64_MIN;
	assert_true(strlen(format(&mad, 1)) < PROGRESS_TEXT_SIZE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(half_is_half),
		cmocka_unit_test(pipe_of_unknown_length_has_no_percent),
		cmocka_unit_test(row_without_a_time_shows_one),
		cmocka_unit_test(first_moment_does_not_divide_by_zero),
		cmocka_unit_test(file_that_grew_stays_at_100_percent),
		cmocka_unit_test(mad_packet_time_and_slow_start_stay_inside_the_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
