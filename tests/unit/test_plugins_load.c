/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/plugins.h"

#include "flow/builtin.h"

#include <errno.h>
#include <libgen.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/* The latest thing that was told. */
static struct {
	unsigned warnings, failures;
	char plugin[256], message[256];
} heard;

static void on_warn(void *argument, const char *plugin, const char *where, const char *message)
{
	(void)argument, (void)plugin, (void)where, (void)message;
	heard.warnings++;
}

static void on_fail(void *argument, const char *plugin, const char *where, const char *message)
{
	(void)argument, (void)where;
	heard.failures++;
	snprintf(heard.plugin, sizeof(heard.plugin), "%s", plugin);
	snprintf(heard.message, sizeof(heard.message), "%s", message);
}

static int load(char *const *files, size_t file_count, const struct plugins_setting *settings,
	size_t setting_count, struct plugins **ret_plugins)
{
	static const struct plugins_listener listener = {on_warn, on_fail, NULL};

	memset(&heard, 0, sizeof(heard));
	return plugins_load(&listener, files, file_count, settings, setting_count, ret_plugins);
}

/* The path of a plugin built beside this test: <build>/plugins/NAME.so. */
static char *object_path(const char *name)
{
	char self[4096], *path;
	ssize_t length = readlink("/proc/self/exe", self, sizeof(self) - 1);

	assert_true(length > 0);
	self[length] = '\0';
	assert_true(asprintf(&path, "%s/plugins/%s.so", dirname(dirname(dirname(self))), name) > 0);
	return path;
}

static void builtin_plugin_is_left_out(void **state)
{
	struct plugins *plugins;
	size_t count = 0;

	(void)state;
	while (builtin_plugins[count])
		count++;
	assert_true(count >= 4);
	assert_int_equal(load(NULL, 0, NULL, 0, &plugins), 0);
	assert_int_equal(plugins->count, count);
	assert_int_equal(heard.failures, 0);
	for (const char *const *name = (const char *const[]){"vpn", "tor", "tls", "vps", NULL};
		*name; name++)
		assert_true(technique_table_find(&plugins->techniques, *name) > 0);
	assert_int_not_equal(plugins->techniques.vpn, 0);
	assert_int_not_equal(plugins->techniques.tor, 0);
	assert_int_not_equal(plugins->techniques.vps, 0);
	plugins_free(plugins);
	plugins_free(NULL);
}

static void file_does_not_take_the_place_of_a_builtin_plugin(void **state)
{
	char *path = object_path("vps");
	struct plugins *plugins;
	unsigned from_file = 0, named_vps = 0;

	(void)state;
	assert_int_equal(load(&path, 1, NULL, 0, &plugins), 0);
	for (uint32_t i = 0; i < plugins->count; i++) {
		from_file += plugins->entries[i].file != NULL;
		named_vps += strcmp(plugins->entries[i].code->name, "vps") == 0;
	}
	assert_int_equal(from_file, 1);
	assert_int_equal(named_vps, 1);
	plugins_free(plugins);
	char *twice[] = {path, path};
	assert_int_equal(load(twice, 2, NULL, 0, &plugins), -EEXIST);
	assert_int_equal(heard.failures, 1);
	free(path);
}

static void missing_file_hides_its_name(void **state)
{
	char *path = "/nowhere/at-all.so";
	struct plugins *plugins = (struct plugins *)&heard;

	(void)state;
	assert_int_equal(load(&path, 1, NULL, 0, &plugins), -ENOENT);
	assert_int_equal(heard.failures, 1);
	assert_string_equal(heard.plugin, path);
	assert_ptr_equal(plugins, &heard); /* untouched on failure */
}

static void setting_that_nobody_reads_is_accepted(void **state)
{
	static const struct plugins_setting bad[] = {
		{"nobody", "relays", "x"}, {"tor", "no_such_option", "x"}, {"", "", ""}};
	struct plugins *plugins;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_true(load(NULL, 0, &bad[i], 1, &plugins) < 0);
		assert_int_equal(heard.failures, 1);
	}
}

static void failed_load_leaves_no_reason(void **state)
{
	static const struct plugins_setting setting = {"tor", "relays", "/nowhere/relays.txt"};
	struct plugins *plugins;

	(void)state;
	assert_true(load(NULL, 0, &setting, 1, &plugins) < 0);
	assert_int_equal(heard.failures, 1);
	assert_string_equal(heard.plugin, "tor");
	assert_true(strlen(heard.message) > 0);
}

/* The list that the tor plugin says it uses. */
static const char *relays_state(const struct plugins *plugins)
{
	assert_int_equal(plugins->list_count, 1);
	return plugins->lists[0].state;
}

static void write_relays(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static void plugins_loaded_anew_read_no_list_or_other_code(void **state)
{
	static const struct plugins_listener listener = {on_warn, on_fail, NULL};
	char relays[] = "/tmp/surgetap-relays-XXXXXX", object[] = "/tmp/surgetap-object-XXXXXX";
	struct plugins_setting setting = {"tor", "relays", relays};
	char *path = object_path("tor"), *command, *copy = object;
	struct plugins *first, *second;

	(void)state;
	assert_true(close(mkstemp(relays)) == 0 && close(mkstemp(object)) == 0);
	assert_true(asprintf(&command, "cp %s %s", path, object) > 0);
	assert_int_equal(system(command), 0);
	write_relays(relays, "192.0.2.1:9001\n");
	assert_int_equal(load(&copy, 1, &setting, 1, &first), 0);
	/* The code in use stays, whatever has become of its file. */
	unlink(object);
	write_relays(relays, "192.0.2.1:9001\n192.0.2.2:9001\n");
	assert_int_equal(plugins_load_anew(&listener, first, &setting, 1, &second), 0);
	assert_string_not_equal(relays_state(first), relays_state(second));
	assert_int_equal(second->count, first->count);
	for (uint32_t i = 0; i < first->count; i++)
		assert_ptr_equal(second->entries[i].code, first->entries[i].code);
	plugins_free(first);
	write_relays(relays, "nothing\n");
	assert_true(plugins_load_anew(&listener, second, &setting, 1, &first) < 0);
	plugins_free(second);
	unlink(relays);
	free(path);
	free(command);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(builtin_plugin_is_left_out),
		cmocka_unit_test(file_does_not_take_the_place_of_a_builtin_plugin),
		cmocka_unit_test(missing_file_hides_its_name),
		cmocka_unit_test(setting_that_nobody_reads_is_accepted),
		cmocka_unit_test(failed_load_leaves_no_reason),
		cmocka_unit_test(plugins_loaded_anew_read_no_list_or_other_code),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
