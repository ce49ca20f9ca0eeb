/* SPDX-License-Identifier: Apache-2.0 */
#include "alert/words.h"

#include "tests/unit/alert_sample.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static struct alert alert;

static int begin(void **state)
{
	(void)state;
	alert_sample(&alert);
	return 0;
}

static void assert_words(const char *wanted)
{
	char text[WORDS_ALL_SIZE];

	assert_string_equal(words_all(&alert, text), wanted);
}

static void hosts_that_moved_and_the_rest_go_unsaid(void **state)
{
	(void)state;
	assert_words("38 of 41 active hosts took it up, half of them within 30 min; "
		     "the rest of the tap did not rise with it: 1.0x (95 % CI 0.4 to 2.2)");
	alert.control.is_known = false;
	assert_words("38 of 41 active hosts took it up, half of them within 30 min");
	alert.coordination.has_times = false;
	assert_words("38 of 41 active hosts took it up");
	alert.coordination.moved_hosts = 0;
	assert_words("none of the 41 active hosts took it up anew");
	alert.coordination.is_known = false;
	assert_words("");
}

static void verdict_reads_like_another(void **state)
{
	(void)state;
	alert.coordination.is_known = false;
	alert.control.verdict = "shared";
	assert_words("the rest of the tap rose as well: 1.0x (95 % CI 0.4 to 2.2)");
	alert.control.verdict = "unknown";
	assert_words(
		"whether the rest of the tap rose with it is not sure: 1.0x (95 % CI 0.4 to 2.2)");
	alert.control.verdict = "own";
	alert.control.ratio_low = 1.2;
	assert_words("the rest of the tap rose less: 1.0x (95 % CI 1.2 to 2.2)");
}

static void span_is_told_in_seconds_or_not_at_all(void **state)
{
	static const struct {
		uint32_t span_s;
		const char *wanted;
	} spans[] = {{1, "1 s"}, {89, "89 s"}, {90, "2 min"}, {5399, "90 min"}, {5400, "2 h"},
		{172799, "48 h"}, {172800, "2 days"}, {UINT32_MAX, "49710 days"}};

	(void)state;
	for (size_t i = 0; i < sizeof(spans) / sizeof(spans[0]); i++) {
		char text[WORDS_SIZE];

		alert.coordination.half_within_s = spans[i].span_s;
		words_coordination(&alert, text);
		assert_non_null(strstr(text, spans[i].wanted));
	}
}

static void numbers_beyond_measure_run_over(void **state)
{
	char text[WORDS_ALL_SIZE];

	(void)state;
	alert.control.ratio = alert.control.ratio_low = alert.control.ratio_high = (double)INFINITY;
	alert.coordination.moved_hosts = alert.coordination.active_hosts = 1e300;
	words_all(&alert, text);
	assert_true(strlen(text) < sizeof(text) - 1);
	assert_non_null(strstr(text, "1000000000000000 of 1000000000000000 active hosts"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(hosts_that_moved_and_the_rest_go_unsaid, begin),
		cmocka_unit_test_setup(verdict_reads_like_another, begin),
		cmocka_unit_test_setup(span_is_told_in_seconds_or_not_at_all, begin),
		cmocka_unit_test_setup(numbers_beyond_measure_run_over, begin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
