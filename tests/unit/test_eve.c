/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "alert/eve.h"
#include "alert_sample.h"

static const struct eve_sensor sensor = {"tap-1", "eth1"};

/* Every field that readers may hold on to, with its JSON type. A slash goes one level down; a
 * number is an index. */
static const struct {
	const char *path;
	json_type type;
} contract[] = {
	{"timestamp", JSON_STRING},
	{"event_type", JSON_STRING},
	{"host", JSON_STRING},
	{"in_iface", JSON_STRING},
	{"flow_id", JSON_INTEGER},
	{"src_ip", JSON_STRING},
	{"src_port", JSON_INTEGER},
	{"dest_ip", JSON_STRING},
	{"dest_port", JSON_INTEGER},
	{"ip_v", JSON_INTEGER},
	{"proto", JSON_STRING},
	{"community_id", JSON_STRING},
	{"app_proto", JSON_STRING},
	{"alert/action", JSON_STRING},
	{"alert/gid", JSON_INTEGER},
	{"alert/signature_id", JSON_INTEGER},
	{"alert/rev", JSON_INTEGER},
	{"alert/signature", JSON_STRING},
	{"alert/category", JSON_STRING},
	{"alert/severity", JSON_INTEGER},
	{"alert/metadata/mitre_tactic_id/0", JSON_STRING},
	{"alert/metadata/mitre_technique_id/0", JSON_STRING},
	{"alert/metadata/confidence/0", JSON_STRING},
	{"alert/context/schema", JSON_STRING},
	{"alert/context/alert_id", JSON_STRING},
	{"alert/context/state", JSON_STRING},
	{"alert/context/range", JSON_STRING},
	{"alert/context/prefixes/0", JSON_STRING},
	{"alert/context/prefixes_total", JSON_INTEGER},
	{"alert/context/technique", JSON_STRING},
	{"alert/context/scale_seconds", JSON_INTEGER},
	{"alert/context/window/start", JSON_STRING},
	{"alert/context/window/end", JSON_STRING},
	{"alert/context/metric", JSON_STRING},
	{"alert/context/observed/hosts", JSON_REAL},
	{"alert/context/observed/flows", JSON_INTEGER},
	{"alert/context/observed/bytes", JSON_INTEGER},
	{"alert/context/observed/distinct_hosts", JSON_INTEGER},
	{"alert/context/control/hosts", JSON_INTEGER},
	{"alert/context/control/scale_seconds", JSON_INTEGER},
	{"alert/context/control/observed/hosts", JSON_REAL},
	{"alert/context/control/observed/flows", JSON_INTEGER},
	{"alert/context/control/expected/hosts", JSON_REAL},
	{"alert/context/control/expected/flows", JSON_REAL},
	{"alert/context/control/ratio", JSON_REAL},
	{"alert/context/control/ratio_low", JSON_REAL},
	{"alert/context/control/ratio_high", JSON_REAL},
	{"alert/context/control/excess_ratio", JSON_REAL},
	{"alert/context/control/verdict", JSON_STRING},
	{"alert/context/coordination/active_hosts", JSON_INTEGER},
	{"alert/context/coordination/moved_hosts", JSON_INTEGER},
	{"alert/context/coordination/moved_share", JSON_REAL},
	{"alert/context/coordination/half_within_seconds", JSON_INTEGER},
	{"alert/context/coordination/p_value", JSON_REAL},
	{"alert/context/explanation", JSON_STRING},
	{"alert/context/expected/hosts", JSON_REAL},
	{"alert/context/expected/flows", JSON_REAL},
	{"alert/context/expected/method", JSON_STRING},
	{"alert/context/expected/samples", JSON_INTEGER},
	{"alert/context/ratio", JSON_REAL},
	{"alert/context/rise_percent", JSON_REAL},
	{"alert/context/share/observed", JSON_REAL},
	{"alert/context/share/expected", JSON_REAL},
	{"alert/context/score", JSON_REAL},
	{"alert/context/odds", JSON_REAL},
	{"alert/context/p_value", JSON_REAL},
	{"alert/context/coverage", JSON_REAL},
	{"alert/context/learning", JSON_FALSE},
	{"alert/context/top_hosts/0/ip", JSON_STRING},
	{"alert/context/top_hosts/0/flows", JSON_INTEGER},
	{"alert/context/top_peers/0/ip", JSON_STRING},
	{"alert/context/top_peers/0/asn", JSON_INTEGER},
	{"alert/context/top_peers/0/as_org", JSON_STRING},
	{"alert/context/top_peers/0/country", JSON_STRING},
	{"alert/context/top_peers/0/network", JSON_STRING},
	{"alert/context/top_peers/0/flows", JSON_INTEGER},
	{"alert/context/example_flows/0/community_id", JSON_STRING},
	{"alert/context/example_flows/0/src_ip", JSON_STRING},
	{"alert/context/example_flows/0/src_port", JSON_INTEGER},
	{"alert/context/example_flows/0/dest_ip", JSON_STRING},
	{"alert/context/example_flows/0/dest_port", JSON_INTEGER},
	{"alert/context/example_flows/0/proto", JSON_STRING},
	{"alert/context/example_flows/0/app_proto", JSON_STRING},
	{"alert/context/example_flows/0/reason", JSON_STRING},
	{"alert/context/lists/tor_relays", JSON_STRING},
};

/* The closed sets of names in EVE's schema at these two levels, as far as we use them. */
static const char *const top_level[] = {"timestamp", "event_type", "host", "in_iface", "flow_id",
	"src_ip", "src_port", "dest_ip", "dest_port", "ip_v", "proto", "community_id", "app_proto",
	"alert", NULL};
static const char *const alert_level[] = {"action", "gid", "signature_id", "rev", "signature",
	"category", "severity", "metadata", "context", NULL};

static json_t *parse(const struct alert *alert)
{
	char *line = eve_format_alert(alert, &sensor);
	assert_non_null(line);
	for (const char *c = line; *c; c++)
		assert_in_range(*c, 0x20, 0x7e);
	json_error_t error;
	json_t *root = json_loads(line, JSON_REJECT_DUPLICATES, &error);
	if (!root)
		fail_msg("%s at %d: %s", error.text, error.position, line);
	free(line);
	return root;
}

static json_t *get(json_t *root, const char *path)
{
	char copy[128], *rest = copy, *name;
	snprintf(copy, sizeof copy, "%s", path);
	while (root && (name = strsep(&rest, "/")))
		root = json_is_array(root) ? json_array_get(root, (size_t)atoi(name))
					   : json_object_get(root, name);
	return root;
}

static void assert_text(json_t *root, const char *path, const char *expected)
{
	const char *found = json_string_value(get(root, path));
	assert_non_null(found);
	assert_string_equal(found, expected);
}

static void assert_only(json_t *object, const char *const *names)
{
	const char *name;
	json_t *value;
	json_object_foreach(object, name, value)
	{
		size_t i = 0;
		while (names[i] && strcmp(names[i], name) != 0)
			i++;
		if (!names[i])
			fail_msg("%s is not in the schema", name);
	}
}

static void every_contract_field_is_there_with_its_type(void **state)
{
	(void)state;
	struct alert alert;
	alert_sample(&alert);
	json_t *root = parse(&alert);
	for (size_t i = 0; i < sizeof contract / sizeof *contract; i++) {
		json_t *found = get(root, contract[i].path);
		if (!found)
			fail_msg("%s is missing", contract[i].path);
		if (json_typeof(found) != contract[i].type)
			fail_msg("%s has type %d", contract[i].path, (int)json_typeof(found));
	}
	assert_only(root, top_level);
	assert_only(json_object_get(root, "alert"), alert_level);
	json_decref(root);
}

static void values_are_those_of_the_alert(void **state)
{
	(void)state;
	struct alert alert;
	alert_sample(&alert);
	json_t *root = parse(&alert);
	assert_text(root, "timestamp", "2025-11-21T06:03:00.000000+0000");
	assert_text(root, "src_ip", "175.45.176.7");
	assert_text(root, "dest_ip", "185.220.101.1");
	assert_text(root, "proto", "TCP");
	assert_text(
		root, "alert/signature", "SURGETAP tor use from star-jv up 1200% (13.0x) over 1 h");
	assert_text(root, "alert/metadata/confidence/0", "High");
	assert_text(root, "alert/context/alert_id", alert.id);
	assert_text(root, "alert/context/window/start", "2025-11-21T05:00:00.000000+0000");
	assert_text(root, "alert/context/window/end", "2025-11-21T06:00:00.000000+0000");
	assert_int_equal(json_integer_value(get(root, "flow_id")), 586497171462735);
	assert_int_equal(json_integer_value(get(root, "alert/context/top_peers/0/asn")), 60729);
	assert_true(json_real_value(get(root, "alert/context/ratio")) == 13.0);
	assert_true(json_real_value(get(root, "alert/context/p_value")) == 1.2e-9);
	assert_true(json_real_value(get(root, "alert/context/odds")) == 1468864.0);
	json_decref(root);
}

static void each_state_has_its_words(void **state)
{
	(void)state;
	static const struct {
		enum alert_state state;
		const char *reason, *name, *signature;
	} words[] = {
		{ALERT_UPDATE, NULL, "update",
			"SURGETAP tor use from star-jv rises further, now up 1200% (13.0x) over 1 "
			"h"},
		{ALERT_CLOSE, "new normal", "close",
			"SURGETAP tor use from star-jv: new normal after a rise of 1200% (13.0x)"},
		{ALERT_NOTICE, NULL, "notice",
			"SURGETAP first tor use from star-jv: 13 hosts, 260 flows in 1 h"},
		{ALERT_TREND, NULL, "trend",
			"SURGETAP tor use from star-jv rises slowly: up 1200% (13.0x) in 28 d"},
	};
	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		struct alert alert;
		alert_sample(&alert);
		alert.state = words[i].state;
		alert.close_reason = words[i].reason;
		json_t *root = parse(&alert);
		assert_text(root, "alert/context/state", words[i].name);
		assert_text(root, "alert/signature", words[i].signature);
		if (words[i].reason)
			assert_text(root, "alert/context/reason", words[i].reason);
		else
			assert_null(get(root, "alert/context/reason"));
		json_decref(root);
	}
}

static void scale_is_told_in_the_largest_unit(void **state)
{
	(void)state;
	static const struct {
		uint32_t scale_s;
		const char *text;
	} scales[] = {{60, "1 min"}, {300, "5 min"}, {3600, "1 h"}, {86400, "1 d"}, {604800, "7 d"},
		{90, "90 s"}, {0, "0 s"}};
	for (size_t i = 0; i < sizeof scales / sizeof *scales; i++) {
		char text[EVE_SCALE_SIZE];
		assert_string_equal(eve_format_scale(scales[i].scale_s, text), scales[i].text);
	}
}

/* A first use has no expectation: ratio and odds are infinite, shares are 0/0. */
static void infinity_and_nan_do_not_lose_the_alert(void **state)
{
	(void)state;
	struct alert alert;
	alert_sample(&alert);
	alert.ratio = alert.rise_percent = alert.odds = (double)INFINITY;
	alert.share_observed = alert.share_expected = alert.observed.bytes = (double)NAN;
	alert.p_value = -(double)INFINITY;
	json_t *root = parse(&alert);
	assert_true(json_real_value(get(root, "alert/context/ratio")) == 1e15);
	assert_true(json_real_value(get(root, "alert/context/share/observed")) == 0);
	assert_int_equal(json_integer_value(get(root, "alert/context/observed/bytes")), 0);
	json_decref(root);
}

static void hostile_names_stay_valid_json(void **state)
{
	(void)state;
	struct alert alert;
	alert_sample(&alert);
	memset(alert.range, 0xff, sizeof alert.range - 1);
	memset(alert.technique, '\n', sizeof alert.technique - 1);
	memset(alert.examples[0].reason, 0x1b, sizeof alert.examples[0].reason - 1);
	memset(alert.peers[0].place.as_org, '"', sizeof alert.peers[0].place.as_org - 1);
	strcpy(alert.examples[0].app_proto, "a\\\"\xc3\xa9");
	memset(alert.lists[0].name, 0x80, sizeof alert.lists[0].name - 1);
	json_t *root = parse(&alert);
	assert_int_equal(json_string_length(get(root, "alert/context/range")), 4 * 63);
	assert_int_equal(json_string_length(get(root, "alert/context/example_flows/0/reason")),
		4 * (ALERT_REASON_SIZE - 1));
	assert_text(root, "app_proto", "a\\\"\xc3\xa9");
	json_decref(root);
}

/* An episode closes in a bucket without traffic: nothing to show, and still a whole record. */
static void alert_without_evidence_is_still_written(void **state)
{
	(void)state;
	struct alert alert;
	alert_sample(&alert);
	alert.host_count = alert.peer_count = alert.example_count = alert.list_count = 0;
	alert.prefix_count = 0;
	alert.mitre_tactic = alert.mitre_technique = NULL;
	alert.metric = alert.method = NULL;
	json_t *root = parse(&alert);
	assert_null(get(root, "src_ip"));
	assert_int_equal(json_array_size(get(root, "alert/context/top_hosts")), 0);
	assert_null(get(root, "alert/metadata/mitre_tactic_id"));
	assert_text(root, "alert/context/range", "star-jv");
	json_decref(root);
}

static void full_tables_are_written_whole(void **state)
{
	(void)state;
	struct alert alert;
	alert_sample(&alert);
	for (uint32_t i = 1; i < ALERT_TOP_MAX; i++) {
		alert.hosts[i] = alert.hosts[0];
		alert.peers[i] = alert.peers[0];
	}
	for (uint32_t i = 1; i < ALERT_EXAMPLES_MAX; i++)
		alert.examples[i] = alert.examples[0];
	alert.host_count = alert.peer_count = ALERT_TOP_MAX;
	alert.example_count = ALERT_EXAMPLES_MAX;
	json_t *root = parse(&alert);
	assert_int_equal(json_array_size(get(root, "alert/context/top_hosts")), ALERT_TOP_MAX);
	assert_int_equal(json_array_size(get(root, "alert/context/top_peers")), ALERT_TOP_MAX);
	assert_int_equal(
		json_array_size(get(root, "alert/context/example_flows")), ALERT_EXAMPLES_MAX);
	json_decref(root);
}

static void confidence_follows_score_coverage_and_learning(void **state)
{
	(void)state;
	static const struct {
		double score, coverage;
		bool learning;
		const char *word;
	} cases[] = {
		{14.2, 1, false, "High"},
		{14.2, 0.8, false, "Medium"},
		{6, 1, false, "Medium"},
		{14.2, 0.4, false, "Low"},
		{14.2, 1, true, "Low"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct alert alert;
		alert_sample(&alert);
		alert.score = cases[i].score;
		alert.coverage = cases[i].coverage;
		alert.learning = cases[i].learning;
		json_t *root = parse(&alert);
		assert_text(root, "alert/metadata/confidence/0", cases[i].word);
		json_decref(root);
	}
}

static void time_outside_four_digit_years_keeps_its_shape(void **state)
{
	(void)state;
	static const struct {
		int64_t time_us;
		const char *text;
	} times[] = {
		{0, "1970-01-01T00:00:00.000000+0000"},
		{-1, "1969-12-31T23:59:59.999999+0000"},
		{INT64_MAX, "9999-12-31T23:59:59.775807+0000"},
		{INT64_MIN, "0000-01-01T00:00:00.224192+0000"},
		{-61094044800000000, "0034-01-03T00:00:00.000000+0000"},
	};
	for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
		char text[EVE_TIME_SIZE];
		assert_string_equal(eve_format_time(times[i].time_us, text), times[i].text);
	}
}

/* A window from a packet with an absurd time must not overflow on its way to microseconds. */
static void window_of_any_time_is_written(void **state)
{
	(void)state;
	struct alert alert;
	alert_sample(&alert);
	alert.window_start_s = INT64_MIN;
	alert.window_end_s = INT64_MAX;
	json_t *root = parse(&alert);
	assert_text(root, "alert/context/window/start", "0000-01-01T00:00:00.000000+0000");
	assert_text(root, "alert/context/window/end", "9999-12-31T23:59:59.000000+0000");
	json_decref(root);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_contract_field_is_there_with_its_type),
		cmocka_unit_test(values_are_those_of_the_alert),
		cmocka_unit_test(each_state_has_its_words),
		cmocka_unit_test(scale_is_told_in_the_largest_unit),
		cmocka_unit_test(infinity_and_nan_do_not_lose_the_alert),
		cmocka_unit_test(hostile_names_stay_valid_json),
		cmocka_unit_test(alert_without_evidence_is_still_written),
		cmocka_unit_test(full_tables_are_written_whole),
		cmocka_unit_test(confidence_follows_score_coverage_and_learning),
		cmocka_unit_test(time_outside_four_digit_years_keeps_its_shape),
		cmocka_unit_test(window_of_any_time_is_written),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
