/* SPDX-License-Identifier: Apache-2.0 */
#include "commands/report_redis.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "commands/commands.h"
#include "publish/store.h"

#define MINUTES_AT_ONCE 1000
#define ALERTS_AT_ONCE 100
#define MINUTE_S 60
#define SUFFIX_FLOWS "_flows"
#define SUFFIX_HOSTS "_hosts"
#define TIME_MAX_MS INT64_C(253402300800000)

struct reader {
	const struct report_redis *source;
	struct store *store;
	struct report *report;
	char **ranges; /* keys without prefix, sorted */
	size_t range_count, range_room;
	uint64_t minutes, alerts, odd;
	char *lines[REPORT_ALERTS_MAX]; /* alerts, newest first */
	size_t line_count;
};

static int fail(const struct reader *reader)
{
	log_error("report: %s", store_trouble(reader->store));
	return STATUS_FAILURE;
}

static int fail_memory(void)
{
	log_error("out of memory");
	return STATUS_FAILURE;
}

static int keep_range(struct reader *reader, const char *key)
{
	if (reader->range_count == reader->range_room) {
		size_t room = reader->range_room ? 2 * reader->range_room : 64;
		char **larger = realloc(reader->ranges, room * sizeof *larger);
		if (!larger)
			return fail_memory();
		reader->ranges = larger;
		reader->range_room = room;
	}
	if (reader->range_count == BOOK_RANGES_MAX) {
		reader->odd++;
		return 0;
	}
	reader->ranges[reader->range_count] = strdup(key);
	return reader->ranges[reader->range_count] ? (reader->range_count++, 0) : fail_memory();
}

static int compare_texts(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* SCAN may name a key twice. */
static void sort_ranges(struct reader *reader)
{
	size_t kept = 0;
	if (reader->range_count > 0)
		qsort(reader->ranges, reader->range_count, sizeof *reader->ranges, compare_texts);
	for (size_t i = 0; i < reader->range_count; i++) {
		if (kept > 0 && strcmp(reader->ranges[kept - 1], reader->ranges[i]) == 0)
			free(reader->ranges[i]);
		else
			reader->ranges[kept++] = reader->ranges[i];
	}
	reader->range_count = kept;
}

/* What has a meaning in a pattern of SCAN is taken as it is. */
static void make_pattern(const char *prefix, char ret_pattern[2 * STORE_KEY_SIZE])
{
	size_t at = 0;
	for (; *prefix && at + 2 < STORE_KEY_SIZE; prefix++) {
		if (strchr("*?[]\\^-", *prefix))
			ret_pattern[at++] = '\\';
		ret_pattern[at++] = *prefix;
	}
	snprintf(ret_pattern + at, STORE_KEY_SIZE, "usage:*");
}

static int find_ranges(struct reader *reader)
{
	char pattern[2 * STORE_KEY_SIZE], cursor[32] = "0";
	size_t length, skip = strlen(reader->source->prefix);
	int status = 0;
	make_pattern(reader->source->prefix, pattern);
	do {
		struct redis_value *step;
		const char *const words[] = {"SCAN", cursor, "MATCH", pattern, "COUNT", "1000"};
		if (store_call(reader->store, 6, words, &step) != 0)
			return fail(reader);
		const struct redis_value *keys =
			redis_value_count(step) == 2 ? redis_value_item(step, 1) : NULL;
		snprintf(cursor, sizeof cursor, "%s",
			keys ? redis_value_text(redis_value_item(step, 0), &length) : "0");
		for (size_t i = 0; keys && i < redis_value_count(keys) && status == 0; i++) {
			const char *key = redis_value_text(redis_value_item(keys, i), &length);
			if (length > skip)
				status = keep_range(reader, key + skip);
		}
		redis_value_free(step);
	} while (status == 0 && strcmp(cursor, "0") != 0);
	sort_ranges(reader);
	return status;
}

/* A minute of a usage stream: every "<technique>_flows" with its "_hosts". */
struct minute {
	struct book_count counts[BOOK_COLUMNS_MAX];
	char names[BOOK_COLUMNS_MAX][BOOK_NAME_SIZE];
	size_t count;
	double coverage;
};

static double number_of(const struct redis_value *fields, const char *name, double otherwise)
{
	size_t length;
	const char *text = store_field(fields, name, &length);
	return text ? strtod(text, NULL) : otherwise;
}

static void take_fields(const struct redis_value *fields, struct minute *minute)
{
	minute->count = 0;
	minute->coverage = number_of(fields, "coverage", 1);
	for (size_t i = 0; i + 1 < redis_value_count(fields); i += 2) {
		size_t length, value_length;
		const char *name = redis_value_text(redis_value_item(fields, i), &length);
		char hosts[BOOK_NAME_SIZE + sizeof SUFFIX_HOSTS];
		if (length <= strlen(SUFFIX_FLOWS) || minute->count == BOOK_COLUMNS_MAX)
			continue;
		size_t stem = length - strlen(SUFFIX_FLOWS);
		if (stem >= BOOK_NAME_SIZE || strcmp(name + stem, SUFFIX_FLOWS) != 0)
			continue;
		char *kept = minute->names[minute->count];
		memcpy(kept, name, stem);
		kept[stem] = '\0';
		snprintf(hosts, sizeof hosts, "%s" SUFFIX_HOSTS, kept);
		minute->counts[minute->count++] = (struct book_count){
			.technique = kept,
			.flows = strtod(
				redis_value_text(redis_value_item(fields, i + 1), &value_length),
				NULL),
			.hosts = number_of(fields, hosts, 0),
		};
	}
}

/* Other programs may write into the stream what is no usage: passed over, and counted. */
static int put_minute(
	struct reader *reader, const char *range, int64_t ms, const struct redis_value *fields)
{
	struct minute minute;
	take_fields(fields, &minute);
	struct book_bucket bucket = {
		.range = range,
		.start_s = ms / 1000,
		.scale_s = MINUTE_S,
		.coverage = minute.coverage > 1 ? 1 : minute.coverage,
		.counts = minute.counts,
		.count = minute.count,
	};
	int error = minute.count > 0 ? book_put(report_book(reader->report), &bucket) : -EINVAL;
	if (error == -EINVAL || error == -ENOSPC)
		reader->odd++;
	else if (error == 0)
		reader->minutes++;
	return error == -ENOMEM ? fail_memory() : 0;
}

static int put_minutes(struct reader *reader, const char *range, const struct redis_value *entries,
	int64_t *next_ms)
{
	int status = 0;
	for (size_t i = 0; i < redis_value_count(entries) && status == 0; i++) {
		const struct redis_value *entry = redis_value_item(entries, i);
		const char *id = store_entry_id(entry);
		struct stream_id parsed;
		if (!id || stream_id_parse(id, &parsed) < 0 || parsed.ms > (uint64_t)TIME_MAX_MS) {
			*next_ms = TIME_MAX_MS;
			reader->odd++;
			return 0;
		}
		*next_ms = (int64_t)parsed.ms + 1;
		status = put_minute(reader, range, (int64_t)parsed.ms, store_entry_fields(entry));
	}
	return status;
}

/* The first and the last millisecond that are wanted, as ids of a stream take them. */
static void find_bounds(const struct report_redis *source, int64_t *ret_first, int64_t *ret_last)
{
	*ret_first = source->start_s > 0 ? source->start_s * 1000 : 0;
	*ret_last = source->end_s < TIME_MAX_MS / 1000 ? source->end_s * 1000 - 1 : TIME_MAX_MS;
}

static int read_range(struct reader *reader, const char *stream)
{
	char first[STORE_ID_SIZE], last[STORE_ID_SIZE], name[STORE_KEY_SIZE];
	int64_t next_ms, last_ms;
	size_t count = MINUTES_AT_ONCE;
	store_name_of_key(stream + strlen("usage:"), name, sizeof name);
	find_bounds(reader->source, &next_ms, &last_ms);
	while (count == MINUTES_AT_ONCE && next_ms <= last_ms) {
		struct redis_value *entries;
		snprintf(first, sizeof first, "%" PRId64, next_ms);
		snprintf(last, sizeof last, "%" PRId64, last_ms);
		if (store_read_on(reader->store, stream, first, last, MINUTES_AT_ONCE, &entries))
			return fail(reader);
		count = redis_value_count(entries);
		int status = put_minutes(reader, name, entries, &next_ms);
		redis_value_free(entries);
		if (status)
			return status;
	}
	return 0;
}

static bool is_outside(const struct reader *reader, const struct redis_value *fields)
{
	double end_s = number_of(fields, "window_end_s", NAN);
	return end_s <= (double)reader->source->start_s || end_s > (double)reader->source->end_s;
}

/* Keeps the alert's record. Returns false when there is no room for more. */
static bool keep_alert(struct reader *reader, const struct redis_value *entry)
{
	size_t length;
	const char *eve = store_field(store_entry_fields(entry), "eve", &length);
	if (!eve || strlen(eve) != length) {
		reader->odd++;
		return true;
	}
	if (is_outside(reader, store_entry_fields(entry)))
		return true;
	if (reader->line_count == REPORT_ALERTS_MAX)
		return false;
	char *line = strdup(eve);
	if (line)
		reader->lines[reader->line_count++] = line;
	return line != NULL;
}

/* Ids are times of delivery, not of the alerts: all of the stream is looked at, newest first, until
 * the report is full. */
static int gather_alerts(struct reader *reader)
{
	struct stream_id at;
	bool is_begun = false, has_room = true;
	size_t count = ALERTS_AT_ONCE;
	while (count == ALERTS_AT_ONCE && has_room) {
		struct redis_value *entries;
		if (store_read_back(reader->store, "alerts", is_begun ? &at : NULL, ALERTS_AT_ONCE,
			    &entries))
			return fail(reader);
		count = redis_value_count(entries);
		for (size_t i = 0; i < count && has_room; i++) {
			const struct redis_value *entry = redis_value_item(entries, i);
			const char *id = store_entry_id(entry);
			if (!id || stream_id_parse(id, &at) < 0)
				count = 0; /* no stream: nothing to go on from */
			else
				has_room = keep_alert(reader, entry);
		}
		is_begun = true;
		redis_value_free(entries);
	}
	if (!has_room)
		log_warn("report: alerts before the newest %d are left out", REPORT_ALERTS_MAX);
	return 0;
}

static int read_alerts(struct reader *reader)
{
	int status = gather_alerts(reader);
	for (size_t i = reader->line_count; i > 0 && status == 0; i--) {
		int error = report_add_alert(reader->report, reader->lines[i - 1]);
		if (error == -ENOMEM)
			status = fail_memory();
		reader->odd += error == -EINVAL;
		reader->alerts += error == 0;
	}
	return status;
}

static int tell_source(const struct reader *reader)
{
	char shown[URL_SHOWN_SIZE], text[2 * URL_SHOWN_SIZE];
	snprintf(text, sizeof text,
		"Redis %s, %" PRIu64 " minutes of %zu ranges, %" PRIu64 " alerts",
		url_show(reader->source->url, shown), reader->minutes, reader->range_count,
		reader->alerts);
	log_info("report: %s", text);
	if (reader->odd)
		log_warn("report: %" PRIu64
			 " entries or keys were no usage or alert of this version, "
			 "or found no room",
			reader->odd);
	return report_set_source(reader->report, text) < 0 ? fail_memory() : 0;
}

static void done(struct reader *reader)
{
	for (size_t i = 0; i < reader->line_count; i++)
		free(reader->lines[i]);
	for (size_t i = 0; i < reader->range_count; i++)
		free(reader->ranges[i]);
	free(reader->ranges);
	store_free(reader->store);
	free(reader);
}

int report_redis_read(const struct report_redis *source, struct report *report)
{
	struct reader *reader = calloc(1, sizeof *reader);
	if (!reader)
		return fail_memory();
	reader->source = source;
	reader->report = report;
	reader->store = store_new(source->url, source->prefix);
	int status = reader->store ? find_ranges(reader) : fail_memory();
	for (size_t i = 0; i < reader->range_count && status == 0; i++)
		status = read_range(reader, reader->ranges[i]);
	if (status == 0)
		status = read_alerts(reader);
	if (status == 0)
		status = tell_source(reader);
	done(reader);
	return status;
}
