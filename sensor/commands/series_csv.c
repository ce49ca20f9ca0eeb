/* SPDX-License-Identifier: Apache-2.0 */
#include "commands/series_csv.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char *const COLUMNS[] = {"series", "time", "count", "rest", "coverage"};
#define COLUMNS_MIN 3
#define COLUMNS_MAX (sizeof COLUMNS / sizeof COLUMNS[0])

/* One line being taken apart; `at` is the byte after the last field taken. */
struct cursor {
	char *line, *start, *at, *end; /* `start` is after a byte order mark */
	const char *fault;
	char *fault_at;
};

struct field {
	char *start, *end;
};

static int fail(struct cursor *cursor, char *at, const char *fault)
{
	cursor->fault = fault;
	cursor->fault_at = at;
	return -EINVAL;
}

/* Reads until the buffer holds a line. Returns 1 with `ret_end` on its line feed or on the end of
 * the file, 0 at the end, or -EIO; a line that does not fit ends at the end of the buffer. */
static int fill(struct series_csv *csv, char **ret_end)
{
	size_t searched = csv->at;
	for (;;) {
		char *end = memchr(csv->buffer + searched, '\n', csv->filled - searched);
		if (end != NULL) {
			*ret_end = end;
			return 1;
		}
		searched = csv->filled - csv->at;
		memmove(csv->buffer, csv->buffer + csv->at, searched);
		csv->at = 0;
		csv->filled = searched;
		size_t room = sizeof csv->buffer - 1 - csv->filled;
		size_t bytes = fread(csv->buffer + csv->filled, 1, room, csv->file);
		csv->filled += bytes;
		csv->bytes += bytes;
		if (bytes > 0)
			continue;
		*ret_end = csv->buffer + csv->filled;
		return ferror(csv->file) ? -EIO : csv->filled > 0;
	}
}

/* The next line without its end. Returns 1, 0 at the end of the file, or an error. */
static int read_line(struct series_csv *csv, struct cursor *ret_cursor)
{
	char *end;
	*ret_cursor = (struct cursor){0};
	int r = fill(csv, &end);
	if (r <= 0)
		return r;
	char *start = csv->buffer + csv->at;
	size_t next = (size_t)(end - csv->buffer) + 1;
	csv->at = next < csv->filled ? next : csv->filled;
	csv->line++;
	if (end > start && end[-1] == '\r')
		end--;
	*end = '\0';
	*ret_cursor = (struct cursor){.line = start, .start = start, .at = start, .end = end};
	if (end - start > SERIES_CSV_LINE_MAX)
		return fail(ret_cursor, NULL, "the line is longer than 4096 bytes");
	char *nul = memchr(start, '\0', (size_t)(end - start));
	if (nul != NULL)
		return fail(ret_cursor, nul, "a NUL byte");
	if (csv->line == 1 && strncmp(start, "\xef\xbb\xbf", 3) == 0)
		ret_cursor->start = ret_cursor->at = start + 3;
	return 1;
}

/* Takes a quoted field: quotes inside are doubled. */
static int take_quoted(struct cursor *cursor, struct field *ret_field)
{
	char *in = cursor->at + 1, *out = in;
	ret_field->start = in;
	for (; in < cursor->end; in++) {
		if (*in == '"' && *++in != '"')
			break;
		if (in >= cursor->end)
			break;
		*out++ = *in;
	}
	if (in > cursor->end || in[-1] != '"' || (in < cursor->end && *in != ','))
		return fail(cursor, cursor->at, "the quotes do not end the field");
	ret_field->end = out;
	cursor->at = in + 1;
	return 1;
}

/* Takes the next field. Returns 1, 0 when there is none, or -EINVAL. */
static int take_field(struct cursor *cursor, struct field *ret_field)
{
	if (cursor->at > cursor->end)
		return 0;
	if (*cursor->at == '"')
		return take_quoted(cursor, ret_field);
	char *comma = memchr(cursor->at, ',', (size_t)(cursor->end - cursor->at));
	ret_field->start = cursor->at;
	ret_field->end = comma != NULL ? comma : cursor->end;
	cursor->at = ret_field->end + 1;
	return 1;
}

static int parse_header(struct series_csv *csv, struct cursor *cursor)
{
	struct field field;
	uint32_t count = 0;
	int r;
	while ((r = take_field(cursor, &field)) > 0) {
		size_t length = (size_t)(field.end - field.start);
		if (count == COLUMNS_MAX || length != strlen(COLUMNS[count]) ||
			memcmp(field.start, COLUMNS[count], length) != 0)
			return fail(cursor, field.start,
				"the header must be series,time,count[,rest[,coverage]]");
		count++;
	}
	if (r < 0)
		return r;
	if (count < COLUMNS_MIN)
		return fail(cursor, cursor->end,
			"the header must be series,time,count[,rest[,coverage]]");
	csv->columns = count;
	return 0;
}

/* A plain decimal number, most often a short integer: then without strtod. */
static bool parse_number(const struct field *field, double *ret_value)
{
	double value = 0.0;
	char *at = field->start, *end;
	while (at < field->end && *at >= '0' && *at <= '9' && at - field->start < 15)
		value = value * 10.0 + (*at++ - '0');
	if (at == field->end && at > field->start) {
		*ret_value = value;
		return true;
	}
	char first = *field->start;
	if (field->start == field->end ||
		(first != '.' && first != '-' && (first < '0' || first > '9')))
		return false;
	if (field->start[strspn(field->start, "0123456789.eE+-")] != *field->end)
		return false;
	value = strtod(field->start, &end);
	if (end != field->end || !isfinite(value))
		return false;
	*ret_value = value;
	return true;
}

static int take_number(struct cursor *cursor, double min, double max, double *ret_value,
	const char *not_number, const char *out_of_bounds)
{
	struct field field;
	double value;
	int r = take_field(cursor, &field);
	if (r <= 0)
		return r < 0 ? r : fail(cursor, cursor->end, "fields are missing");
	if (!parse_number(&field, &value))
		return fail(cursor, field.start, not_number);
	if (value < min || value > max)
		return fail(cursor, field.start, out_of_bounds);
	*ret_value = value;
	return 1;
}

/* An empty field of an optional column leaves the value as it is. */
static bool take_empty(struct cursor *cursor)
{
	if (cursor->at > cursor->end || (cursor->at < cursor->end && *cursor->at != ','))
		return false;
	cursor->at++;
	return true;
}

static int parse_row(const struct series_csv *csv, struct cursor *cursor, struct series_row *row)
{
	struct field name;
	double time = 0.0;
	int r = take_field(cursor, &name);
	if (r < 0)
		return r;
	row->name = name.start;
	row->name_length = (size_t)(name.end - name.start);
	if (row->name_length == 0)
		return fail(cursor, cursor->start, "the series has no name");
	if (row->name_length > SERIES_CSV_NAME_MAX)
		return fail(cursor, cursor->start, "the series' name is longer than 255 bytes");
	char *time_at = cursor->at;
	r = take_number(cursor, 0.0, (double)SERIES_CSV_TIME_MAX, &time, "time is not a number",
		"time must be Unix seconds, 0 to 2^40");
	if (r > 0 && time != floor(time))
		return fail(cursor, time_at, "time must be whole seconds");
	row->time_s = (int64_t)time;
	if (r > 0)
		r = take_number(cursor, 0.0, SERIES_CSV_COUNT_MAX, &row->count,
			"count is not a number", "count must be 0 to 2^53");
	if (r > 0 && csv->columns > 3 && !take_empty(cursor))
		r = take_number(cursor, 0.0, SERIES_CSV_COUNT_MAX, &row->rest,
			"rest is not a number", "rest must be 0 to 2^53");
	if (r > 0 && csv->columns > 4 && !take_empty(cursor))
		r = take_number(cursor, 0.0, 1.0, &row->coverage, "coverage is not a number",
			"coverage must be 0 to 1");
	if (r > 0 && cursor->at <= cursor->end)
		return fail(cursor, cursor->at, "more fields than the header names");
	return r;
}

static int report(const struct series_csv *csv, const struct cursor *cursor, int error,
	struct series_csv_fault *ret_fault)
{
	bool placed = cursor->fault_at != NULL;
	ret_fault->line = csv->line;
	ret_fault->column = placed ? (uint64_t)(cursor->fault_at - cursor->line) + 1 : 0;
	ret_fault->text = cursor->fault != NULL ? cursor->fault : "cannot read";
	ret_fault->error = cursor->fault == NULL ? errno : 0;
	return error;
}

int series_csv_init(struct series_csv *csv, FILE *file, struct series_csv_fault *ret_fault)
{
	struct cursor cursor;
	csv->file = file;
	csv->line = csv->bytes = 0;
	csv->columns = 0;
	csv->at = csv->filled = 0;
	int r = read_line(csv, &cursor);
	if (r == 0)
		r = fail(&cursor, NULL, "the file is empty");
	if (r > 0)
		r = parse_header(csv, &cursor);
	return r < 0 ? report(csv, &cursor, r, ret_fault) : 0;
}

int series_csv_next(
	struct series_csv *csv, struct series_row *ret_row, struct series_csv_fault *ret_fault)
{
	struct cursor cursor;
	struct series_row row = {.rest = NAN, .coverage = 1.0};
	int r;
	do
		r = read_line(csv, &cursor);
	while (r > 0 && cursor.start == cursor.end);
	if (r > 0)
		r = parse_row(csv, &cursor, &row);
	if (r < 0)
		return report(csv, &cursor, r, ret_fault);
	if (r > 0)
		*ret_row = row;
	return r;
}
