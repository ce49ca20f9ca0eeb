/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "alert/number.h"
#include "alert/summary.h"
#include "alert_sample.h"

/* A change of hash, key or layout would give every open episode a second id after an update. */
static void id_is_the_same_in_every_release(void **state)
{
	(void)state;
	char id[ALERT_ID_SIZE];
	alert_make_id("star-jv", "tor", 1763701200, id);
	assert_string_equal(id, "8ce8e08e686330ed7207c92811b5d18d");
}

static void id_differs_by_range_technique_and_onset(void **state)
{
	(void)state;
	static const struct {
		const char *range, *technique;
		int64_t onset_s;
	} episodes[] = {
		{"a", "tor", 60},
		{"b", "tor", 60},
		{"a", "vpn", 60},
		{"a", "tor", 120},
		{"a", "tor", -60},
		{"a|3:tor", "", 60},
		{"", "a|3:tor", 60},
		{"at", "or", 60},
	};
	enum { COUNT = sizeof episodes / sizeof *episodes };
	char ids[COUNT][ALERT_ID_SIZE];
	for (size_t i = 0; i < COUNT; i++) {
		alert_make_id(
			episodes[i].range, episodes[i].technique, episodes[i].onset_s, ids[i]);
		assert_int_equal(strspn(ids[i], "0123456789abcdef"), ALERT_ID_SIZE - 1);
		for (size_t k = 0; k < i; k++)
			assert_string_not_equal(ids[i], ids[k]);
	}
}

static void signature_ids_are_those_of_the_contract(void **state)
{
	(void)state;
	assert_int_equal(alert_signature_id("vpn"), 1900001);
	assert_int_equal(alert_signature_id("tor"), 1900002);
	assert_int_equal(alert_signature_id("tls"), 1900003);
	assert_int_equal(alert_signature_id("vps"), 1900004);
	assert_int_equal(alert_signature_id("opsec"), 1900005);
	assert_int_equal(alert_signature_id("proxy"), 1900006);
}

static void unknown_technique_stays_out_of_the_known_ids(void **state)
{
	(void)state;
	uint32_t id = alert_signature_id("carrier-pigeon");
	assert_in_range(id, 1900100, 1900999);
	assert_int_equal(alert_signature_id("carrier-pigeon"), id);
	assert_in_range(alert_signature_id(""), 1900100, 1900999);
}

static void number_is_never_infinite_nor_minus_zero(void **state)
{
	(void)state;
	char text[NUMBER_TEXT_SIZE];
	assert_string_equal(number_format((double)INFINITY, 6, text), "1000000000000000");
	assert_string_equal(number_format(-(double)INFINITY, 6, text), "-1000000000000000");
	assert_string_equal(number_format((double)NAN, 6, text), "0");
	assert_string_equal(number_format(-0.0, 6, text), "0");
	assert_string_equal(number_format(number_round_places(-0.01, 1), 6, text), "0");
	assert_false(signbit(number_round(-0.0, 3)));
}

static void number_is_rounded_in_decimal(void **state)
{
	(void)state;
	char text[NUMBER_TEXT_SIZE];
	assert_string_equal(number_format(number_round(0.1 + 0.2, 4), 15, text), "0.3");
	assert_string_equal(number_format(number_round(1234567, 3), 15, text), "1230000");
	assert_string_equal(number_format(number_round_places(1199.96, 1), 15, text), "1200");
	assert_string_equal(number_format(number_round(1.2345e-9, 3), 15, text), "1.23e-09");
	assert_string_equal(number_format(123456789012, 6, text), "123456789012");
}

static const char *summary_value(const struct summary *summary, const char *name)
{
	for (size_t i = 0; i < SUMMARY_FIELDS; i++)
		if (strcmp(summary->fields[i].name, name) == 0)
			return summary->fields[i].value;
	fail_msg("no field %s", name);
	return NULL;
}

static void summary_has_the_fields_of_the_contract(void **state)
{
	(void)state;
	static const struct {
		const char *name, *value;
	} expected[] = {
		{"state", "open"},
		{"range", "star-jv"},
		{"technique", "tor"},
		{"metric", "hosts"},
		{"ratio", "13"},
		{"rise_percent", "1200"},
		{"score", "14.2"},
		{"severity", "2"},
		{"time_ms", "1763704980000"},
		{"sensor", "tap-1"},
		{"scale_seconds", "3600"},
		{"window_end_s", "1763704800"},
	};
	struct alert alert;
	struct summary summary = {0};
	alert_sample(&alert);
	summary_make(&alert, "tap-1", &summary);
	assert_string_equal(summary_value(&summary, "alert_id"), alert.id);
	for (size_t i = 0; i < sizeof expected / sizeof *expected; i++)
		assert_string_equal(summary_value(&summary, expected[i].name), expected[i].value);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(id_is_the_same_in_every_release),
		cmocka_unit_test(id_differs_by_range_technique_and_onset),
		cmocka_unit_test(signature_ids_are_those_of_the_contract),
		cmocka_unit_test(unknown_technique_stays_out_of_the_known_ids),
		cmocka_unit_test(number_is_never_infinite_nor_minus_zero),
		cmocka_unit_test(number_is_rounded_in_decimal),
		cmocka_unit_test(summary_has_the_fields_of_the_contract),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
