/* SPDX-License-Identifier: Apache-2.0 */
#include "pipeline/analyst.h"

#include "tests/unit/metered_use.h"
#include "tests/unit/plugin_doubles.h"
#include "tests/unit/watched_ranges.h"

#define MONDAY INT64_C(1772409600)    /* 2026-03-02T00:00:00Z */
#define THURSDAY (MONDAY - 4 * 86400) /* weeks count from the epoch, a Thursday */
#define RANGES 2

static struct ranges *ranges;
static struct analyst *analyst;
static struct meter *meter;

/* What was told: buckets by scale, sums of the first range's VPN, alerts. */
static struct {
	unsigned buckets[BUCKETS_SCALES];
	uint64_t flows[BUCKETS_SCALES], bytes[BUCKETS_SCALES];
	double hosts[BUCKETS_SCALES]; /* of the latest bucket */
	double coverage[BUCKETS_SCALES];
	int64_t start_s[BUCKETS_SCALES], since_s[BUCKETS_SCALES];
	unsigned opens, others;
	struct alert open;
} told;

static unsigned scale_number(uint32_t scale_s)
{
	return scale_s == 60 ? 0 : scale_s == 3600 ? 1 : scale_s == 86400 ? 2 : 3;
}

static void hear_usage(void *argument, const struct analyst_usage *usage)
{
	unsigned scale = scale_number(usage->scale_s);

	(void)argument;
	assert_int_equal(usage->start_s % usage->scale_s, 0);
	if (strcmp(usage->range, "a") != 0)
		return;
	told.buckets[scale]++;
	told.start_s[scale] = usage->start_s;
	told.since_s[scale] = usage->since_s;
	told.coverage[scale] = usage->coverage;
	told.hosts[scale] = 0;
	if (!usage->counts)
		return;
	told.flows[scale] += usage->counts->cells[VPN + 1].flows;
	told.bytes[scale] += usage->counts->cells[VPN + 1].bytes;
	told.hosts[scale] = hosts_count(&usage->counts->cells[VPN + 1].hosts);
}

static void hear_alert(void *argument, const struct alert *alert)
{
	(void)argument;
	if (alert->state != ALERT_OPEN) {
		told.others += alert->state == ALERT_UPDATE;
		return;
	}
	if (told.opens++ == 0)
		told.open = *alert;
}

static int begin(void **state)
{
	struct plugins *plugins = double_plugins();
	struct analyst_settings settings = {
		.plugins = plugins,
		.alarms_per_year = 12,
		.host_seed = 1,
		.control_limit = 1,
		.listener = {hear_alert, hear_usage, NULL},
	};
	struct meter_settings metering = {RANGES, plugins->techniques.count, 1024, 1, true};

	(void)state;
	memset(&told, 0, sizeof(told));
	ranges = make_ranges((const char *const[]){"10.0.0.0/16=a", "10.1.0.0/16=b", NULL});
	settings.ranges = ranges;
	assert_int_equal(analyst_new(&settings, &analyst), 0);
	assert_int_equal(meter_new(&metering, &meter), 0);
	return 0;
}

static int end(void **state)
{
	(void)state;
	analyst_free(analyst);
	meter_free(meter);
	ranges_free(ranges);
	return 0;
}

static int64_t now_s; /* begin of the minute that is filled */

/* `count` flows of hosts 0..count-1, 100 bytes each. */
static void use(uint32_t range, technique_set techniques, uint32_t count)
{
	meter_use_of(meter, &(struct metered_use){.range = range,
				    .hosts = count,
				    .techniques = techniques,
				    .technique = VPN + 1,
				    .now_s = now_s});
}

static void pass_minute(int64_t start_s, double coverage)
{
	analyst_take_minute(analyst, start_s, coverage, &meter, 1);
}

static void scales_do_not_add_up(void **state)
{
	(void)state;
	for (int minute = 0; minute < 26 * 60; minute++) {
		use(0, BIT(VPN), 3);
		pass_minute(MONDAY + minute * 60, 1);
	}
	analyst_finish(analyst);
	assert_int_equal(told.buckets[0], 26 * 60);
	assert_int_equal(told.buckets[1], 26);
	assert_int_equal(told.buckets[2], 2);
	assert_int_equal(told.buckets[3], 1);
	for (int scale = 0; scale < BUCKETS_SCALES; scale++) {
		assert_int_equal(told.flows[scale], 3 * 26 * 60);
		assert_int_equal(told.bytes[scale], 300 * 26 * 60);
		assert_true(told.hosts[scale] == 3);
	}
	assert_int_equal(told.start_s[2], MONDAY + 86400);
	assert_int_equal(told.start_s[3], THURSDAY);
	assert_true(told.coverage[1] == 1);
	assert_true(told.coverage[2] > 2. / 24 - 1e-6 && told.coverage[2] < 2. / 24 + 1e-6);
}

static void silent_range_gets_no_bucket(void **state)
{
	(void)state;
	use(1, BIT(VPN), 1);
	pass_minute(MONDAY, 1);
	assert_int_equal(told.buckets[0], 0); /* no traffic yet */
	use(0, BIT(VPN), 2);
	pass_minute(MONDAY + 60, 1);
	for (int minute = 2; minute < 10; minute++)
		pass_minute(MONDAY + minute * 60, 1);
	assert_int_equal(told.buckets[0], 9);
	assert_int_equal(told.flows[0], 2);
	assert_true(told.hosts[0] == 0);
}

static void minutes_left_out_are_zeros(void **state)
{
	(void)state;
	use(0, BIT(VPN), 2);
	pass_minute(MONDAY, 1);
	use(0, BIT(VPN), 2);
	pass_minute(MONDAY + 3 * 86400 + 600, 1);
	analyst_finish(analyst);
	assert_int_equal(told.buckets[0], 2);
	assert_int_equal(told.buckets[1], 2);
	assert_int_equal(told.buckets[2], 2);
	assert_int_equal(told.buckets[3], 2);
	assert_int_equal(told.flows[3], 4);
	assert_true(told.coverage[1] < .02);
}

/* What two runs tell of one hour is told apart by where each began to see it. */
static void bucket_tells_where_it_was_seen_from(void **state)
{
	(void)state;
	use(0, BIT(VPN), 2);
	for (int minute = 31; minute < 61; minute++)
		pass_minute(MONDAY + minute * 60, 1);
	assert_int_equal(told.start_s[1], MONDAY);
	assert_int_equal(told.since_s[1], MONDAY + 31 * 60);
	assert_int_equal(told.since_s[0], told.start_s[0]);
	analyst_finish(analyst);
	assert_int_equal(told.since_s[1], MONDAY + 3600);
	assert_int_equal(told.since_s[2], MONDAY + 31 * 60);
}

static void meters_of_several_workers_are_not_all_taken(void **state)
{
	struct meter_settings metering = {RANGES, DOUBLE_TECHNIQUES + 1, 16, 1, true};
	struct meter *first = meter, *second;

	(void)state;
	use(0, BIT(VPN), 5);
	assert_int_equal(meter_new(&metering, &second), 0);
	meter = second;
	use(0, BIT(VPN), 7); /* five of the hosts are the same */
	meter = first;
	analyst_take_minute(analyst, MONDAY, 1, (struct meter *const[]){first, second}, 2);
	assert_int_equal(told.flows[0], 12);
	assert_true(told.hosts[0] == 7);
	assert_int_equal(meter_look(second, 0)->all.flows, 0);
	meter_free(second);
}

static void jump_raises_nothing_or_cannot_be_explained(void **state)
{
	(void)state;
	for (int minute = 0; minute < 3 * 1440 + 240; minute++) {
		use(0, BIT(VPN), minute < 3 * 1440 ? 4 : 52);
		use(0, 0, 60);
		pass_minute(MONDAY + minute * 60, 1);
		assert_true(told.opens == 0 || minute >= 3 * 1440);
	}
	assert_int_equal(told.opens, 1);
	assert_string_equal(told.open.range, "a");
	assert_string_equal(told.open.technique, "vpn");
	assert_string_equal(told.open.prefixes[0], "10.0.0.0/16");
	assert_true(told.open.ratio > 10 && told.open.ratio < 16);
	assert_in_range(
		told.open.window_start_s, MONDAY + 3 * 86400 - 3600, MONDAY + 3 * 86400 + 1800);
	assert_true(told.open.time_us / 1000000 >= told.open.window_end_s);
	assert_true(told.open.host_count > 0);
	assert_true(told.open.observed.bytes > 0);
}

/* Three quiet days, then four hours in which the range uses 13 times as much VPN, and the control
 * group `factor` times. Who comes has not been there before. */
static void jump_beside_a_group(uint32_t factor)
{
	for (int minute = 0; minute < 3 * 1440 + 240; minute++) {
		bool is_jump = minute >= 3 * 1440;

		now_s = MONDAY + minute * 60;
		use(0, BIT(VPN), is_jump ? 52 : 4);
		use(0, 0, 60);
		use(RANGE_CONTROL, BIT(VPN), is_jump ? 5 * factor : 5);
		use(RANGE_CONTROL, 0, 100);
		pass_minute(now_s, 1);
	}
	assert_int_equal(told.opens, 1);
	assert_string_equal(told.open.range, "a");
}

static void control_group_is_told_as_a_range_or_not_compared(void **state)
{
	size_t bytes;

	(void)state;
	jump_beside_a_group(1);
	assert_true(told.open.control.is_known);
	assert_true(told.open.control.hosts == 100);
	assert_string_equal(told.open.control.verdict, "own");
	assert_true(told.open.control.ratio > 0.9 && told.open.control.ratio < 1.1);
	assert_int_equal(analyst_tracked(analyst, &bytes), 1);
}

static void rise_of_the_control_group_raises_an_alert_or_is_not_told(void **state)
{
	(void)state;
	jump_beside_a_group(12);
	assert_string_equal(told.open.control.verdict, "shared");
	assert_true(told.open.control.ratio > 8);
}

static void hosts_that_were_there_before_have_moved(void **state)
{
	(void)state;
	jump_beside_a_group(1);
	assert_true(told.open.coordination.is_known && told.open.coordination.has_times);
	assert_true(told.open.coordination.active_hosts == 60);
	assert_true(told.open.coordination.moved_hosts == 48);
	assert_true(told.open.distinct_hosts == 52);
	assert_int_equal(told.open.coordination.half_within_s, 1);
	assert_true(told.open.coordination.p_value < 1e-30);
}

static void minutes_hardly_seen_raise_an_alert(void **state)
{
	(void)state;
	for (int minute = 0; minute < 3 * 1440 + 120; minute++) {
		use(0, BIT(VPN), minute < 3 * 1440 ? 4 : 200);
		pass_minute(MONDAY + minute * 60, minute < 3 * 1440 ? 1 : ANALYST_COVERAGE_MIN / 2);
	}
	assert_int_equal(told.opens, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(scales_do_not_add_up, begin, end),
		cmocka_unit_test_setup_teardown(silent_range_gets_no_bucket, begin, end),
		cmocka_unit_test_setup_teardown(minutes_left_out_are_zeros, begin, end),
		cmocka_unit_test_setup_teardown(bucket_tells_where_it_was_seen_from, begin, end),
		cmocka_unit_test_setup_teardown(
			meters_of_several_workers_are_not_all_taken, begin, end),
		cmocka_unit_test_setup_teardown(
			jump_raises_nothing_or_cannot_be_explained, begin, end),
		cmocka_unit_test_setup_teardown(
			control_group_is_told_as_a_range_or_not_compared, begin, end),
		cmocka_unit_test_setup_teardown(
			rise_of_the_control_group_raises_an_alert_or_is_not_told, begin, end),
		cmocka_unit_test_setup_teardown(
			hosts_that_were_there_before_have_moved, begin, end),
		cmocka_unit_test_setup_teardown(minutes_hardly_seen_raise_an_alert, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
