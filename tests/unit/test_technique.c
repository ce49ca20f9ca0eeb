/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/technique.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

static int add(struct technique_table *table, const char *name, bool is_opsec)
{
	return technique_table_add(
		table, &(struct surgetap_technique){.name = name, .is_opsec = is_opsec});
}

static void name_that_breaks_a_key_is_taken(void **state)
{
	static const char *const bad[] = {NULL, "", "VPN", "1vpn", "-vpn", "v pn", "vpn_x",
		"v\xc3\xa4", "opsec", "abcdefghijklmnopqrstuvwx"};
	struct technique_table table;

	(void)state;
	technique_table_init(&table);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(add(&table, bad[i], false), -EINVAL);
	assert_int_equal(table.count, 1);
	assert_int_equal(add(&table, "abcdefghijklmnopqrstuvw", false), 1);
	assert_int_equal(add(&table, "social-western2", false), 2);
}

static void same_name_twice_becomes_two_techniques(void **state)
{
	struct technique_table table;

	(void)state;
	technique_table_init(&table);
	assert_int_equal(add(&table, "vpn", true), 1);
	assert_int_equal(add(&table, "tor", true), 2);
	assert_int_equal(add(&table, "vpn", false), 1);
	assert_int_equal(table.opsec, 1u << 1 | 1u << 2);
	assert_int_equal(table.vpn, 1u << 1);
	assert_int_equal(table.tor, 1u << 2);
	assert_int_equal(table.vps, 0);
	assert_int_equal(technique_table_find(&table, "tor"), 2);
	assert_int_equal(technique_table_find(&table, "opsec"), TECHNIQUE_OPSEC);
	assert_int_equal(technique_table_find(&table, "dns"), -ENOENT);
}

static void table_runs_over(void **state)
{
	static char names[TECHNIQUES_MAX][16];
	struct technique_table table;

	(void)state;
	technique_table_init(&table);
	for (int i = 1; i < TECHNIQUES_MAX; i++) {
		snprintf(names[i], sizeof(names[i]), "t%d", i);
		assert_int_equal(add(&table, names[i], true), i);
	}
	assert_int_equal(add(&table, "more", true), -ENOSPC);
	assert_int_equal(table.opsec, 0xfffffffe);
}

static void grade_is_called_by_another_name(void **state)
{
	(void)state;
	assert_string_equal(technique_grade_name(SURGETAP_GRADE_GUESS), "guess");
	assert_string_equal(technique_grade_name(SURGETAP_GRADE_DPI), "dpi");
	assert_string_equal(technique_kind_name(SURGETAP_KIND_CONTACT), "contact");
	assert_string_equal(technique_kind_name(SURGETAP_KIND_TUNNEL), "tunnel");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(name_that_breaks_a_key_is_taken),
		cmocka_unit_test(same_name_twice_becomes_two_techniques),
		cmocka_unit_test(table_runs_over),
		cmocka_unit_test(grade_is_called_by_another_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
