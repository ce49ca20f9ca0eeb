/* SPDX-License-Identifier: Apache-2.0 */
#include "publish/file_sink.h"

#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "publish_folder.h"

static void sink_empties_or_appends(void **state)
{
	(void)state;
	for (int round = 0; round < 3; round++) {
		struct file_sink *sink;
		assert_int_equal(file_sink_open(path_of("lines"), round == 1, &sink), 0);
		file_sink_put(sink, round == 0 ? "first" : "second", false);
		file_sink_close(sink);
		if (round == 1) {
			char *text = take_file("lines");
			assert_string_equal(text, "first\nsecond\n");
			free(text);
		}
	}
	char *text = take_file("lines");
	assert_string_equal(text, "second\n");
	free(text);
}

static void flushed_line_is_there_before_the_call_returns(void **state)
{
	(void)state;
	struct file_sink *sink;
	struct stat status;
	assert_int_equal(file_sink_open(path_of("lines"), false, &sink), 0);
	file_sink_put(sink, "held", false);
	assert_int_equal(stat(path_of("lines"), &status), 0);
	assert_int_equal(status.st_size, 0);
	file_sink_put(sink, "alert", true);
	assert_int_equal(stat(path_of("lines"), &status), 0);
	assert_int_equal(status.st_size, 11);
	file_sink_close(sink);
	free(take_file("lines"));
}

/* A file that may not grow beyond 20 bytes is a full disk that any user can make. */
static void full_disk_tears_one_line_and_no_other(void **state)
{
	(void)state;
	struct file_sink *sink;
	struct rlimit before, small;
	assert_int_equal(file_sink_open(path_of("lines"), false, &sink), 0);
	file_sink_put(sink, "0123456789", true);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	small = (struct rlimit){20, before.rlim_max};
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	file_sink_put(sink, "this line is torn", true);
	file_sink_put(sink, "this one is lost", true);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	assert_int_equal(file_sink_lost(sink), 2);
	file_sink_put(sink, "whole again", true);
	assert_int_equal(file_sink_lost(sink), 2);
	file_sink_close(sink);
	char *text = take_file("lines");
	assert_string_equal(text, "0123456789\nthis line\nwhole again\n");
	free(text);
}

static void line_beyond_the_limit_is_lost_and_counted(void **state)
{
	(void)state;
	struct file_sink *sink;
	char *line = malloc(300000);
	assert_non_null(line);
	memset(line, 'x', 299999);
	line[299999] = '\0';
	assert_int_equal(file_sink_open(path_of("lines"), false, &sink), 0);
	file_sink_put(sink, line, false);
	file_sink_put(sink, "short", false);
	assert_int_equal(file_sink_lost(sink), 1);
	file_sink_close(sink);
	free(line);
	char *text = take_file("lines");
	assert_string_equal(text, "short\n");
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sink_empties_or_appends),
		cmocka_unit_test(flushed_line_is_there_before_the_call_returns),
		cmocka_unit_test(full_disk_tears_one_line_and_no_other),
		cmocka_unit_test(line_beyond_the_limit_is_lost_and_counted),
	};
	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
