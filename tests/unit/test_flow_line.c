/* SPDX-License-Identifier: Apache-2.0 */
#include "commands/flow_line.h"

#include "tests/unit/flow_packets.h"
#include "tests/unit/plugin_doubles.h"

#include <jansson.h>
#include <stdlib.h>

static struct classifier *classifier;

static int open_classifier(void **state)
{
	(void)state;
	return classifier_new(&classifier);
}

static int close_classifier(void **state)
{
	(void)state;
	classifier_free(classifier);
	return 0;
}

static struct flow sample(void)
{
	return (struct flow){
		.key = {.low = address_at("10.0.0.1"),
			.high = address_at("192.0.2.9"),
			.low_port = 50000,
			.high_port = 443,
			.transport = 6,
			.ip_version = 4},
		.start_us = NOON_US,
		.last_us = NOON_US + 1500000,
		.packets = {3, 2},
		.bytes = {300, UINT64_C(5000000000)},
	};
}

/* The line, parsed; ASCII without control bytes, whatever is in it. */
static json_t *line_of(const struct flow *flow, const struct findings *findings)
{
	char *line = flow_line_format(flow, findings, classifier, double_plugins());
	json_t *parsed;

	assert_non_null(line);
	for (const char *byte = line; *byte; byte++)
		assert_in_range(*byte, ' ', '~');
	parsed = json_loads(line, JSON_REJECT_DUPLICATES, NULL);
	assert_non_null(parsed);
	free(line);
	return parsed;
}

static const char *text_at(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

static void key_of_the_contract_is_missing(void **state)
{
	static const char *const keys[] = {"timestamp", "event_type", "flow_id", "src_ip",
		"src_port", "dest_ip", "dest_port", "ip_v", "proto", "app_proto", "community_id",
		"flow", "techniques", "ndpi"};
	struct flow flow = sample();
	json_t *line = line_of(&flow, NULL), *counts;

	(void)state;
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (!json_object_get(line, keys[i]))
			fail_msg("%s", keys[i]);
	assert_string_equal(text_at(line, "timestamp"), "2026-03-02T12:00:00.000000+0000");
	assert_string_equal(text_at(line, "src_ip"), "10.0.0.1");
	assert_string_equal(text_at(line, "proto"), "TCP");
	assert_string_equal(text_at(line, "app_proto"), "unknown");
	assert_int_equal(json_integer_value(json_object_get(line, "dest_port")), 443);
	assert_int_equal(json_integer_value(json_object_get(line, "flow_id")), flow_id(&flow));
	counts = json_object_get(line, "flow");
	assert_string_equal(text_at(counts, "end"), "2026-03-02T12:00:01.500000+0000");
	assert_int_equal(json_integer_value(json_object_get(counts, "pkts_toserver")), 3);
	assert_int_equal(json_integer_value(json_object_get(counts, "bytes_toclient")), 5000000000);
	assert_int_equal(json_array_size(json_object_get(line, "techniques")), 0);
	assert_null(json_object_get(line, "tls"));
	assert_null(json_object_get(line, "asn"));
	json_decref(line);
}

static void name_from_the_wire_breaks_the_line(void **state)
{
	struct flow flow = sample();
	struct findings findings = {
		.verdict = {.sni = "a\"b\\\x1b[31m\n\xff\xc3(",
			.tls_version = 0x0303,
			.alpn = "h2,\x01",
			.ja3 = "0123"},
		.place = {.asn = 64500, .country = "DE", .as_org = "K\xc3\xb6ln"},
		.evidence_count = 1,
		.evidence = {{.technique = 1,
			.grade = SURGETAP_GRADE_LIST,
			.reason = "list\n\xf0"}},
	};
	json_t *line = line_of(&flow, &findings), *tls = json_object_get(line, "tls"), *technique;

	(void)state;
	assert_string_equal(text_at(tls, "version"), "TLS 1.2");
	assert_non_null(text_at(tls, "sni"));
	assert_null(strchr(text_at(tls, "sni"), '\x1b'));
	assert_null(json_object_get(tls, "ja4"));
	assert_string_equal(text_at(line, "as_org"), "K\xc3\xb6ln");
	assert_string_equal(text_at(line, "country"), "DE");
	technique = json_array_get(json_object_get(line, "techniques"), 0);
	assert_string_equal(text_at(technique, "technique"), "vpn");
	assert_string_equal(text_at(technique, "grade"), "list");
	assert_string_equal(text_at(technique, "kind"), "tunnel");
	assert_string_equal(text_at(technique, "plugin"), "double");
	assert_null(strchr(text_at(technique, "reason"), '\n'));
	json_decref(line);
}

static void outranked_technique_is_listed(void **state)
{
	struct flow flow = sample();
	struct findings findings = {
		.evidence_count = 2,
		.evidence = {{.technique = VPS + 1,
				     .grade = SURGETAP_GRADE_HEURISTIC,
				     .is_void = true},
			{.technique = TOR + 1,
				.grade = SURGETAP_GRADE_GUESS,
				.kind = SURGETAP_KIND_CONTACT}},
	};
	json_t *line = line_of(&flow, &findings), *list = json_object_get(line, "techniques");

	(void)state;
	assert_int_equal(json_array_size(list), 1);
	assert_string_equal(text_at(json_array_get(list, 0), "technique"), "tor");
	assert_string_equal(text_at(json_array_get(list, 0), "grade"), "guess");
	assert_string_equal(text_at(json_array_get(list, 0), "kind"), "contact");
	json_decref(line);
}

static void ping_and_its_answer_get_two_community_ids(void **state)
{
	struct flow flow = sample();
	json_t *line;

	(void)state;
	flow.key.low = address_at("192.168.0.1");
	flow.key.high = address_at("192.168.0.89");
	flow.key.low_port = flow.key.high_port = 0;
	flow.key.transport = 1;
	flow.client_is_high = true;
	flow.icmp_type_code = 8 << 8;
	line = line_of(&flow, NULL);
	assert_string_equal(text_at(line, "community_id"), "1:X0snYXpgwiv9TZtqg64sgzUn6Dk=");
	assert_string_equal(text_at(line, "proto"), "ICMP");
	assert_int_equal(json_integer_value(json_object_get(line, "src_port")), 0);
	json_decref(line);
	flow.client_is_high = false; /* the answer alone: type 0 */
	flow.icmp_type_code = 0;
	line = line_of(&flow, NULL);
	assert_string_equal(text_at(line, "community_id"), "1:X0snYXpgwiv9TZtqg64sgzUn6Dk=");
	json_decref(line);
}

static void time_out_of_the_calendar_breaks_the_line(void **state)
{
	static const int64_t times[] = {INT64_MIN, -1, 0, INT64_MAX};
	struct flow flow = sample();

	(void)state;
	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
		flow.start_us = flow.last_us = times[i];
		json_t *line = line_of(&flow, NULL);
		assert_int_equal(strlen(text_at(line, "timestamp")), 31);
		json_decref(line);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(key_of_the_contract_is_missing),
		cmocka_unit_test(name_from_the_wire_breaks_the_line),
		cmocka_unit_test(outranked_technique_is_listed),
		cmocka_unit_test(ping_and_its_answer_get_two_community_ids),
		cmocka_unit_test(time_out_of_the_calendar_breaks_the_line),
	};

	return cmocka_run_group_tests(tests, open_classifier, close_classifier);
}
