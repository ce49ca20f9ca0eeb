/* SPDX-License-Identifier: Apache-2.0 */
#include "commands/list_files.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[] = "/tmp/surgetap-lists-XXXXXX";
static char path[64], other[64], fresh[64], option[80];
static struct config config;
static struct list_files files;

static void write_file(const char *name, const char *text)
{
	FILE *file = fopen(name, "w");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static int begin(void **state)
{
	static char *options[] = {option, "tor.note=no file"};

	(void)state;
	strcpy(folder + strlen(folder) - 6, "XXXXXX");
	if (!mkdtemp(folder))
		return -1;
	snprintf(path, sizeof(path), "%s/relays", folder);
	snprintf(other, sizeof(other), "%s/other", folder);
	snprintf(fresh, sizeof(fresh), "%s/fresh", folder);
	snprintf(option, sizeof(option), "tor.relays=%s", other);
	write_file(path, "one\n");
	write_file(other, "other\n");
	config = (struct config){.tor_relays = path, .plugin_option = {options, 2}};
	list_files_init(&files, &config);
	return 0;
}

static int end(void **state)
{
	(void)state;
	unlink(path);
	unlink(other);
	unlink(fresh);
	return rmdir(folder);
}

/* What the latest of two looks says, the file being at rest. */
static const char *settle(void)
{
	bool is_restless;

	list_files_look(&files, &is_restless);
	return list_files_look(&files, &is_restless);
}

static void file_at_rest_is_read_again_and_again(void **state)
{
	bool is_restless;

	(void)state;
	assert_int_equal(files.count, 2);
	assert_null(list_files_look(&files, &is_restless));
	assert_false(is_restless);
}

static void file_that_is_being_written_is_read(void **state)
{
	bool is_restless;

	(void)state;
	write_file(path, "one\ntw");
	assert_null(list_files_look(&files, &is_restless));
	assert_true(is_restless);
	write_file(path, "one\ntwo\n");
	assert_null(list_files_look(&files, &is_restless));
	assert_true(is_restless);
	assert_string_equal(list_files_look(&files, &is_restless), path);
	assert_false(is_restless);
}

static void rename_of_a_file_as_large_and_as_old_is_overlooked(void **state)
{
	char command[512];

	(void)state;
	snprintf(command, sizeof(command), "cp -p %s %s && mv %s %s", path, fresh, fresh, path);
	assert_int_equal(system(command), 0);
	assert_string_equal(settle(), path);
}

static void file_that_is_gone_counts_as_changed(void **state)
{
	(void)state;
	unlink(path);
	assert_null(settle());
	write_file(path, "back\n");
	assert_string_equal(settle(), path);
}

static void file_that_was_refused_is_tried_without_end(void **state)
{
	(void)state;
	write_file(other, "garbage\n");
	assert_string_equal(settle(), other);
	list_files_accept(&files);
	assert_null(settle());
	write_file(other, "better now\n");
	assert_string_equal(settle(), other);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(file_at_rest_is_read_again_and_again, begin, end),
		cmocka_unit_test_setup_teardown(file_that_is_being_written_is_read, begin, end),
		cmocka_unit_test_setup_teardown(
			rename_of_a_file_as_large_and_as_old_is_overlooked, begin, end),
		cmocka_unit_test_setup_teardown(file_that_is_gone_counts_as_changed, begin, end),
		cmocka_unit_test_setup_teardown(
			file_that_was_refused_is_tried_without_end, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
