/* SPDX-License-Identifier: Apache-2.0 */
/* What was not seen is no zero. */
#include "tests/unit/pipeline_parts.h"

#define BUCKETS_MAX 64

static struct ranges *ranges;
static struct pipeline *pipeline;

static struct {
	size_t count;
	int64_t start_s[BUCKETS_MAX];
	double coverage[BUCKETS_MAX];
} told;

static void hear_usage(void *argument, const struct analyst_usage *usage)
{
	(void)argument;
	if (usage->scale_s != 60)
		return;
	assert_true(told.count < BUCKETS_MAX);
	told.start_s[told.count] = usage->start_s;
	told.coverage[told.count++] = usage->coverage;
}

static int begin(void **state)
{
	(void)state;
	memset(&told, 0, sizeof(told));
	ranges = range_ten();
	struct pipeline_settings settings = settings_of(ranges, double_plugins(), 1,
		(struct analyst_listener){hear_no_alert, hear_usage, NULL});
	assert_int_equal(pipeline_new(&settings, &pipeline), 0);
	return 0;
}

static int end(void **state)
{
	(void)state;
	pipeline_free(pipeline);
	ranges_free(ranges);
	pipeline = NULL, ranges = NULL;
	return 0;
}

/* A question and its answer: what nobody answers is no traffic of the range. */
static void take(int64_t time_us)
{
	take_talk(pipeline, time_us, (struct end){{10, 0, 0, 1}, 1000},
		(struct end){{10, 0, 0, 2}, 9999});
}

static void silence_is_taken_for_blindness(void **state)
{
	(void)state;
	take(NOON_US);
	for (int i = 1; i <= 180; i++)
		pipeline_pass_time(pipeline, 0, NOON_US + i * SECOND);
	pipeline_finish(pipeline);
	assert_true(told.count >= 3);
	assert_true(told.coverage[1] == 1);
}

static void minutes_without_an_interface_are_zeros(void **state)
{
	(void)state;
	take(NOON_US);
	for (int i = 1; i <= 300; i++) {
		if (i > 90 && i <= 210)
			pipeline_note_loss(pipeline, SECOND, 0, 0);
		pipeline_pass_time(pipeline, 0, NOON_US + i * SECOND);
	}
	pipeline_finish(pipeline);
	/* Minute 2 was not seen at all, of 1 and 3 one half was. */
	assert_int_equal(told.start_s[1], NOON_US / SECOND + 60);
	assert_int_equal(told.start_s[2], NOON_US / SECOND + 180);
	assert_true(told.coverage[1] > .45 && told.coverage[1] < .55);
	assert_true(told.coverage[2] > .45 && told.coverage[2] < .55);
	assert_true(told.coverage[3] == 1);
}

static void lost_packets_leave_the_coverage_whole(void **state)
{
	(void)state;
	take(NOON_US);
	pipeline_note_loss(pipeline, 0, 25, 75);
	take(NOON_US + MINUTE);
	take(NOON_US + 2 * MINUTE);
	pipeline_finish(pipeline);
	assert_true(told.coverage[0] > .749 && told.coverage[0] < .751);
	assert_true(told.coverage[1] == 1);
}

static void total_loss_divides_by_zero(void **state)
{
	(void)state;
	take(NOON_US);
	pipeline_note_loss(pipeline, 0, 25, 0);
	take(NOON_US + MINUTE);
	pipeline_finish(pipeline);
	assert_true(told.coverage[0] == 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(silence_is_taken_for_blindness, begin, end),
		cmocka_unit_test_setup_teardown(minutes_without_an_interface_are_zeros, begin, end),
		cmocka_unit_test_setup_teardown(lost_packets_leave_the_coverage_whole, begin, end),
		cmocka_unit_test_setup_teardown(total_loss_divides_by_zero, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
