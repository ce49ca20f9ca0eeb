/* SPDX-License-Identifier: Apache-2.0 */
#include "pipeline/judge.h"

#include "tests/unit/metered_use.h"
#include "tests/unit/plugin_doubles.h"
#include "tests/unit/watched_ranges.h"

#include <errno.h>

#define MONDAY INT64_C(1772409600) /* 2026-03-02T00:00:00Z */
#define MINUTES 0                  /* the one scale that is judged here */
#define QUIET 4
#define BUSY 52
#define ALL 60

static struct ranges *ranges;
static struct plugins *plugins;
static struct buckets buckets;
static struct judge judge;
static struct tracked *range, *control;
static struct meter *meter;
static int64_t now_s; /* begin of the next minute */

static struct {
	unsigned count;
	struct alert first, last;
} told;

static void hear_alert(void *argument, const struct alert *alert)
{
	assert_ptr_equal(argument, &told);
	if (told.count++ == 0)
		told.first = *alert;
	told.last = *alert;
}

static int begin(void **state)
{
	struct rules rules = {.alarms_per_year = 12};

	(void)state;
	memset(&told, 0, sizeof(told));
	now_s = MONDAY;
	plugins = double_plugins();
	ranges = make_ranges((const char *const[]){"10.0.0.0/8=ten", NULL});
	struct meter_settings metering = {1, plugins->techniques.count, 1024, 1, true};
	assert_int_equal(buckets_init(&buckets, &metering), 0);
	assert_int_equal(meter_new(&metering, &meter), 0);
	judge = (struct judge){.buckets = &buckets, .alert = hear_alert, .argument = &told};
	rules.ranges = ranges;
	rules.plugins = plugins;
	assert_int_equal(judge_set_rules(&judge, &rules), 0);
	range = tracked_new(0, plugins->techniques.count, &judge.detect, MONDAY);
	control = tracked_new(RANGE_CONTROL, plugins->techniques.count, &judge.detect, MONDAY);
	assert_true(range && control);
	return 0;
}

static int end(void **state)
{
	static struct roster_budget rosters;

	(void)state;
	judge_done(&judge);
	tracked_free(range, &rosters);
	tracked_free(control, &rosters);
	buckets_done(&buckets);
	meter_free(meter);
	ranges_free(ranges);
	return 0;
}

/* `users` of `hosts` hosts use VPN in the minute, by a flow of 100 bytes each. */
static void fill(uint32_t number, uint32_t users, uint32_t hosts)
{
	struct metered_use use = {.range = number,
		.hosts = users,
		.techniques = BIT(VPN),
		.technique = VPN + 1,
		.now_s = now_s};

	meter_use_of(meter, &use);
	use.techniques = 0;
	use.first_host = users;
	use.hosts = hosts - users;
	meter_use_of(meter, &use);
}

/* The minute is over, and what ends with it: each is judged and goes into the next coarser one. */
static void judge_minute(struct tracked *tracked, const struct tracked *beside)
{
	buckets_add_minute(&buckets, now_s, 1, &meter, 1);
	now_s += 60;
	for (uint32_t scale = 0; scale < BUCKETS_SCALES; scale++) {
		if (!buckets_is_over(&buckets, scale, now_s))
			continue;
		judge_bucket(&judge, tracked, beside, scale, buckets_coverage(&buckets, scale));
		buckets_pass_on(&buckets, scale);
	}
}

static void pass(unsigned minutes, uint32_t users, uint32_t hosts)
{
	for (unsigned i = 0; i < minutes; i++) {
		fill(0, users, hosts);
		judge_minute(range, NULL);
	}
}

static void users_are_counted_among_the_other_hosts(void **state)
{
	(void)state;
	pass(3 * 1440, QUIET, ALL);
	assert_int_equal(told.count, 0);
	pass(60, BUSY, ALL);
	assert_int_equal(told.count, 1);
	assert_int_equal(told.first.state, ALERT_OPEN);
	assert_string_equal(told.first.technique, "vpn");
	assert_true(told.first.observed.hosts == BUSY);
	assert_true(told.first.share_observed == (double)BUSY / ALL);
}

static void bytes_are_those_of_all_techniques_or_of_one_minute(void **state)
{
	(void)state;
	pass(3 * 1440, QUIET, ALL);
	pass(60, BUSY, ALL);
	int64_t minutes = (told.first.window_end_s - told.first.window_start_s) / 60;
	assert_true(minutes > 1);
	assert_true(told.first.observed.flows == (double)(BUSY * minutes));
	assert_true(told.first.observed.bytes == (double)(100 * BUSY * minutes));
}

static void closing_alert_names_nobody_because_its_minute_is_quiet(void **state)
{
	(void)state;
	pass(3 * 1440, QUIET, ALL);
	pass(150, BUSY, ALL);
	pass(300, 0, ALL);
	assert_int_equal(told.last.state, ALERT_CLOSE);
	assert_int_equal(told.last.host_count, ALERT_TOP_MAX);
	/* More flows of each than the hour under way has: the day's were looked at, too. */
	assert_true(told.last.hosts[0].flows > 60);
}

static void minute_without_traffic_is_passed_over(void **state)
{
	struct detect_outlook outlook;

	(void)state;
	pass(1440, QUIET, ALL);
	for (int i = 0; i < 1440; i++)
		judge_minute(range, NULL);
	detector_outlook(
		tracked_detector(range, VPN + 1), &judge.detect, 0, DETECT_HOSTS, &outlook);
	assert_true(outlook.expected < QUIET / 2.);
}

static void control_group_raises_an_alert_of_its_own(void **state)
{
	(void)state;
	for (int minute = 0; minute < 3 * 1440 + 60; minute++) {
		fill(RANGE_CONTROL, minute < 3 * 1440 ? QUIET : BUSY, ALL);
		judge_minute(control, control);
	}
	assert_int_equal(told.count, 0);
}

static void bad_rate_of_alarms_overwrites_the_thresholds(void **state)
{
	struct detect_settings former = judge.detect;
	struct rules rules = judge.rules;

	(void)state;
	rules.alarms_per_year = 0;
	assert_int_equal(judge_set_rules(&judge, &rules), -EINVAL);
	assert_memory_equal(&judge.detect, &former, sizeof(former));
	rules.alarms_per_year = 1;
	assert_int_equal(judge_set_rules(&judge, &rules), 0);
	assert_true(judge.detect.scales[0].threshold > former.scales[0].threshold);
}

#define JUDGE_TEST(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		JUDGE_TEST(users_are_counted_among_the_other_hosts),
		JUDGE_TEST(bytes_are_those_of_all_techniques_or_of_one_minute),
		JUDGE_TEST(closing_alert_names_nobody_because_its_minute_is_quiet),
		JUDGE_TEST(minute_without_traffic_is_passed_over),
		JUDGE_TEST(control_group_raises_an_alert_of_its_own),
		JUDGE_TEST(bad_rate_of_alarms_overwrites_the_thresholds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
