/* SPDX-License-Identifier: Apache-2.0 */
#include "base/log.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct capture {
	FILE *stream;
	char *text;
	size_t length;
};

static int begin(void **state)
{
	struct capture *capture = calloc(1, sizeof(*capture));

	capture->stream = open_memstream(&capture->text, &capture->length);
	log_set_stream(capture->stream);
	log_set_quiet(false);
	*state = capture;
	return 0;
}

static int end(void **state)
{
	struct capture *capture = *state;

	log_set_stream(NULL);
	fclose(capture->stream);
	free(capture->text);
	free(capture);
	return 0;
}

static void expect_text(struct capture *capture, const char *text)
{
	fflush(capture->stream);
	assert_string_equal(capture->text, text);
}

static void name_from_traffic_cannot_forge_a_line_or_move_the_cursor(void **state)
{
	log_error("sni %s", "a\nsurgetap: all is well\033[2J\xff");
	expect_text(*state, "surgetap: sni a\\x0asurgetap: all is well\\x1b[2J\\xff\n");
}

static void levels_are_told_apart_without_colour(void **state)
{
	log_error("%d", 1);
	log_warn("%d", 2);
	log_info("%d", 3);
	expect_text(*state, "surgetap: 1\nsurgetap: warning: 2\nsurgetap: 3\n");
}

static void quiet_keeps_errors_and_warnings(void **state)
{
	log_set_quiet(true);
	log_error("a");
	log_warn("b");
	log_info("c");
	expect_text(*state, "surgetap: a\nsurgetap: warning: b\n");
}

static void endless_text_is_cut_and_still_one_line(void **state)
{
	struct capture *capture = *state;
	char *text = malloc(100000);

	memset(text, 'x', 99999);
	text[99999] = '\0';
	log_error("%s", text);
	free(text);
	fflush(capture->stream);
	assert_true(capture->length < LOG_LINE_SIZE + 16);
	assert_ptr_equal(strchr(capture->text, '\n'), capture->text + capture->length - 1);
}

static void repeated_warning_does_not_flood_and_is_counted(void **state)
{
	struct log_limit limit = {0};

	for (int i = 0; i < 1000; i++)
		log_limited(&limit, "again %d", i);
	expect_text(*state, "surgetap: warning: again 0\n");
	assert_int_equal(limit.suppressed, 999);

	limit.last_s -= 60; /* a minute later */
	log_limited(&limit, "again");
	expect_text(*state,
		"surgetap: warning: again 0\nsurgetap: warning: again (999 more like this)\n");
	assert_int_equal(limit.suppressed, 0);
}

static void limits_of_two_places_do_not_hide_each_other(void **state)
{
	struct log_limit one = {0}, other = {0};

	log_limited(&one, "a");
	log_limited(&other, "b");
	expect_text(*state, "surgetap: warning: a\nsurgetap: warning: b\n");
}

static void status_line_never_reaches_a_file(void **state)
{
	assert_false(log_has_status());
	log_set_status("50 %");
	log_error("a");
	log_set_status(NULL);
	expect_text(*state, "surgetap: a\n");
}

#define THREADS 4
#define LINES 200

static void *write_lines(void *argument)
{
	for (int i = 0; i < LINES; i++)
		log_error("%s", (const char *)argument);
	return NULL;
}

static void lines_of_several_threads_do_not_mix(void **state)
{
	static char words[THREADS][32] = {"aaaaaaaaaaaaaaaaaaaaaaaa", "bbbbbbbbbbbbbbbbbbbbbbbb",
		"cccccccccccccccccccccccc", "dddddddddddddddddddddddd"};
	struct capture *capture = *state;
	pthread_t threads[THREADS];
	size_t lines = 0;

	for (size_t i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, write_lines, words[i]), 0);
	for (size_t i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	fflush(capture->stream);
	for (char *line = strtok(capture->text, "\n"); line; line = strtok(NULL, "\n"), lines++) {
		assert_int_equal(strlen(line), 34);
		assert_int_equal(strspn(line + 10, (char[]){line[10], '\0'}), 24);
	}
	assert_int_equal(lines, THREADS * LINES);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			name_from_traffic_cannot_forge_a_line_or_move_the_cursor, begin, end),
		cmocka_unit_test_setup_teardown(levels_are_told_apart_without_colour, begin, end),
		cmocka_unit_test_setup_teardown(quiet_keeps_errors_and_warnings, begin, end),
		cmocka_unit_test_setup_teardown(endless_text_is_cut_and_still_one_line, begin, end),
		cmocka_unit_test_setup_teardown(
			repeated_warning_does_not_flood_and_is_counted, begin, end),
		cmocka_unit_test_setup_teardown(
			limits_of_two_places_do_not_hide_each_other, begin, end),
		cmocka_unit_test_setup_teardown(status_line_never_reaches_a_file, begin, end),
		cmocka_unit_test_setup_teardown(lines_of_several_threads_do_not_mix, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
