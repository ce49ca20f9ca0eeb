/* SPDX-License-Identifier: Apache-2.0 */
#include "alert/explain.h"

#include "tests/unit/flow_packets.h"
#include "tests/unit/plugin_doubles.h"
#include "tests/unit/watched_ranges.h"

#include <math.h>
#include <stdio.h>

#define START (NOON_US / SECOND)

static struct ranges *ranges;
static struct witness witness;
static struct explain_context context;
static struct detect_event event;
static struct coordination coordination;
static struct control_contrast contrast;
static struct alert alert;

static int begin(void **state)
{
	(void)state;
	ranges = make_ranges((const char *const[]){"10.1.0.0/16=lab", "10.0.0.0/16=lab", NULL});
	context = (struct explain_context){
		.ranges = ranges,
		.plugins = double_plugins(),
		.technique = TOR + 1,
		.bytes = 4711,
		.time_s = START + 3600,
		.witness = &witness,
	};
	coordination = (struct coordination){.is_known = true,
		.has_times = true,
		.active_hosts = 41,
		.moved_hosts = 38,
		.moved_share = 38. / 41,
		.half_within_s = 1800,
		.p_value = 1e-9};
	contrast = (struct control_contrast){.scale_s = 3600,
		.hosts = 57,
		.observed = {3, 9},
		.expected = {2.9, 8.7},
		.ratio = 1.03,
		.ratio_low = 0.4,
		.ratio_high = 2.2,
		.excess_ratio = 12.6,
		.verdict = CONTROL_OWN};
	event = (struct detect_event){
		.kind = DETECT_OPEN,
		.scale_s = 3600,
		.metric = DETECT_FLOWS,
		.method = DETECT_SHARE,
		.onset_s = START,
		.window_start_s = START,
		.window_end_s = START + 3600,
		.observed = {[DETECT_HOSTS] = 13, [DETECT_FLOWS] = 260},
		.expected = {[DETECT_HOSTS] = 1, [DETECT_FLOWS] = 20},
		.buckets = {[DETECT_HOSTS] = 1, [DETECT_FLOWS] = 1},
		.ratio = 13,
		.rise_percent = 1200,
		.share_observed = NAN,
		.share_expected = .02,
	};
	return 0;
}

static int end(void **state)
{
	(void)state;
	witness_done(&witness);
	ranges_free(ranges);
	return 0;
}

static void add_flow(uint64_t id, const char *host, const char *peer)
{
	assert_int_equal(witness_add(&witness,
				 &(struct witness_flow){id, address_at(host), address_at(peer)}),
		0);
}

static void show_example(int64_t second, uint64_t id)
{
	struct witness_example example = {
		.time_us = NOON_US + second * SECOND,
		.client = {address_at("128.232.110.120"), 34855},
		.server = {address_at("66.35.250.204"), 80},
		.flow_id = id,
		.ip_version = 4,
		.transport = 6,
		.protocol = "http",
		.reason = "why",
	};

	witness_show(&witness, &example);
}

static void figures_of_the_event_are_mixed_up(void **state)
{
	(void)state;
	explain_event(&context, &event, &alert);
	assert_int_equal(alert.state, ALERT_OPEN);
	assert_string_equal(alert.range, "lab");
	assert_string_equal(alert.technique, "tor");
	assert_int_equal(alert.signature_id, 1900002);
	assert_int_equal(alert.severity, 1);
	assert_string_equal(alert.metric, "flows");
	assert_string_equal(alert.method, "share");
	assert_true(alert.observed.hosts == 13 && alert.observed.flows == 260);
	assert_true(alert.expected.hosts == 1 && alert.expected.flows == 20);
	assert_true(alert.observed.bytes == 4711);
	assert_true(alert.share_observed == 0);
	assert_int_equal(alert.time_us, (START + 3600) * SECOND);
	assert_int_equal(alert.prefix_total, 2);
	assert_string_equal(alert.prefixes[0], "10.0.0.0/16");
	assert_string_equal(alert.prefixes[1], "10.1.0.0/16");
	assert_null(alert.close_reason);
}

static void episode_changes_its_id(void **state)
{
	char id[ALERT_ID_SIZE];

	(void)state;
	explain_event(&context, &event, &alert);
	memcpy(id, alert.id, sizeof(id));
	event.kind = DETECT_CLOSE;
	event.reason = DETECT_NEW_NORMAL;
	event.window_start_s += 60;
	event.scale_s = 60;
	explain_event(&context, &event, &alert);
	assert_string_equal(alert.id, id);
	assert_int_equal(alert.state, ALERT_CLOSE);
	assert_string_equal(alert.close_reason, "new normal");
	event.onset_s += 60;
	explain_event(&context, &event, &alert);
	assert_string_not_equal(alert.id, id);
}

static void first_use_is_as_severe_as_a_jump(void **state)
{
	(void)state;
	event.kind = DETECT_FIRST_USE;
	explain_event(&context, &event, &alert);
	assert_int_equal(alert.state, ALERT_NOTICE);
	assert_int_equal(alert.severity, 3);
	event.kind = DETECT_TREND;
	explain_event(&context, &event, &alert);
	assert_int_equal(alert.state, ALERT_TREND);
}

static void busiest_hosts_are_not_the_first(void **state)
{
	(void)state;
	for (uint64_t i = 0; i < 30; i++) {
		char host[16];

		snprintf(host, sizeof(host), "10.0.0.%d", i % 3 ? 9 : (int)i);
		add_flow(i + 1, host, "192.0.2.1");
	}
	explain_event(&context, &event, &alert);
	assert_int_equal(alert.hosts[0].flows, 21); /* twenty, and one of the others */
	assert_int_equal(alert.hosts[0].address.bytes[15], 9);
	assert_int_equal(alert.peer_count, 1);
	assert_int_equal(alert.peers[0].flows, 30);
	assert_true(alert.host_count <= ALERT_TOP_MAX);
}

static void examples_come_from_another_window(void **state)
{
	(void)state;
	show_example(-60, 1);
	show_example(-30, 2);
	explain_event(&context, &event, &alert);
	assert_int_equal(alert.example_count, 1); /* the latest there is */
	assert_int_equal(alert.examples[0].flow_id, 2);
	show_example(10, 3);
	show_example(20, 4);
	explain_event(&context, &event, &alert);
	assert_int_equal(alert.example_count, 2);
	assert_int_equal(alert.examples[0].flow_id, 4);
	assert_string_equal(alert.examples[0].community_id, "1:LQU9qZlK+B5F3KDmev6m5PMibrg=");
	assert_string_equal(alert.examples[0].app_proto, "http");
	assert_string_equal(alert.examples[0].reason, "why");
}

static void lists_in_use_are_not_named(void **state)
{
	struct plugins *plugins = double_plugins();

	(void)state;
	plugins->lists[0] = (struct plugin_list){"tor_relays", "valid-after 2026-03-01 00:00:00"};
	plugins->list_count = 1;
	context.plugins = plugins;
	explain_event(&context, &event, &alert);
	assert_int_equal(alert.list_count, 1);
	assert_string_equal(alert.lists[0].name, "tor_relays");
	assert_string_equal(alert.lists[0].state, "valid-after 2026-03-01 00:00:00");
}

static void hosts_that_moved_or_the_control_group_are_mixed_up(void **state)
{
	(void)state;
	context.coordination = &coordination;
	context.contrast = &contrast;
	context.distinct_hosts = 12;
	event.buckets[DETECT_HOSTS] = 2;
	explain_event(&context, &event, &alert);
	assert_true(alert.distinct_hosts == 12);
	assert_true(alert.coordination.is_known && alert.coordination.has_times);
	assert_true(alert.coordination.active_hosts == 41 && alert.coordination.moved_hosts == 38);
	assert_int_equal(alert.coordination.half_within_s, 1800);
	assert_true(alert.coordination.p_value == 1e-9);
	assert_true(alert.control.is_known && alert.control.hosts == 57);
	assert_true(alert.control.observed.hosts == 3 && alert.control.expected.flows == 8.7);
	assert_true(alert.control.ratio_low == 0.4 && alert.control.ratio_high == 2.2);
	assert_string_equal(alert.control.verdict, "own");
}

/* An estimate above what the buckets counted would contradict them. */
static void more_hosts_are_told_than_were_counted(void **state)
{
	(void)state;
	context.distinct_hosts = 14;
	explain_event(&context, &event, &alert);
	assert_true(alert.distinct_hosts == 13);
	assert_false(alert.coordination.is_known);
	assert_false(alert.control.is_known);
}

/* Hosts of one minute are those of the next; flows are not. */
static void hosts_of_many_buckets_are_added_up(void **state)
{
	struct control_contrast minutes = contrast;

	(void)state;
	minutes.buckets = 5;
	context.contrast = &minutes;
	event.observed[DETECT_HOSTS] = 390;
	event.expected[DETECT_HOSTS] = 30;
	event.buckets[DETECT_HOSTS] = 60;
	context.distinct_hosts = 5;
	explain_event(&context, &event, &alert);
	assert_true(alert.observed.hosts == 6.5 && alert.expected.hosts == 0.5);
	assert_true(alert.observed.flows == 260 && alert.expected.flows == 20);
	/* An estimate below what one bucket holds would contradict it. */
	assert_true(alert.distinct_hosts == 7);
	assert_true(alert.control.observed.hosts == contrast.observed[DETECT_HOSTS] / 5);
	assert_true(alert.control.expected.flows == contrast.expected[DETECT_FLOWS]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			hosts_that_moved_or_the_control_group_are_mixed_up, begin, end),
		cmocka_unit_test_setup_teardown(more_hosts_are_told_than_were_counted, begin, end),
		cmocka_unit_test_setup_teardown(hosts_of_many_buckets_are_added_up, begin, end),
		cmocka_unit_test_setup_teardown(figures_of_the_event_are_mixed_up, begin, end),
		cmocka_unit_test_setup_teardown(episode_changes_its_id, begin, end),
		cmocka_unit_test_setup_teardown(first_use_is_as_severe_as_a_jump, begin, end),
		cmocka_unit_test_setup_teardown(busiest_hosts_are_not_the_first, begin, end),
		cmocka_unit_test_setup_teardown(examples_come_from_another_window, begin, end),
		cmocka_unit_test_setup_teardown(lists_in_use_are_not_named, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
