/* SPDX-License-Identifier: Apache-2.0 */
#include "commands/options.h"

#include "base/log.h"
#include "commands/commands.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define WORDS_MAX 16

struct run {
	struct config config;
	char **paths;
	size_t path_count;
	FILE *log;
	char *text;
	size_t length;
};

static int begin(void **state)
{
	struct run *run = calloc(1, sizeof(*run));

	run->log = open_memstream(&run->text, &run->length);
	log_set_stream(run->log);
	*state = run;
	return 0;
}

static int end(void **state)
{
	struct run *run = *state;

	log_set_stream(NULL);
	log_set_quiet(false);
	config_done(&run->config);
	fclose(run->log);
	free(run->text);
	free(run);
	return 0;
}

/* Parses the words of `line`, which single blanks part. */
static int parse(struct run *run, const char *line)
{
	static char words[512], name[] = "replay";
	static char *argv[WORDS_MAX + 2];
	int argc = 1;

	config_done(&run->config);
	snprintf(words, sizeof(words), "%s", line);
	argv[0] = name;
	for (char *word = strtok(words, " "); word && argc <= WORDS_MAX; word = strtok(NULL, " "))
		argv[argc++] = word;
	argv[argc] = NULL;
	return options_parse(argc, argv, "replay", &run->config, &run->paths, &run->path_count);
}

static void expect_log(struct run *run, const char *text)
{
	fflush(run->log);
	assert_string_equal(run->text, text);
}

static void options_may_stand_before_between_and_behind_paths(void **state)
{
	struct run *run = *state;

	assert_int_equal(parse(run, "a -w 10.0.0.0/8=x b --quiet -- -c"), 0);
	assert_int_equal(run->path_count, 3);
	assert_string_equal(run->paths[0], "a");
	assert_string_equal(run->paths[1], "b");
	assert_string_equal(run->paths[2], "-c");
	assert_int_equal(run->config.watch.count, 1);
	assert_true(run->config.quiet);
}

static void lone_dash_is_standard_input_and_no_option(void **state)
{
	struct run *run = *state;

	assert_int_equal(parse(run, "-"), 0);
	assert_int_equal(run->path_count, 1);
	assert_string_equal(run->paths[0], "-");
}

static void clustered_switches_do_not_overrun_the_list_of_options(void **state)
{
	assert_int_equal(
		parse(*state, "-qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq"), 0);
}

static void command_line_goes_over_the_file_whatever_the_order(void **state)
{
	struct run *run = *state;
	char path[] = "/tmp/surgetap-options-XXXXXX", line[128];
	int file = mkstemp(path);
	static const char text[] = "workers: 4\ndrain: 5\nwatch: [10.0.0.0/8=file, 11.0.0.0/8]\n";

	assert_true(file >= 0);
	assert_int_equal(write(file, text, strlen(text)), (ssize_t)strlen(text));
	close(file);
	snprintf(line, sizeof(line), "--workers 2 -w 12.0.0.0/8=line -c %s", path);
	assert_int_equal(parse(run, line), 0);
	unlink(path);
	assert_int_equal(run->config.workers, 2);
	assert_int_equal(run->config.drain, 5);
	assert_int_equal(run->config.watch.count, 1);
	assert_string_equal(run->config.watch.items[0], "12.0.0.0/8=line");
}

static void repeated_list_adds_and_repeated_value_wins_last(void **state)
{
	struct run *run = *state;

	assert_int_equal(parse(run, "-w 10.0.0.0/8 --drain 1 -w fe80::/10=b --drain 2"), 0);
	assert_int_equal(run->config.watch.count, 2);
	assert_string_equal(run->config.watch.items[1], "fe80::/10=b");
	assert_int_equal(run->config.drain, 2);
}

static void slip_in_a_prefix_is_told_once_for_all(void **state)
{
	struct run *run = *state;

	assert_int_equal(parse(run, "-w 10.1.2.3/8=a -w 11.0.0.0/8 -w 11.0.0.1"), 0);
	expect_log(run, "surgetap: warning: watch: '10.1.2.3/8=a' is taken as 10.0.0.0/8\n");
	assert_int_equal(parse(run, "-w 12.0.0.0/8 -w 2001:db8::1/32 -w 13.0.0.1/8"), 0);
	expect_log(run, "surgetap: warning: watch: '10.1.2.3/8=a' is taken as 10.0.0.0/8\n"
			"surgetap: warning: watch: '2001:db8::1/32' is taken as 2001:db8::/32, "
			"and 1 more like it\n");
}

static void bad_value_is_a_usage_error_told_in_one_line(void **state)
{
	assert_int_equal(parse(*state, "-w 10.0.0.0/99 a"), STATUS_USAGE);
	expect_log(*state, "surgetap: --watch: '10.0.0.0/99' is no CIDR such as 175.45.176.0/22\n");
}

static void password_on_the_command_line_is_not_logged(void **state)
{
	struct run *run = *state;

	assert_int_equal(parse(run, "--redis http://ann:s3cret@host/ a"), STATUS_USAGE);
	fflush(run->log);
	assert_non_null(strstr(run->text, "--redis"));
	assert_null(strstr(run->text, "s3cret"));
}

static void missing_config_file_is_not_taken_for_a_usage_error(void **state)
{
	assert_int_equal(parse(*state, "-c /nonexistent a"), STATUS_CONFIG);
	expect_log(*state, "surgetap: /nonexistent: No such file or directory\n");
}

static void later_bad_option_does_not_hide_behind_a_good_one(void **state)
{
	assert_int_equal(parse(*state, "--drain 5 --drain never a"), STATUS_USAGE);
	expect_log(*state, "surgetap: --drain: 'never' is not a whole number from 0 to 86400\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			options_may_stand_before_between_and_behind_paths, begin, end),
		cmocka_unit_test_setup_teardown(
			lone_dash_is_standard_input_and_no_option, begin, end),
		cmocka_unit_test_setup_teardown(
			clustered_switches_do_not_overrun_the_list_of_options, begin, end),
		cmocka_unit_test_setup_teardown(
			command_line_goes_over_the_file_whatever_the_order, begin, end),
		cmocka_unit_test_setup_teardown(
			repeated_list_adds_and_repeated_value_wins_last, begin, end),
		cmocka_unit_test_setup_teardown(slip_in_a_prefix_is_told_once_for_all, begin, end),
		cmocka_unit_test_setup_teardown(
			bad_value_is_a_usage_error_told_in_one_line, begin, end),
		cmocka_unit_test_setup_teardown(
			password_on_the_command_line_is_not_logged, begin, end),
		cmocka_unit_test_setup_teardown(
			missing_config_file_is_not_taken_for_a_usage_error, begin, end),
		cmocka_unit_test_setup_teardown(
			later_bad_option_does_not_hide_behind_a_good_one, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
