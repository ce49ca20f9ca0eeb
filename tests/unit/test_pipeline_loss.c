/* SPDX-License-Identifier: Apache-2.0 */
/* What was not seen is no zero. */
#include "pipeline/pipeline.h"

#include "tests/unit/flow_packets.h"
#include "tests/unit/frame_bytes.h"
#include "tests/unit/plugin_doubles.h"

#define MINUTE (60 * SECOND)
#define BUCKETS_MAX 64

static struct ranges *ranges;
static struct pipeline *pipeline;

static struct {
	size_t count;
	int64_t start_s[BUCKETS_MAX];
	double coverage[BUCKETS_MAX];
} told;

static void hear_alert(void *argument, const struct alert *alert)
{
	(void)argument, (void)alert;
}

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
	struct plugins *plugins = double_plugins();

	(void)state;
	memset(&told, 0, sizeof(told));
	assert_int_equal(ranges_new(&ranges), 0);
	assert_int_equal(ranges_add(ranges, "10.0.0.0/8=ten"), 0);
	assert_int_equal(ranges_finish(ranges), 0);
	struct pipeline_settings settings = {
		.readers = 1,
		.workers = 1,
		.worker = {.ranges = ranges, .plugins = plugins, .max_flows = 1024},
		.analyst = {.ranges = ranges,
			.plugins = plugins,
			.alarms_per_year = 12,
			.listener = {hear_alert, hear_usage, NULL}},
	};
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

static void take_one(int64_t time_us, bool is_answer)
{
	struct bytes bytes = {0};
	struct frame frame = {.data = bytes.data, .link_type = LINK_RAW, .time_us = time_us};

	put_ipv4(&bytes, 17, 8);
	if (is_answer)
		memcpy(bytes.data + 12, "\x0a\0\0\x02\x0a\0\0\x01", 8);
	put16(&bytes, is_answer ? 9999 : 1000), put16(&bytes, is_answer ? 1000 : 9999);
	put16(&bytes, 8), put16(&bytes, 0);
	frame.captured_bytes = frame.wire_bytes = bytes.size;
	pipeline_take(pipeline, 0, &frame);
}

/* A question and its answer: what nobody answers is no traffic of the range. */
static void take(int64_t time_us)
{
	take_one(time_us, false);
	take_one(time_us, true);
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
