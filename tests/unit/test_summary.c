/* SPDX-License-Identifier: Apache-2.0 */
#include "commands/summary.h"

#include "tests/unit/alert_sample.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

static struct summary summary;
static struct feed_result result;

static int clear(void **state)
{
	(void)state;
	memset(&summary, 0, sizeof(summary));
	result = (struct feed_result){.wall_s = 2,
		.capture.frames = 4000000,
		.pipeline = {.judged.ranges = 1,
			.minutes = 1440,
			.first_us = INT64_C(1763701200000000),
			.last_us = INT64_C(1763704800000000)}};
	return 0;
}

/* What is printed; owned by the caller. */
static char *printed(void)
{
	char *text = NULL;
	size_t size;
	FILE *stream = open_memstream(&text, &size);

	assert_non_null(stream);
	summary_print(&summary, &result, stream);
	assert_int_equal(fclose(stream), 0);
	return text;
}

static void assert_prints(const char *wanted)
{
	char *text = printed();

	if (!strstr(text, wanted))
		fail_msg("'%s' is not in: %s", wanted, text);
	free(text);
}

static struct alert alert_in(const char *range, enum alert_state state)
{
	struct alert alert;

	alert_sample(&alert);
	snprintf(alert.range, sizeof(alert.range), "%s", range);
	alert_make_id(alert.range, alert.technique, alert.window_start_s, alert.id);
	alert.state = state;
	alert.close_reason = state == ALERT_CLOSE ? "back to baseline" : NULL;
	return alert;
}

static void take(const char *range, enum alert_state state)
{
	struct alert alert = alert_in(range, state);

	summary_take(&summary, &alert);
}

static void episode_is_printed_once_for_each_alert(void **state)
{
	(void)state;
	take("star", ALERT_OPEN);
	take("star", ALERT_UPDATE);
	take("moon", ALERT_OPEN);
	take("star", ALERT_CLOSE);
	assert_int_equal(summary.count, 2);
	assert_int_equal(summary.episodes[0].state, ALERT_CLOSE);
	assert_prints("2 jumps");
	assert_prints("back to baseline");
	assert_prints("(still open)");
}

static void figures_are_not_those_of_the_alert(void **state)
{
	(void)state;
	take("star", ALERT_OPEN);
	assert_prints("1 jump (");
	assert_prints("1.0 -> 13.0");
	assert_prints("hosts an hour");
	assert_prints("13.0x");
	assert_prints("+1200 %");
	assert_prints("2025-11-21 05:00");
	assert_prints("4000000 packets");
	assert_prints("1 watched range with traffic");
	assert_prints("2.00 million packets a second");
	assert_prints("38 of 41 active hosts took it up");
	assert_prints("the rest of the tap did not rise with it");
}

static void quiet_run_says_nothing(void **state)
{
	(void)state;
	take("star", ALERT_NOTICE);
	take("star", ALERT_TREND);
	assert_int_equal(summary.count, 0);
	assert_prints("no jump");
}

static void capture_too_short_to_judge_is_called_calm(void **state)
{
	(void)state;
	result.pipeline.minutes = 1439;
	assert_prints("too short to know what is usual");
	result.has_memory = true;
	assert_prints("no jump: every watched range");
	result.pipeline.judged.ranges = 0;
	assert_prints("nothing to judge: no packet has an end in a watched range");
	result.outside = result.capture.frames;
	assert_prints("nothing to judge: no packet lies in the window");
	result.outside = 0;
	result.capture.frames = 0;
	assert_prints("nothing to judge: no packet was read");
}

static void control_bytes_of_a_name_reach_the_terminal(void **state)
{
	char *text;

	(void)state;
	take("\x1b[31mred\n", ALERT_OPEN);
	text = printed();
	assert_null(strchr(text, '\x1b'));
	assert_null(strstr(text, "red\n"));
	free(text);
}

static void many_episodes_run_over(void **state)
{
	char name[16];

	(void)state;
	for (int i = 0; i < SUMMARY_EPISODES_MAX + 5; i++) {
		snprintf(name, sizeof(name), "r%d", i);
		take(name, ALERT_OPEN);
		take(name, ALERT_CLOSE);
	}
	assert_int_equal(summary.count, SUMMARY_EPISODES_MAX);
	assert_int_equal(summary.left_out, 5);
	assert_prints("and 5 more");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(episode_is_printed_once_for_each_alert, clear),
		cmocka_unit_test_setup(figures_are_not_those_of_the_alert, clear),
		cmocka_unit_test_setup(quiet_run_says_nothing, clear),
		cmocka_unit_test_setup(capture_too_short_to_judge_is_called_calm, clear),
		cmocka_unit_test_setup(control_bytes_of_a_name_reach_the_terminal, clear),
		cmocka_unit_test_setup(many_episodes_run_over, clear),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
