/* SPDX-License-Identifier: Apache-2.0 */
#include "pipeline/steady_clock.h"

#include "tests/unit/pipeline_parts.h"

#define BUCKETS_MAX 4096

static struct ranges *ranges;
static struct pipeline *pipeline;

/* The minutes that were told, of the range's VPN and of all its traffic. */
static struct {
	size_t count;
	int64_t start_s[BUCKETS_MAX];
	double coverage[BUCKETS_MAX];
	uint64_t flows[BUCKETS_MAX], bytes[BUCKETS_MAX], all_bytes[BUCKETS_MAX];
	unsigned alerts;
} told;

static void hear_alert(void *argument, const struct alert *alert)
{
	(void)argument, (void)alert;
	told.alerts++;
}

static void hear_usage(void *argument, const struct analyst_usage *usage)
{
	(void)argument;
	if (usage->scale_s != 60)
		return;
	assert_true(told.count < BUCKETS_MAX);
	told.start_s[told.count] = usage->start_s;
	told.coverage[told.count] = usage->coverage;
	if (usage->counts) {
		told.flows[told.count] = usage->counts->cells[VPN + 1].flows;
		told.bytes[told.count] = usage->counts->cells[VPN + 1].bytes;
		told.all_bytes[told.count] = usage->counts->all.bytes;
	}
	told.count++;
}

static void begin(uint32_t workers)
{
	memset(&told, 0, sizeof(told));
	ranges = range_ten();
	struct pipeline_settings settings = settings_of(ranges, double_plugins(), workers,
		(struct analyst_listener){hear_alert, hear_usage, NULL});
	assert_int_equal(pipeline_new(&settings, &pipeline), 0);
	report_vpn(false);
}

static int end(void **state)
{
	(void)state;
	pipeline_free(pipeline);
	ranges_free(ranges);
	pipeline = NULL, ranges = NULL;
	return 0;
}

static void talk(int64_t time_us, unsigned port)
{
	take_talk(pipeline, time_us, (struct end){{10, 0, 0, 1}, port},
		(struct end){{10, 0, 0, 2}, 9999});
}

static uint64_t sum(const uint64_t *values)
{
	uint64_t total = 0;

	for (size_t i = 0; i < told.count; i++)
		total += values[i];
	return total;
}

static void silent_minutes_are_left_out(void **state)
{
	(void)state;
	begin(1);
	talk(NOON_US, 1000);
	talk(NOON_US + 30 * MINUTE, 1001);
	pipeline_finish(pipeline);
	assert_int_equal(told.count, 31);
	for (size_t i = 0; i < told.count; i++)
		assert_int_equal(told.start_s[i], NOON_US / SECOND + (int64_t)i * 60);
	assert_true(told.coverage[15] == 1);
	assert_int_equal(told.all_bytes[15], 0);
	assert_int_equal(told.flows[0], 1);
	assert_int_equal(told.flows[30], 1);
	assert_int_equal(sum(told.bytes), 4 * 78);
}

static void gap_becomes_zeros(void **state)
{
	struct pipeline_stats stats;

	(void)state;
	begin(1);
	talk(NOON_US + 20 * SECOND, 1000);
	talk(NOON_US + 5 * 60 * MINUTE, 1001);
	pipeline_finish(pipeline);
	pipeline_stats(pipeline, &stats);
	assert_int_equal(told.count, 2);
	assert_int_equal(stats.gaps, 1);
	assert_true(told.coverage[0] < .1 && told.coverage[1] < .1);
}

static void first_and_last_minute_are_taken_for_whole(void **state)
{
	(void)state;
	begin(1);
	talk(NOON_US + 45 * SECOND, 1000);
	talk(NOON_US + 2 * MINUTE + 30 * SECOND, 1001);
	pipeline_finish(pipeline);
	assert_int_equal(told.count, 3);
	assert_true(told.coverage[0] > .24 && told.coverage[0] < .26);
	assert_true(told.coverage[1] == 1);
	assert_true(told.coverage[2] > .49 && told.coverage[2] < .51);
}

static void years_ahead_close_years_of_minutes(void **state)
{
	int64_t ahead_us = NOON_US + INT64_C(11) * 365 * 1440 * MINUTE;

	(void)state;
	begin(1);
	talk(NOON_US, 1000);
	for (int i = 0; i < 10; i++)
		talk(ahead_us + i * SECOND, 1001 + (unsigned)i);
	talk(NOON_US, 2000); /* and back: late, in no bucket */
	pipeline_finish(pipeline);
	assert_in_range(told.count, 2, 3);
	/* All ten, those that waited for others to agree too. */
	assert_int_equal(sum(told.flows), 11);
	assert_int_equal(told.alerts, 0);
}

static void time_that_passes_without_packets_closes_nothing(void **state)
{
	(void)state;
	begin(1);
	talk(NOON_US, 1000);
	for (int second = 1; second <= 600; second++)
		pipeline_pass_time(pipeline, 0, NOON_US + second * SECOND);
	pipeline_finish(pipeline);
	assert_int_equal(told.count, 11);
	assert_true(told.coverage[9] == 1);
}

static void no_packet_at_all_hangs_or_counts(void **state)
{
	struct pipeline_stats stats;

	(void)state;
	begin(3);
	pipeline_finish(pipeline);
	pipeline_stats(pipeline, &stats);
	assert_int_equal(told.count, 0);
	assert_int_equal(stats.minutes, 0);
}

static void unfinished_pipeline_hangs_when_it_is_freed(void **state)
{
	(void)state;
	begin(2);
	talk(NOON_US, 1000);
	end(state);
	pipeline_free(NULL);
}

static void balance_does_not_close(void **state)
{
	struct pipeline_stats stats;
	struct bytes bytes = {0};
	struct frame frame = {.data = bytes.data, .link_type = LINK_RAW, .time_us = NOON_US};
	uint64_t packets = 0;

	(void)state;
	begin(2);
	put_ipv4(&bytes, 17, 100);
	for (uint32_t size = 0; size <= bytes.size; size++) {
		frame.captured_bytes = size;
		frame.wire_bytes = 120;
		pipeline_take(pipeline, 0, &frame);
	}
	talk(NOON_US, 1000);
	pipeline_finish(pipeline);
	pipeline_stats(pipeline, &stats);
	for (int verdict = 0; verdict < PACKET_VERDICTS; verdict++)
		packets += stats.gate.packets[verdict];
	assert_int_equal(packets, 23);
	assert_int_equal(stats.gate.packets[PACKET_DECODED], 2);
	assert_int_equal(stats.gate.bytes, 21 * 120 + 2 * 78);
}

/* As a live tap gives it: stamps of the host's clock, made steady. */
static void clock_set_back_blinds_the_sensor_or_loses_counts(void **state)
{
	struct steady_clock steady = {.host_us = 0};
	unsigned talks = 0;

	(void)state;
	begin(1);
	for (int second = 0; second < 3 * 3600; second += 10) {
		/* After an hour the clock is set back by an hour. */
		int64_t host_us = NOON_US + (second < 3600 ? second : second - 3600) * SECOND;

		pipeline_pass_time(pipeline, 0, steady_clock_take(&steady, host_us - SECOND / 2));
		talk(steady_clock_take(&steady, host_us), 1000 + talks++);
	}
	pipeline_finish(pipeline);
	assert_int_equal(steady.steps, 1);
	assert_in_range(told.count, 3 * 60 - 8, 3 * 60 - 6);
	for (size_t i = 1; i < told.count; i++)
		assert_int_equal(told.start_s[i], told.start_s[i - 1] + 60);
	assert_int_equal(sum(told.flows), talks);
	/* Six a minute, and the sixteenth that a minute is longer; at the step a few more. */
	for (size_t i = 1; i + 1 < told.count; i++)
		assert_in_range(told.flows[i], 5, 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(silent_minutes_are_left_out, end),
		cmocka_unit_test_teardown(gap_becomes_zeros, end),
		cmocka_unit_test_teardown(first_and_last_minute_are_taken_for_whole, end),
		cmocka_unit_test_teardown(years_ahead_close_years_of_minutes, end),
		cmocka_unit_test_teardown(time_that_passes_without_packets_closes_nothing, end),
		cmocka_unit_test_teardown(no_packet_at_all_hangs_or_counts, end),
		cmocka_unit_test_teardown(unfinished_pipeline_hangs_when_it_is_freed, end),
		cmocka_unit_test_teardown(balance_does_not_close, end),
		cmocka_unit_test_teardown(clock_set_back_blinds_the_sensor_or_loses_counts, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
