/* SPDX-License-Identifier: Apache-2.0 */
#include "report/usage_store.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "publish/entry.h"
#include "report/usage_names.h"

#define AT_ONCE 1000 /* entries of a page */
#define MINUTE_S 60
#define HOUR_S 3600
#define TIME_MAX_S INT64_C(253402300800) /* the year 10000 */
#define NEVER_S INT64_MAX
#define SUFFIX_FLOWS "_flows"
#define SUFFIX_HOSTS "_hosts"

struct reader {
	struct store *store;
	struct book *book;
	int64_t start_s, end_s;
	bool takes_hours; /* with minutes that stand in for those that are missing */
	struct usage_store_sum sum;
};

/* The range that is being read. */
struct range {
	char name[STORE_KEY_SIZE];
	char hours[STORE_KEY_SIZE], minutes[STORE_KEY_SIZE]; /* streams, without prefix */
	int64_t next_s;                                      /* all before it is read */
	int64_t first_minute_s;
};

/* Every "<technique>_flows" of an entry with its "_hosts". */
struct counts {
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

static void take_fields(const struct redis_value *fields, struct counts *ret_counts)
{
	ret_counts->count = 0;
	ret_counts->coverage = number_of(fields, "coverage", 1);
	for (size_t i = 0; i + 1 < redis_value_count(fields); i += 2) {
		size_t length, value_length;
		const char *name = redis_value_text(redis_value_item(fields, i), &length);
		char hosts[BOOK_NAME_SIZE + sizeof SUFFIX_HOSTS];
		if (length <= strlen(SUFFIX_FLOWS) || ret_counts->count == BOOK_COLUMNS_MAX)
			continue;
		size_t stem = length - strlen(SUFFIX_FLOWS);
		if (stem >= BOOK_NAME_SIZE || strcmp(name + stem, SUFFIX_FLOWS) != 0)
			continue;
		char *kept = ret_counts->names[ret_counts->count];
		memcpy(kept, name, stem);
		kept[stem] = '\0';
		snprintf(hosts, sizeof hosts, "%s" SUFFIX_HOSTS, kept);
		ret_counts->counts[ret_counts->count++] = (struct book_count){
			.technique = kept,
			.flows = strtod(
				redis_value_text(redis_value_item(fields, i + 1), &value_length),
				NULL),
			.hosts = number_of(fields, hosts, 0),
		};
	}
}

/* Other programs may write into the stream what is no usage: passed over, and counted. */
static int put(struct reader *reader, const struct range *range, int64_t start_s, uint32_t scale_s,
	const struct redis_value *fields)
{
	struct counts counts;
	take_fields(fields, &counts);
	const struct book_bucket bucket = {
		.range = range->name,
		.start_s = start_s,
		.scale_s = scale_s,
		.stands_in = reader->takes_hours && scale_s<HOUR_S, .coverage = counts.coverage> 1
				     ? 1
				     : counts.coverage,
		.counts = counts.counts,
		.count = counts.count,
	};
	int error = counts.count > 0 ? book_put(reader->book, &bucket) : -EINVAL;
	if (error == 0)
		++*(scale_s == HOUR_S ? &reader->sum.hours : &reader->sum.minutes);
	else if (error != -ENOMEM)
		reader->sum.passed_over++;
	return error == -ENOMEM ? error : 0;
}

typedef int take_entry(struct reader *reader, struct range *range, int64_t start_s,
	const struct redis_value *fields);

/* Up to `count` entries of a stream from `from` on that begin before `until_s`. */
static int read_page(struct reader *reader, const char *stream, const struct stream_id *from,
	int64_t until_s, unsigned count, struct redis_value **ret_entries)
{
	char first[STORE_ID_SIZE], last[STORE_ID_SIZE];
	snprintf(first, sizeof first, "%" PRIu64 "-%" PRIu64, from->ms, from->number);
	snprintf(last, sizeof last, "%" PRId64, until_s * 1000 - 1);
	return store_read_on(reader->store, stream, first, last, count, ret_entries) == 0 ? 0
											  : -EIO;
}

/* Takes the entries of a page and moves `at` behind the last of them. */
static int take_page(struct reader *reader, struct range *range, const struct redis_value *entries,
	take_entry *take, struct stream_id *at)
{
	int error = 0;
	for (size_t i = 0; i < redis_value_count(entries) && error == 0; i++) {
		const struct redis_value *entry = redis_value_item(entries, i);
		const char *id = store_entry_id(entry);
		if (!id || stream_id_parse(id, at) < 0)
			return -EIO;
		error = take(reader, range, (int64_t)(at->ms / 1000), store_entry_fields(entry));
		at->number++;
	}
	return error;
}

static int walk(struct reader *reader, struct range *range, const char *stream, int64_t from_s,
	int64_t until_s, take_entry *take)
{
	struct stream_id at = {(uint64_t)from_s * 1000, 0};
	size_t count = AT_ONCE;
	int error = 0;
	while (count == AT_ONCE && error == 0 && from_s < until_s) {
		struct redis_value *entries;
		error = read_page(reader, stream, &at, until_s, AT_ONCE, &entries);
		if (error < 0)
			return error;
		count = redis_value_count(entries);
		error = take_page(reader, range, entries, take, &at);
		redis_value_free(entries);
	}
	return error;
}

static int take_minute(struct reader *reader, struct range *range, int64_t start_s,
	const struct redis_value *fields)
{
	return put(reader, range, start_s, MINUTE_S, fields);
}

/* Reads the minutes of the time from range->next_s on in which no hour is there. */
static int fill_gap(struct reader *reader, struct range *range, int64_t until_s)
{
	int64_t from_s =
		range->next_s > range->first_minute_s ? range->next_s : range->first_minute_s;
	range->next_s = until_s;
	return walk(reader, range, range->minutes, from_s, until_s, take_minute);
}

static int take_hour(struct reader *reader, struct range *range, int64_t start_s,
	const struct redis_value *fields)
{
	int error = start_s > range->next_s ? fill_gap(reader, range, start_s) : 0;
	range->next_s = start_s + HOUR_S;
	return error < 0 ? error : put(reader, range, start_s, HOUR_S, fields);
}

/* Start of a stream's first bucket that is wanted, NEVER_S when there is none. */
static int find_first(struct reader *reader, const char *stream, int64_t *ret_first_s)
{
	const struct stream_id from = {(uint64_t)reader->start_s * 1000, 0};
	struct redis_value *entries;
	struct stream_id id;
	int error = read_page(reader, stream, &from, reader->end_s, 1, &entries);
	if (error < 0)
		return error;
	const char *text = redis_value_count(entries) > 0
				   ? store_entry_id(redis_value_item(entries, 0))
				   : NULL;
	*ret_first_s = text && stream_id_parse(text, &id) == 0 ? (int64_t)(id.ms / 1000) : NEVER_S;
	redis_value_free(entries);
	return 0;
}

static int begin_range(struct reader *reader, const char *key, struct range *ret_range)
{
	entry_name_of_key(key, ret_range->name, sizeof ret_range->name);
	snprintf(ret_range->hours, sizeof ret_range->hours, "usage-hour:%s", key);
	snprintf(ret_range->minutes, sizeof ret_range->minutes, "usage:%s", key);
	ret_range->next_s = reader->start_s;
	return find_first(reader, ret_range->minutes, &ret_range->first_minute_s);
}

/* Whether the hours reach as far back as the minutes. */
static int choose_scale(struct reader *reader, const struct usage_names *names)
{
	int64_t first_hour_s = NEVER_S, first_minute_s = NEVER_S;
	struct range range;
	for (size_t i = 0; i < names->count; i++) {
		int64_t hour_s;
		int error = begin_range(reader, names->names[i], &range);
		if (error == 0)
			error = find_first(reader, range.hours, &hour_s);
		if (error < 0)
			return error;
		if (hour_s < first_hour_s)
			first_hour_s = hour_s;
		if (range.first_minute_s < first_minute_s)
			first_minute_s = range.first_minute_s;
	}
	reader->takes_hours =
		first_hour_s < NEVER_S && first_hour_s <= first_minute_s - first_minute_s % HOUR_S;
	return 0;
}

static int read_range(struct reader *reader, const char *key)
{
	struct range range;
	int error = begin_range(reader, key, &range);
	if (error == 0 && reader->takes_hours)
		error = walk(
			reader, &range, range.hours, reader->start_s, reader->end_s, take_hour);
	return error < 0 ? error : fill_gap(reader, &range, reader->end_s);
}

int usage_store_read(struct store *store, const struct usage_store_wanted *wanted,
	struct book *book, struct usage_store_sum *ret_sum)
{
	struct usage_names names;
	struct reader reader = {
		.store = store,
		.book = book,
		.start_s = wanted->start_s > 0 ? wanted->start_s : 0,
		.end_s = wanted->end_s < TIME_MAX_S ? wanted->end_s : TIME_MAX_S,
	};
	int error = usage_names_find(store, &names);
	if (error == 0 && !wanted->minutes_only)
		error = choose_scale(&reader, &names);
	for (size_t i = 0; i < names.count && error == 0; i++)
		error = read_range(&reader, names.names[i]);
	*ret_sum = reader.sum;
	ret_sum->ranges = names.count;
	ret_sum->passed_over += names.refused;
	usage_names_done(&names);
	return error;
}
