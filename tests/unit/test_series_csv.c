/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands/series_csv.h"
#include "commands/series_table.h"

static struct series_csv csv;
static struct series_csv_fault fault;
static struct series_row row;
static FILE *file;

/* Opens `text`, whose bytes may hold NUL, and reads the header. */
static int begin(const char *text, size_t length)
{
	if (file != NULL)
		fclose(file);
	file = fmemopen((void *)(uintptr_t)text, length > 0 ? length : 1, "r");
	assert_non_null(file);
	if (length == 0)
		fgetc(file);
	memset(&fault, 0, sizeof fault);
	return series_csv_init(&csv, file, &fault);
}

static int close_file(void **state)
{
	(void)state;
	if (file != NULL)
		fclose(file);
	file = NULL;
	return 0;
}

static int next(void)
{
	return series_csv_next(&csv, &row, &fault);
}

static const struct {
	const char *what, *text;
	uint64_t line, column; /* of the fault */
	const char *says;      /* part of it */
} faults[] = {
	{"time is text", "a,now,1\n", 2, 3, "time is not a number"},
	{"time is negative", "a,-60,1\n", 2, 3, "0 to 2^40"},
	{"time has a fraction", "a,0.5,1\n", 2, 3, "whole seconds"},
	{"time is beyond all calendars", "a,1e300,1\n", 2, 3, "0 to 2^40"},
	{"count is NaN", "a,0,nan\n", 2, 5, "count is not a number"},
	{"count is infinite", "a,0,inf\n", 2, 5, "count is not a number"},
	{"count overflows a double", "a,0,1e999\n", 2, 5, "count is not a number"},
	{"count is hexadecimal", "a,0,0x10\n", 2, 5, "count is not a number"},
	{"count is empty", "a,0,\n", 2, 5, "count is not a number"},
	{"count begins with a space", "a,0, 5\n", 2, 5, "count is not a number"},
	{"count is negative", "a,0,-1\n", 2, 5, "0 to 2^53"},
	{"count is above 2^53", "a,0,9007199254740994\n", 2, 5, "0 to 2^53"},
	{"rest is text", "a,0,1,x\n", 2, 7, "rest is not a number"},
	{"coverage is above 1", "a,0,1,2,1.5\n", 2, 9, "0 to 1"},
	{"fields are missing", "a,0\n", 2, 4, "missing"},
	{"the last fields are missing", "a,0,1,2\n", 2, 8, "missing"},
	{"a field too many", "a,0,1,2,1,9\n", 2, 11, "more fields"},
	{"no name", ",0,1\n", 2, 1, "no name"},
	{"a NUL byte is not the end of the line", "a,0\0,1\n", 2, 4, "NUL"},
	{"open quotes", "\"a,0,1\n", 2, 1, "quotes"},
	{"text after quotes", "\"a\"b,0,1\n", 2, 1, "quotes"},
	{"the second row", "a,0,1,2,1\nb,0,z,2,1\n", 3, 5, "count"},
};

static void fault_names_line_column_and_reason(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
		static const char HEADER[] = "series,time,count,rest,coverage\n";
		char text[256];
		size_t head = strlen(HEADER);
		memcpy(text, HEADER, head);
		const char *from = faults[i].text;
		size_t length = (size_t)(strrchr(from, '\n') != NULL ? strlen(from) : 7);
		memcpy(text + head, from, length);
		assert_int_equal(begin(text, head + length), 0);
		int r;
		do
			r = next();
		while (r > 0);
		print_message("# %s: %s\n", faults[i].what, fault.text);
		assert_int_equal(r, -EINVAL);
		assert_int_equal(fault.line, faults[i].line);
		assert_int_equal(fault.column, faults[i].column);
		assert_non_null(strstr(fault.text, faults[i].says));
	}
}

static void wrong_header_is_refused(void **state)
{
	(void)state;
	static const char *const HEADERS[] = {"", "\n", "time,series,count\n", "series,time\n",
		"series,time,count,coverage\n", "series,time,count,rest,coverage,more\n", "a,0,1\n",
		"series;time;count\n", "Series,time,count\n"};
	for (size_t i = 0; i < sizeof HEADERS / sizeof HEADERS[0]; i++) {
		assert_int_equal(begin(HEADERS[i], strlen(HEADERS[i])), -EINVAL);
		assert_true(fault.line <= 1);
	}
}

static void optional_columns_have_defaults(void **state)
{
	(void)state;
	static const char SHORT[] = "series,time,count\nx,60,5\n";
	assert_int_equal(begin(SHORT, strlen(SHORT)), 0);
	assert_int_equal(next(), 1);
	assert_true(isnan(row.rest));
	assert_true(row.coverage == 1.0);
	static const char EMPTY[] = "series,time,count,rest,coverage\nx,60,5,,\nx,120,5,7,.5\n";
	assert_int_equal(begin(EMPTY, strlen(EMPTY)), 0);
	assert_int_equal(next(), 1);
	assert_true(isnan(row.rest));
	assert_true(row.coverage == 1.0);
	assert_int_equal(next(), 1);
	assert_true(row.rest == 7.0);
	assert_true(row.coverage == 0.5);
	assert_int_equal(next(), 0);
}

static void line_ends_quotes_and_byte_order_mark_are_no_data(void **state)
{
	(void)state;
	static const char TEXT[] =
		"\xef\xbb\xbfseries,time,count\r\n\r\n\"a,\"\"b\",0,9007199254740992\r\nc,0,2.5";
	assert_int_equal(begin(TEXT, strlen(TEXT)), 0);
	assert_int_equal(next(), 1);
	assert_int_equal(row.name_length, 4);
	assert_memory_equal(row.name, "a,\"b", 4);
	assert_true(row.count == 0x1p53);
	assert_int_equal(next(), 1);
	assert_int_equal(row.name_length, 1);
	assert_true(row.count == 2.5);
	assert_int_equal(next(), 0);
}

static void rows_survive_the_edge_of_the_buffer(void **state)
{
	(void)state;
	const size_t rows = 20000;
	char *text = malloc(rows * 32 + 32);
	assert_non_null(text);
	size_t length = (size_t)sprintf(text, "series,time,count\n");
	for (size_t i = 0; i < rows; i++)
		length += (size_t)sprintf(text + length, "s%zu,%zu,%zu\n", i % 97, i * 60, i);
	assert_int_equal(begin(text, length), 0);
	for (size_t i = 0; i < rows; i++) {
		assert_int_equal(next(), 1);
		assert_true(row.count == (double)i);
		assert_int_equal(row.time_s, i * 60);
	}
	assert_int_equal(next(), 0);
	assert_int_equal(csv.line, rows + 1);
	free(text);
}

static void endless_line_is_refused_without_reading_it_all(void **state)
{
	(void)state;
	size_t length = 300000;
	char *text = malloc(length);
	assert_non_null(text);
	memset(text, 'x', length);
	memcpy(text, "series,time,count\n", 18);
	assert_int_equal(begin(text, length), 0);
	assert_int_equal(next(), -EINVAL);
	assert_int_equal(fault.line, 2);
	assert_non_null(strstr(fault.text, "longer"));
	assert_true(ftell(file) < 200000);
	free(text);
}

static void table_finds_what_it_holds_while_growing(void **state)
{
	(void)state;
	struct series_table table;
	assert_int_equal(series_table_init(&table, 16, 7), 0);
	struct series_entry *first[5000];
	char name[16];
	for (int i = 0; i < 5000; i++) {
		size_t length = (size_t)sprintf(name, "n%d", i);
		assert_int_equal(series_table_get(&table, name, length, &first[i]), 1);
	}
	for (int i = 0; i < 5000; i++) {
		struct series_entry *again;
		size_t length = (size_t)sprintf(name, "n%d", i);
		assert_int_equal(series_table_get(&table, name, length, &again), 0);
		assert_ptr_equal(again, first[i]);
	}
	struct series_entry *prefix;
	assert_int_equal(series_table_get(&table, "n1", 1, &prefix), 1);
	assert_int_equal(table.count, 5001);
	series_table_done(&table);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fault_names_line_column_and_reason),
		cmocka_unit_test(wrong_header_is_refused),
		cmocka_unit_test(optional_columns_have_defaults),
		cmocka_unit_test(line_ends_quotes_and_byte_order_mark_are_no_data),
		cmocka_unit_test(rows_survive_the_edge_of_the_buffer),
		cmocka_unit_test(endless_line_is_refused_without_reading_it_all),
		cmocka_unit_test(table_finds_what_it_holds_while_growing),
	};
	return cmocka_run_group_tests(tests, NULL, close_file);
}
