/* SPDX-License-Identifier: Apache-2.0 */
#include "pipeline/shelf.h"

#include "tests/unit/pipeline_parts.h"

#include <errno.h>
#include <stdio.h>

#define DAY_MINUTES 1440
#define ALERTS_MAX 64

static struct ranges *first_ranges, *next_ranges, *former_ranges;
static struct plugins *plugins;
static struct pipeline *pipeline;

/* What was told of the range "ten", and of all others together. */
static struct {
	uint64_t flows, bytes, minutes, other_flows, other_minutes;
	uint64_t other_bytes, other_vpn_flows, other_vpn_bytes;
	double hour_flows, other_hour_coverage;
	size_t alerts;
	struct alert alert[ALERTS_MAX];
} told;

static void hear_alert(void *argument, const struct alert *alert)
{
	(void)argument;
	assert_true(told.alerts < ALERTS_MAX);
	told.alert[told.alerts++] = *alert;
}

static void hear_usage(void *argument, const struct analyst_usage *usage)
{
	bool is_ten = strcmp(usage->range, "ten") == 0;
	uint64_t flows = usage->counts ? usage->counts->all.flows : 0;

	(void)argument;
	if (usage->scale_s == 3600 && is_ten)
		told.hour_flows += (double)flows;
	if (usage->scale_s == 3600 && !is_ten)
		told.other_hour_coverage = usage->coverage;
	if (usage->scale_s != 60)
		return;
	*(is_ten ? &told.flows : &told.other_flows) += flows;
	*(is_ten ? &told.minutes : &told.other_minutes) += 1;
	if (is_ten && usage->counts)
		told.bytes += usage->counts->all.bytes;
	if (!is_ten && usage->counts) {
		told.other_bytes += usage->counts->all.bytes;
		told.other_vpn_flows += usage->counts->cells[VPN + 1].flows;
		told.other_vpn_bytes += usage->counts->cells[VPN + 1].bytes;
	}
}

static void begin(uint32_t workers)
{
	plugins = double_plugins();
	memset(&told, 0, sizeof(told));
	first_ranges =
		make_ranges((const char *const[]){"10.0.0.0/8=ten", "172.16.0.0/12=gone", NULL});
	struct pipeline_settings settings = settings_of(first_ranges, plugins, workers,
		(struct analyst_listener){hear_alert, hear_usage, NULL});
	assert_int_equal(pipeline_new(&settings, &pipeline), 0);
	report_vpn(workers > 1);
}

static int end(void **state)
{
	(void)state;
	pipeline_free(pipeline);
	ranges_free(first_ranges);
	ranges_free(next_ranges);
	ranges_free(former_ranges);
	pipeline = NULL, first_ranges = next_ranges = former_ranges = NULL;
	return 0;
}

/* "ten" gets another number, "gone" goes, "new" comes. */
static int change(void)
{
	struct rules rules = {.plugins = plugins, .alarms_per_year = 12};

	ranges_free(former_ranges);
	former_ranges = next_ranges;
	next_ranges = make_ranges((const char *const[]){
		"192.0.2.0/24=new", "198.51.100.0/24=another", "10.0.0.0/8=ten", NULL});
	rules.ranges = next_ranges;
	return pipeline_change_rules(pipeline, &rules);
}

static struct end end_at(const char *text, unsigned port)
{
	struct surgetap_address address = address_at(text);
	struct end end = {.port = port};

	memcpy(end.address, address.bytes + 12, 4);
	return end;
}

static void talk(int64_t time_us, const char *from, const char *to, unsigned port)
{
	take_talk(pipeline, time_us, end_at(from, port), end_at(to, 9999));
}

static void counts_of_a_range_are_lost_or_go_to_another(uint32_t workers)
{
	begin(workers);
	for (unsigned i = 0; i < 600; i++) {
		int64_t now_us = NOON_US + i * SECOND;

		if (i == 90 || i == 301)
			assert_int_equal(change(), 0);
		if (i == 300)
			while (pipeline_is_changing(pipeline))
				;
		talk(now_us, "10.0.0.1", "203.0.113.7", 2000 + i);
		talk(now_us, "10.0.0.2", "203.0.113.7", 1999); /* one flow all the time */
	}
	pipeline_finish(pipeline);
	assert_int_equal(told.minutes, 10);
	assert_int_equal(told.flows, 601);
	assert_int_equal(told.bytes, 1200 * 156);
	assert_int_equal(told.hour_flows, 601);
	assert_int_equal(told.other_minutes, 0);
}

static void counts_are_lost_with_one_worker(void **state)
{
	(void)state;
	counts_of_a_range_are_lost_or_go_to_another(1);
}

static void counts_are_lost_with_three_workers(void **state)
{
	(void)state;
	counts_of_a_range_are_lost_or_go_to_another(3);
}

static void flows_of_a_range_that_is_gone_are_counted_on(void **state)
{
	struct pipeline_stats stats;

	(void)state;
	begin(2);
	talk(NOON_US, "172.16.0.1", "203.0.113.7", 2000);
	talk(NOON_US, "10.0.0.1", "203.0.113.7", 2000);
	assert_int_equal(change(), 0);
	talk(NOON_US + 2 * SECOND, "172.16.0.1", "203.0.113.7", 2000);
	talk(NOON_US + 3 * SECOND, "10.0.0.1", "203.0.113.7", 2000);
	pipeline_finish(pipeline);
	pipeline_stats(pipeline, &stats);
	assert_int_equal(told.other_flows, 0);
	assert_int_equal(told.flows, 1);
	assert_int_equal(told.bytes, 2 * 156);
	assert_int_equal(stats.worker.flows.ended[FLOW_END_UNWATCHED], 1);
	assert_int_equal(stats.worker.flows.ended[FLOW_END_CAPTURE], 1);
	assert_int_equal(stats.gate.unwatched, 2);
}

static void a_flow_forgets_that_its_other_end_is_watched_still(void **state)
{
	struct pipeline_stats stats;

	(void)state;
	begin(1);
	talk(NOON_US, "172.16.0.1", "10.0.0.1", 2000);
	assert_int_equal(change(), 0);
	talk(NOON_US + SECOND, "172.16.0.1", "10.0.0.1", 2000);
	talk(NOON_US + SECOND, "10.0.0.9", "203.0.113.7", 2000);
	pipeline_finish(pipeline);
	pipeline_stats(pipeline, &stats);
	/* Inbound now, which is no use. */
	assert_int_equal(stats.worker.flows.ended[FLOW_END_UNWATCHED], 0);
	assert_int_equal(told.flows, 1);
}

/* Its client was not watched before: what it sent then is in no bucket of the new range. */
static void technique_has_bytes_from_before_its_range_was_watched(void **state)
{
	(void)state;
	begin(1);
	script.packet_reports = 0; /* it is recognised at its end */
	script.on_ended[0] = tunnel(VPN, SURGETAP_GRADE_DPI);
	script.ended_reports = 1;
	talk(NOON_US, "192.0.2.5", "10.0.0.1", 2000);
	assert_int_equal(change(), 0);
	for (int second = 1; second < 4; second++)
		talk(NOON_US + second * SECOND, "192.0.2.5", "10.0.0.1", 2000);
	pipeline_finish(pipeline);
	assert_int_equal(told.bytes, 0);
	assert_int_equal(told.other_flows, 1);
	assert_int_equal(told.other_bytes, 3 * 156);
	assert_int_equal(told.other_vpn_flows, 1);
	assert_int_equal(told.other_vpn_bytes, 3 * 156);
}

static void a_new_range_is_taken_for_silent_before(void **state)
{
	(void)state;
	begin(1);
	talk(NOON_US, "10.0.0.1", "203.0.113.7", 1999);
	talk(NOON_US + 45 * MINUTE, "10.0.0.1", "203.0.113.7", 2000);
	assert_int_equal(change(), 0);
	talk(NOON_US + 45 * MINUTE + SECOND, "192.0.2.1", "203.0.113.7", 2000);
	for (int minute = 46; minute < 61; minute++)
		pipeline_pass_time(pipeline, 0, NOON_US + minute * MINUTE);
	pipeline_finish(pipeline);
	assert_true(told.other_flows == 1);
	/* Of its second, unfinished hour nothing is known; the first was watched for a quarter. */
	assert_true(told.other_hour_coverage < .3);
}

static void a_change_is_taken_before_the_last_one_is_over(void **state)
{
	struct rules rules = {.plugins = plugins, .alarms_per_year = 12};

	(void)state;
	begin(1);
	rules.plugins = plugins;
	talk(NOON_US, "10.0.0.1", "203.0.113.7", 2000);
	assert_int_equal(change(), 0);
	while (pipeline_is_changing(pipeline))
		;
	rules.ranges = first_ranges;
	static struct plugins others;
	others = *plugins;
	others.techniques.count--;
	rules.plugins = &others;
	assert_int_equal(pipeline_change_rules(pipeline, &rules), -EINVAL);
	assert_false(pipeline_is_changing(pipeline));
	talk(NOON_US + SECOND, "10.0.0.1", "203.0.113.7", 2000);
	pipeline_finish(pipeline);
	assert_int_equal(told.flows, 1);
}

/* Three days of a flow a minute, then one of ten a minute. */
static void live_through_a_jump(bool has_changes)
{
	begin(2);
	for (int minute = 0; minute < 4 * DAY_MINUTES; minute++) {
		unsigned flows = minute < 3 * DAY_MINUTES ? 1 : 10;

		/* The second one lies within the jump's episode. */
		if (has_changes && (minute == DAY_MINUTES / 2 || minute == 3 * DAY_MINUTES + 100)) {
			while (pipeline_is_changing(pipeline))
				;
			assert_int_equal(change(), 0);
		}
		for (unsigned i = 0; i < flows; i++)
			talk(NOON_US + minute * MINUTE + i * SECOND, "10.0.0.1", "203.0.113.7",
				2000 + (unsigned)minute % 997 * 10 + i);
	}
	pipeline_finish(pipeline);
}

static void baselines_or_episodes_do_not_survive(void **state)
{
	static struct alert expected[ALERTS_MAX];
	size_t count;

	live_through_a_jump(false);
	count = told.alerts;
	memcpy(expected, told.alert, sizeof(expected));
	end(state);
	assert_true(count > 0);
	live_through_a_jump(true);
	assert_int_equal(told.alerts, count);
	for (size_t i = 0; i < count; i++) {
		assert_string_equal(told.alert[i].id, expected[i].id);
		assert_int_equal(told.alert[i].state, expected[i].state);
		assert_int_equal(told.alert[i].time_us, expected[i].time_us);
		assert_true(told.alert[i].observed.bytes == expected[i].observed.bytes);
		assert_true(told.alert[i].observed.hosts == expected[i].observed.hosts);
	}
}

/* Three days, of which the range is left out for an hour, and a jump. */
static void range_left_out_in_error_has_to_learn_anew(void **state)
{
	struct rules rules = {.plugins = plugins, .alarms_per_year = 12};
	unsigned opens = 0;

	(void)state;
	begin(2);
	rules.plugins = plugins;
	for (int minute = 0; minute < 3 * DAY_MINUTES + 30; minute++) {
		unsigned flows = minute < 3 * DAY_MINUTES ? 1 : 10;

		if (minute == 2 * DAY_MINUTES) {
			next_ranges =
				make_ranges((const char *const[]){"198.51.100.0/24=another", NULL});
			rules.ranges = next_ranges;
			assert_int_equal(pipeline_change_rules(pipeline, &rules), 0);
		}
		if (minute == 2 * DAY_MINUTES + 60) {
			while (pipeline_is_changing(pipeline))
				;
			assert_int_equal(change(), 0);
		}
		for (unsigned i = 0; i < flows; i++)
			talk(NOON_US + minute * MINUTE + i * SECOND, "10.0.0.1", "203.0.113.7",
				2000 + (unsigned)minute % 997 * 10 + i);
	}
	pipeline_finish(pipeline);
	for (size_t i = 0; i < told.alerts; i++)
		if (told.alert[i].state == ALERT_OPEN &&
			strcmp(told.alert[i].technique, "vpn") == 0) {
			opens++;
			assert_true(told.alert[i].samples > 3 * DAY_MINUTES - 120);
			assert_true(told.alert[i].ratio > 5);
		}
	assert_int_equal(opens, 1);
}

static void shelf_forgets_the_latest_or_grows_without_end(void **state)
{
	static struct shelf shelf;
	struct detect_settings settings;
	struct roster_budget rosters = {.max_bytes = 1 << 20};
	char name[16];

	(void)state;
	assert_int_equal(detect_settings_init(&settings, 12, 1), 0);
	for (unsigned i = 0; i < SHELF_PLACES + 3; i++) {
		snprintf(name, sizeof(name), "r%u", i);
		shelf_put(&shelf, name, tracked_new(i, 1, &settings, 0), &rosters);
	}
	assert_int_equal(shelf.count, SHELF_PLACES);
	assert_int_equal(shelf.dropped, 3);
	first_ranges = make_ranges(
		(const char *const[]){"10.0.0.0/8=r0", "10.1.0.0/16=r258", "10.2.0.0/16=r7", NULL});
	for (unsigned expected = 2; expected > 0; expected--) {
		struct tracked *tracked = shelf_take(&shelf, first_ranges);

		assert_non_null(tracked);
		assert_int_equal(tracked->range, expected);
		tracked_free(tracked, &rosters);
	}
	assert_null(shelf_take(&shelf, first_ranges));
	shelf_done(&shelf, &rosters);
	assert_int_equal(shelf.count, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(counts_are_lost_with_one_worker, end),
		cmocka_unit_test_teardown(counts_are_lost_with_three_workers, end),
		cmocka_unit_test_teardown(flows_of_a_range_that_is_gone_are_counted_on, end),
		cmocka_unit_test_teardown(a_flow_forgets_that_its_other_end_is_watched_still, end),
		cmocka_unit_test_teardown(
			technique_has_bytes_from_before_its_range_was_watched, end),
		cmocka_unit_test_teardown(a_new_range_is_taken_for_silent_before, end),
		cmocka_unit_test_teardown(a_change_is_taken_before_the_last_one_is_over, end),
		cmocka_unit_test_teardown(baselines_or_episodes_do_not_survive, end),
		cmocka_unit_test_teardown(range_left_out_in_error_has_to_learn_anew, end),
		cmocka_unit_test_teardown(shelf_forgets_the_latest_or_grows_without_end, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
