/* SPDX-License-Identifier: Apache-2.0 */
#include "report/usage_file.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/line.h"

#define LINE_SIZE ((1 << 20) + 1)
#define FLOWS "_flows"

/* The names of a line's techniques; they outlive the line's counts only. */
struct reader {
	struct book *book;
	struct book_count counts[BOOK_COLUMNS_MAX];
	char names[BOOK_COLUMNS_MAX][BOOK_NAME_SIZE];
};

static double number_of(const json_t *line, const char *name, const char *unit)
{
	char key[BOOK_NAME_SIZE + 16];
	snprintf(key, sizeof key, "%s%s", name, unit);
	return json_number_value(json_object_get(line, key));
}

/* Every "<technique>_flows" makes a technique. Returns how many, or -1 for too many. */
static int gather_counts(struct reader *reader, json_t *line)
{
	const char *key;
	json_t *value;
	int count = 0;
	json_object_foreach(line, key, value)
	{
		size_t length = strlen(key);
		if (length <= strlen(FLOWS) || strcmp(key + length - strlen(FLOWS), FLOWS) != 0 ||
			!json_is_number(value))
			continue;
		length -= strlen(FLOWS);
		if (count == BOOK_COLUMNS_MAX || length >= BOOK_NAME_SIZE)
			return -1;
		memcpy(reader->names[count], key, length);
		reader->names[count][length] = '\0';
		reader->counts[count] = (struct book_count){
			.technique = reader->names[count],
			.flows = json_number_value(value),
			.hosts = number_of(line, reader->names[count], "_hosts"),
		};
		count++;
	}
	return count;
}

static const char *describe(int error)
{
	switch (error) {
	case -EINVAL:
		return "a bucket of another length than those before, shorter than a minute, or "
		       "with a time or coverage out of bounds";
	case -ERANGE:
		return "begins before the first bucket of its range: files must come in the order "
		       "of time";
	case -ENOSPC:
		return "more than can be held: 65536 ranges, 32 techniques, 4000000 hours of all "
		       "ranges together, 48000000 counts of an hour and a technique";
	}
	return "out of memory";
}

/* Returns 1 when the line was taken, 0 when it is none of ours, or an error with `ret_text`. */
static int take_line(struct reader *reader, json_t *line, const char **ret_text)
{
	const char *type = json_string_value(json_object_get(line, "event_type"));
	const char *range = json_string_value(json_object_get(line, "range"));
	const json_t *time_ms = json_object_get(line, "time_ms");
	const json_t *scale_s = json_object_get(line, "scale_seconds");
	if (type && strcmp(type, "usage") != 0)
		return 0;
	*ret_text = "no usage line: event_type, range, time_ms or scale_seconds is missing";
	if (!type || !range || !json_is_integer(time_ms) || !json_is_integer(scale_s))
		return -EINVAL;
	int count = gather_counts(reader, line);
	*ret_text = "more techniques than can be held, or a longer name";
	if (count < 0)
		return -EINVAL;
	int64_t seconds = json_integer_value(scale_s);
	struct book_bucket bucket = {
		.range = range,
		.start_s = json_integer_value(time_ms) / 1000,
		.scale_s = seconds > 0 && seconds <= UINT32_MAX ? (uint32_t)seconds : 0,
		.coverage = json_object_get(line, "coverage")
				    ? json_number_value(json_object_get(line, "coverage"))
				    : 1,
		.counts = reader->counts,
		.count = (size_t)count,
	};
	int error = book_put(reader->book, &bucket);
	*ret_text = describe(error);
	return error < 0 ? error : 1;
}

/* The same for the text of the line. */
static int take_text(struct reader *reader, const char *text, size_t length, const char **ret_text)
{
	if (strspn(text, " \t\r\n") == length)
		return 0;
	json_t *line = json_loadb(text, length, JSON_REJECT_DUPLICATES, NULL);
	if (!json_is_object(line)) {
		*ret_text = "no JSON object";
		json_decref(line);
		return -EINVAL;
	}
	int taken = take_line(reader, line, ret_text);
	json_decref(line);
	return taken;
}

int64_t usage_file_read(FILE *file, struct book *book, struct usage_file_fault *ret_fault)
{
	struct reader *reader = malloc(sizeof *reader);
	struct usage_file_fault fault = {0};
	char *text = malloc(LINE_SIZE);
	size_t length = 0;
	int64_t taken = 0;
	int result = 0;
	if (!reader || !text) {
		free(reader);
		free(text);
		return -ENOMEM;
	}
	reader->book = book;
	while (result >= 0 && (result = line_read(file, text, LINE_SIZE, &length)) != 0) {
		fault.line++;
		if (result > 0)
			result = take_text(reader, text, length, &fault.text);
		else
			fault.text = "longer than 1 MiB";
		taken += result > 0;
	}
	if (result >= 0 && ferror(file))
		result = -EIO;
	if (result < 0 && result != -EIO)
		*ret_fault = fault;
	free(text);
	free(reader);
	return result < 0 ? (result == -EIO || result == -ENOMEM ? result : -EINVAL) : taken;
}
