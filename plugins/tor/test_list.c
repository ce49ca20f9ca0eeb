/* SPDX-License-Identifier: Apache-2.0 */
#include "relays.h"
#include "test_host.h"

#include <errno.h>

static void age_of_the_list_is_not_told(void **state)
{
	void *shared = NULL;

	(void)state;
	assert_int_equal(load_list(MICRODESC, &shared), 0);
	assert_string_equal(told.list, "valid-after 2026-11-20 09:00:00");
	surgetap_plugin_tor.unload(shared);
	assert_int_equal(load_list("198.51.100.1:9001\n198.51.100.2:9001\n", &shared), 0);
	assert_string_equal(told.list, "2 relays, undated");
	surgetap_plugin_tor.unload(shared);
}

static void broken_lines_flood_the_log(void **state)
{
	char text[32 + 4000] = "198.51.100.1:9001\n", where[64];
	void *shared = NULL;

	(void)state;
	for (int i = 0; i < 1000; i++)
		strcat(text, "??\n");
	assert_int_equal(load_list(text, &shared), 0);
	snprintf(where, sizeof where, "%s:2", list_file);
	assert_int_equal(told.warnings, RELAYS_FAULTS_TOLD + 1);
	assert_string_equal(told.where, where);
	surgetap_plugin_tor.unload(shared);
}

/* Sound lines, more than there is room for. */
static void lines_beyond_the_limit_are_called_broken(void **state)
{
	const uint32_t lines = RELAYS_MAX + 1000;
	size_t used = 0;
	char *text = test_malloc(24 * (size_t)lines), expected[96];
	void *shared = NULL;

	(void)state;
	for (uint32_t i = 0; i < lines; i++)
		used += (size_t)sprintf(
			text + used, "100.%u.%u.%u:9001\n", i >> 16 & 255, i >> 8 & 255, i & 255);
	assert_int_equal(load_list(text, &shared), 0);
	assert_int_equal(told.warnings, 1);
	snprintf(expected, sizeof expected, "%u relays are read, 1000 lines beyond them left out",
		RELAYS_MAX);
	assert_string_equal(told.warning, expected);
	surgetap_plugin_tor.unload(shared);
	test_free(text);
}

/* The file is being written in place: what is there of it must not replace a whole list. */
static void half_of_a_consensus_is_taken_for_all_of_it(void **state)
{
	char text[] = MICRODESC;
	void *shared = NULL;

	(void)state;
	*strstr(text, "directory-footer") = '\0';
	assert_int_equal(load_list(text, &shared), 0);
	assert_int_equal(told.warnings, 1);
	surgetap_plugin_tor.unload(shared);
	shared = NULL;
	text[strlen(text) - 4] = '\0';
	assert_int_equal(load_list(text, &shared), -EINVAL);
	assert_int_equal(told.failures, 1);
	assert_null(shared);
}

static void useless_list_starts_all_the_same(void **state)
{
	const struct surgetap_setting missing[] = {{"relays", "/nonexistent"}, {NULL, NULL}};
	void *shared = NULL;

	(void)state;
	assert_int_equal(load_list("{\"relays\":[]}\n", &shared), -EINVAL);
	assert_int_equal(told.failures, 1);
	assert_int_equal(load_list("", &shared), -EINVAL);
	memset(&told, 0, sizeof told);
	assert_int_equal(surgetap_plugin_tor.load(&host, missing, &shared), -ENOENT);
	assert_string_equal(told.where, "/nonexistent");
	assert_null(shared);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(age_of_the_list_is_not_told),
		cmocka_unit_test(broken_lines_flood_the_log),
		cmocka_unit_test(lines_beyond_the_limit_are_called_broken),
		cmocka_unit_test(half_of_a_consensus_is_taken_for_all_of_it),
		cmocka_unit_test(useless_list_starts_all_the_same),
	};

	return cmocka_run_group_tests(tests, make_file, remove_file);
}
