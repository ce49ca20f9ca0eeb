/* SPDX-License-Identifier: Apache-2.0 */
#include "commands/usage_fields.h"

#include "tests/unit/plugin_doubles.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static double value_of(const struct usage_fields *fields, const char *name)
{
	for (uint32_t i = 0; i < fields->count; i++)
		if (strcmp(fields->entries[i].name, name) == 0)
			return fields->entries[i].value;
	fail_msg("no field %s", name);
	return 0;
}

static void quiet_bucket_has_other_fields(void **state)
{
	struct plugins *plugins = double_plugins();
	struct analyst_usage usage = {.techniques = &plugins->techniques, .coverage = .5};
	static struct usage_fields quiet, busy;
	struct meter_range *counts =
		calloc(1, sizeof(*counts) + plugins->techniques.count * sizeof(struct meter_cell));

	(void)state;
	assert_non_null(counts);
	usage_fields_fill(&usage, &quiet);
	counts->all.flows = 7;
	counts->cells[VPN + 1].hosts.count = 3;
	counts->cells[VPN + 1].bytes = 1000;
	counts->cells[TLS + 1].suspected = 2;
	counts->cells[TLS + 1].inbound = 4;
	usage.counts = counts;
	usage_fields_fill(&usage, &busy);
	assert_int_equal(quiet.count, busy.count);
	assert_int_equal(quiet.count, 5 * 5 + 4 + 1);
	for (uint32_t i = 0; i < quiet.count; i++)
		assert_string_equal(quiet.entries[i].name, busy.entries[i].name);
	for (uint32_t i = 0; i + 1 < quiet.count; i++)
		assert_true(quiet.entries[i].value == 0);
	assert_true(value_of(&quiet, "coverage") == .5);
	assert_true(value_of(&busy, "all_flows") == 7);
	assert_true(value_of(&busy, "vpn_hosts") == 3);
	assert_true(value_of(&busy, "vpn_bytes") == 1000);
	assert_true(value_of(&busy, "tls_suspected") == 2);
	assert_true(value_of(&busy, "tls_inbound") == 4);
	assert_true(value_of(&busy, "tls_flows") == 0);
	assert_true(value_of(&busy, "opsec_flows") == 0);
	free(counts);
}

static void full_table_of_long_names_overruns(void **state)
{
	static char names[TECHNIQUES_MAX][TECHNIQUE_NAME_SIZE + 9];
	static struct usage_fields fields;
	struct technique_table table;
	struct analyst_usage usage = {.techniques = &table};

	(void)state;
	technique_table_init(&table);
	for (int i = 1; i < TECHNIQUES_MAX; i++) {
		snprintf(names[i], sizeof(names[i]), "a-name-of-the-length-%02d", i);
		assert_int_equal(
			technique_table_add(&table, &(struct surgetap_technique){.name = names[i]}),
			i);
	}
	usage_fields_fill(&usage, &fields);
	assert_int_equal(fields.count, USAGE_FIELDS_MAX);
	assert_true(value_of(&fields, "a-name-of-the-length-31_suspected") == 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(quiet_bucket_has_other_fields),
		cmocka_unit_test(full_table_of_long_names_overruns),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
