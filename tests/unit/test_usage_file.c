/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "report/usage_file.h"

#define HOUR_S 3600
#define MONDAY_MS "1772409600000" /* 2026-03-02 */
#define MONDAY_S INT64_C(1772409600)

static int64_t read_text(const char *text, struct book **ret_book, struct usage_file_fault *fault)
{
	FILE *file = fmemopen((void *)(uintptr_t)text, strlen(text), "r");
	assert_non_null(file);
	assert_int_equal(book_new(HOUR_S, ret_book), 0);
	*fault = (struct usage_file_fault){0};
	int64_t taken = usage_file_read(file, *ret_book, fault);
	fclose(file);
	return taken;
}

#define LINE(range, time, scale, more)                                                             \
	"{\"event_type\":\"usage\",\"range\":\"" range "\",\"time_ms\":" time                      \
	",\"scale_seconds\":" scale "," more "}\n"

static void counts_of_minutes_add_up_and_hosts_do_not(void **state)
{
	struct usage_file_fault fault;
	struct book *book;
	(void)state;
	assert_int_equal(
		read_text(LINE("a", MONDAY_MS, "60",
				  "\"vpn_flows\":3,\"vpn_hosts\":2,\"all_flows\":9,\"all_hosts\":5,"
				  "\"coverage\":1") "\n" LINE("a", "1772409660000", "60",
				  "\"vpn_flows\":5,\"vpn_hosts\":4,\"all_flows\":9,"
				  "\"all_hosts\":5,\"coverage\":0.5"),
			&book, &fault),
		2);
	const struct book_range *range = book_find(book, "a");
	assert_non_null(range);
	assert_int_equal(range->slots, 1);
	int vpn = book_find_column(book, "vpn");
	assert_true(vpn > 0);
	struct book_cell cell = book_cell(range, (size_t)vpn, 0);
	assert_true(cell.flows == 8 && cell.hosts == 6);
	assert_true(range->seen[0].host_buckets == 2 && range->seen[0].seconds == 90);
	assert_int_equal(book_bucket_s(book), 60);
	book_free(book);
}

static void a_bucket_that_comes_twice_counts_once(void **state)
{
	struct usage_file_fault fault;
	struct book *book;
	(void)state;
	assert_int_equal(
		read_text(LINE("a", MONDAY_MS, "60", "\"vpn_flows\":3,\"vpn_hosts\":2") LINE(
				  "a", "1772409660000", "60", "\"vpn_flows\":3,\"vpn_hosts\":2")
				  LINE("a", MONDAY_MS, "60", "\"vpn_flows\":3,\"vpn_hosts\":2")
					  LINE("a", "1772409660000", "60", "\"vpn_flows\":9"),
			&book, &fault),
		4);
	const struct book_range *range = book_find(book, "a");
	assert_true(book_cell(range, 1, 0).flows == 6 && book_cell(range, 1, 0).hosts == 4);
	assert_true(range->seen[0].seconds == 120 && range->seen[0].host_buckets == 2);
	assert_int_equal(book_repeated(book), 2);
	book_free(book);
}

static void a_bucket_cut_in_two_is_the_sum_of_its_halves(void **state)
{
	struct usage_file_fault fault;
	struct book *book;
	(void)state;
	assert_int_equal(
		read_text(LINE("a", MONDAY_MS, "3600", "\"vpn_flows\":3,\"coverage\":0.4") LINE(
				  "a", MONDAY_MS, "3600", "\"vpn_flows\":5,\"coverage\":0.6")
				  LINE("a", MONDAY_MS, "3600", "\"vpn_flows\":7,\"coverage\":0.6"),
			&book, &fault),
		3);
	assert_true(book_cell(book_find(book, "a"), 1, 0).flows == 8);
	assert_int_equal(book_repeated(book), 1);
	book_free(book);
}

static void hours_without_a_line_were_not_seen(void **state)
{
	struct usage_file_fault fault;
	struct book *book;
	(void)state;
	assert_int_equal(read_text(LINE("a", MONDAY_MS, "3600", "\"vpn_flows\":1")
					   LINE("a", "1772424000000", "3600", "\"vpn_flows\":1"),
				 &book, &fault),
		2);
	const struct book_range *range = book_find(book, "a");
	assert_int_equal(range->slots, 5);
	assert_true(range->seen[0].seconds == HOUR_S && range->seen[2].seconds == 0);
	assert_int_equal(range->first_s, MONDAY_S);
	book_free(book);
}

static void hosts_of_a_bucket_hardly_seen_do_not_count(void **state)
{
	struct usage_file_fault fault;
	struct book *book;
	(void)state;
	assert_int_equal(read_text(LINE("a", MONDAY_MS, "3600",
					   "\"vpn_flows\":4,\"vpn_hosts\":4,\"coverage\":0.4"),
				 &book, &fault),
		1);
	const struct book_range *range = book_find(book, "a");
	struct book_cell cell = book_cell(range, (size_t)book_find_column(book, "vpn"), 0);
	assert_true(cell.flows == 4 && cell.hosts == 0 && range->seen[0].host_buckets == 0);
	book_free(book);
}

/* Two lines with 32 techniques, 200 years apart. */
static void few_lines_take_gigabytes(void **state)
{
	struct usage_file_fault fault;
	struct book *book;
	char text[8192];
	size_t used = 0;
	(void)state;
	for (int line = 0; line < 2; line++) {
		used += (size_t)snprintf(text + used, sizeof text - used,
			"{\"event_type\":\"usage\",\"range\":\"a\",\"scale_seconds\":3600,"
			"\"time_ms\":%s",
			line == 0 ? MONDAY_MS : "8085398400000");
		for (int i = 0; i < 32; i++)
			used += (size_t)snprintf(
				text + used, sizeof text - used, ",\"t%d_flows\":1", i);
		used += (size_t)snprintf(text + used, sizeof text - used, "}\n");
	}
	assert_int_equal(read_text(text, &book, &fault), -EINVAL);
	assert_int_equal(fault.line, 2);
	assert_non_null(strstr(fault.text, "more than can be held"));
	assert_int_equal(book_range(book, 0)->slots, 1);
	book_free(book);
}

static void line_without_end_takes_all_memory(void **state)
{
	struct usage_file_fault fault;
	struct book *book;
	char *text = malloc(3 << 20);
	(void)state;
	memset(text, ' ', 3 << 20);
	text[(3 << 20) - 1] = '\0';
	assert_int_equal(read_text(text, &book, &fault), -EINVAL);
	assert_int_equal(fault.line, 1);
	assert_string_equal(fault.text, "longer than 1 MiB");
	book_free(book);
	free(text);
}

static void wrong_lines_are_refused_by_number(void **state)
{
	static const char *const wrong[] = {
		"{\"event_type\":\n",
		"[]\n",
		"{\"event_type\":\"usage\",\"range\":\"a\",\"scale_seconds\":3600}\n",
		"{\"event_type\":\"usage\",\"range\":7,\"time_ms\":1,\"scale_seconds\":3600}\n",
		LINE("a", "1.5", "3600", "\"vpn_flows\":1"),
		LINE("a", MONDAY_MS, "60", "\"vpn_flows\":1"), /* another scale */
		LINE("a", MONDAY_MS, "0", "\"vpn_flows\":1"),
		LINE("a", MONDAY_MS, "99999999999", "\"vpn_flows\":1"),
		LINE("a", "-1000", "3600", "\"vpn_flows\":1"),
		LINE("a", "9223372036854775807", "3600", "\"vpn_flows\":1"),
		LINE("a", "253402300800000", "3600", "\"vpn_flows\":1"),
		LINE("a", "253402297200000", "3600",
			"\"vpn_flows\":1"),                            /* too many hours between */
		LINE("a", "1772406000000", "3600", "\"vpn_flows\":1"), /* before the first one */
		LINE("a", MONDAY_MS, "3600", "\"vpn_flows\":1,\"coverage\":1.5"),
		LINE("a", MONDAY_MS, "3600", "\"vpn_flows\":1,\"vpn_flows\":2"),
	};
	(void)state;
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		struct usage_file_fault fault;
		struct book *book;
		char text[1024];
		snprintf(text, sizeof text, "%s%s", LINE("a", MONDAY_MS, "3600", "\"vpn_flows\":1"),
			wrong[i]);
		if (read_text(text, &book, &fault) != -EINVAL || fault.line != 2 || !fault.text)
			fail_msg("not refused: %s", wrong[i]);
		assert_true(book_cell(book_find(book, "a"), 1, 0).flows == 1);
		book_free(book);
	}
}

static void lines_of_other_records_are_passed_over(void **state)
{
	struct usage_file_fault fault;
	struct book *book;
	(void)state;
	assert_int_equal(read_text("{\"event_type\":\"alert\"}\n  \n", &book, &fault), 0);
	assert_int_equal(book_ranges(book), 0);
	book_free(book);
}

static void more_techniques_than_fit_are_an_error_and_no_overflow(void **state)
{
	struct usage_file_fault fault;
	struct book *book;
	char text[8192];
	size_t length = (size_t)snprintf(text, sizeof text,
		"{\"event_type\":\"usage\",\"range\":\"a\",\"time_ms\":0,\"scale_seconds\":3600");
	(void)state;
	for (int i = 0; i < BOOK_COLUMNS_MAX + 1; i++)
		length += (size_t)snprintf(
			text + length, sizeof text - length, ",\"t%d_flows\":1", i);
	snprintf(text + length, sizeof text - length, "}\n");
	assert_int_equal(read_text(text, &book, &fault), -EINVAL);
	book_free(book);
}

static void names_of_ranges_are_cleaned(void **state)
{
	struct usage_file_fault fault;
	struct book *book;
	(void)state;
	assert_int_equal(
		read_text(LINE("a\\u001b\\u202e", "0", "3600", "\"vpn_flows\":1"), &book, &fault),
		1);
	assert_string_equal(book_range(book, 0)->name, "a\\x1b\\xe2\\x80\\xae");
	book_free(book);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts_of_minutes_add_up_and_hosts_do_not),
		cmocka_unit_test(a_bucket_that_comes_twice_counts_once),
		cmocka_unit_test(a_bucket_cut_in_two_is_the_sum_of_its_halves),
		cmocka_unit_test(hours_without_a_line_were_not_seen),
		cmocka_unit_test(hosts_of_a_bucket_hardly_seen_do_not_count),
		cmocka_unit_test(few_lines_take_gigabytes),
		cmocka_unit_test(line_without_end_takes_all_memory),
		cmocka_unit_test(wrong_lines_are_refused_by_number),
		cmocka_unit_test(lines_of_other_records_are_passed_over),
		cmocka_unit_test(more_techniques_than_fit_are_an_error_and_no_overflow),
		cmocka_unit_test(names_of_ranges_are_cleaned),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
