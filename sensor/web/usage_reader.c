/* SPDX-License-Identifier: Apache-2.0 */
#include "web/usage_reader.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "publish/entry.h"

#define TIME_MAX_MS UINT64_C(100000000000000)

struct usage_reader {
	struct store *store;
	struct ledger *ledger;
	char cursor[32]; /* of the search for ranges */
	size_t skip;     /* bytes of a key before the range's name */
	struct ledger_range scratch;
};

struct usage_reader *usage_reader_new(struct store *store, struct ledger *ledger)
{
	char key[STORE_KEY_SIZE];
	struct usage_reader *reader = calloc(1, sizeof *reader);
	if (!reader)
		return NULL;
	reader->store = store;
	reader->ledger = ledger;
	reader->skip = strlen(store_key(store, "usage:", key));
	strcpy(reader->cursor, "0");
	return reader;
}

void usage_reader_free(struct usage_reader *reader)
{
	free(reader);
}

int64_t usage_reader_parse(
	struct ledger *ledger, const struct redis_value *entry, struct ledger_slot *ret_minute)
{
	const char *id = store_entry_id(entry);
	struct stream_id parsed;
	if (!id || stream_id_parse(id, &parsed) < 0 || parsed.ms > TIME_MAX_MS)
		return -1;
	const struct redis_value *fields = store_entry_fields(entry);
	*ret_minute = (struct ledger_slot){.minutes = 1};
	for (size_t i = 0; i + 1 < redis_value_count(fields); i += 2) {
		size_t name_length, length;
		const char *name = redis_value_text(redis_value_item(fields, i), &name_length);
		ledger_take_field(ledger, ret_minute, name, name_length,
			redis_value_text(redis_value_item(fields, i + 1), &length));
	}
	return (int64_t)parsed.ms;
}

static void take_keys(struct usage_reader *reader, const struct redis_value *keys)
{
	size_t length;
	for (size_t i = 0; i < redis_value_count(keys); i++) {
		char name[LEDGER_NAME_SIZE];
		const char *key = redis_value_text(redis_value_item(keys, i), &length);
		if (length <= reader->skip)
			continue;
		entry_name_of_key(key + reader->skip, name, sizeof name);
		ledger_find_range(reader->ledger, name);
	}
}

/* One step of a walk through all keys, at whose end those that were not met are gone. */
static int search(struct usage_reader *reader, bool *ret_is_over)
{
	char pattern[STORE_KEY_SIZE], count[16];
	struct redis_value *step;
	size_t length;
	store_key(reader->store, "usage:*", pattern);
	snprintf(count, sizeof count, "%d", USAGE_READER_KEYS);
	int r = store_call(reader->store, 6,
		(const char *[]){"SCAN", reader->cursor, "MATCH", pattern, "COUNT", count}, &step);
	if (r != 0)
		return r;
	if (redis_value_count(step) == 2) {
		snprintf(reader->cursor, sizeof reader->cursor, "%s",
			redis_value_text(redis_value_item(step, 0), &length));
		take_keys(reader, redis_value_item(step, 1));
	}
	redis_value_free(step);
	*ret_is_over = strcmp(reader->cursor, "0") == 0;
	if (*ret_is_over)
		ledger_sweep(reader->ledger);
	return 0;
}

static int find_ranges(struct usage_reader *reader)
{
	bool is_over = false;
	int r = 0;
	for (size_t i = 0; i < USAGE_READER_STEPS && r == 0 && !is_over; i++)
		r = search(reader, &is_over);
	return r;
}

/* Returns whether there was a minute among them that is not known yet. */
static bool take_minutes(
	struct usage_reader *reader, size_t range, const struct redis_value *entries)
{
	const struct ledger_range *known = &reader->scratch;
	bool is_news = false;
	for (size_t i = 0; i < redis_value_count(entries); i++) {
		struct ledger_slot minute;
		int64_t ms =
			usage_reader_parse(reader->ledger, redis_value_item(entries, i), &minute);
		if (ms < 0)
			continue;
		is_news |= ms > known->last_ms || ms < known->first_ms;
		ledger_add_minute(reader->ledger, range, ms, &minute);
	}
	return is_news;
}

/* From the newest minute that is known on, which must still be there: without it the stream was
 * emptied, and what comes may be older than what went. */
static int read_newer(
	struct usage_reader *reader, size_t range, const char *stream, bool *ret_is_behind)
{
	char first[STORE_ID_SIZE];
	struct redis_value *entries;
	snprintf(first, sizeof first, "%" PRId64, reader->scratch.last_ms);
	int r = store_read_on(reader->store, stream, first, "+", USAGE_READER_MINUTES, &entries);
	if (r != 0)
		return r;
	size_t count = redis_value_count(entries);
	if (count == 0)
		ledger_clear(reader->ledger, range);
	bool is_news = take_minutes(reader, range, entries);
	*ret_is_behind |= count == 0 || (count == USAGE_READER_MINUTES && is_news);
	redis_value_free(entries);
	return 0;
}

static int read_older(
	struct usage_reader *reader, size_t range, const char *stream, bool *ret_is_behind)
{
	const struct stream_id before = {.ms = (uint64_t)reader->scratch.first_ms};
	struct redis_value *entries;
	int r = store_read_back(reader->store, stream,
		reader->scratch.first_ms < 0 ? NULL : &before, USAGE_READER_MINUTES, &entries);
	if (r != 0)
		return r;
	size_t count = redis_value_count(entries);
	/* A server that gives what is known, or no minutes, has no older ones. */
	bool is_news = take_minutes(reader, range, entries);
	if (count < USAGE_READER_MINUTES || !is_news)
		ledger_complete(reader->ledger, range);
	else
		*ret_is_behind = true;
	redis_value_free(entries);
	return 0;
}

static int read_range(struct usage_reader *reader, size_t range, bool *ret_is_behind)
{
	char key[ENTRY_KEY_SIZE], stream[ENTRY_KEY_SIZE + 8];
	struct ledger_techniques techniques;
	struct ledger_range *scratch = &reader->scratch;
	int r = 0;
	if (!ledger_copy(reader->ledger, range, scratch, &techniques))
		return 0;
	snprintf(stream, sizeof stream, "usage:%s", entry_make_key(scratch->name, key, sizeof key));
	if (scratch->last_ms >= 0)
		r = read_newer(reader, range, stream, ret_is_behind);
	if (r == 0 && (scratch->last_ms < 0 || !scratch->is_complete))
		r = read_older(reader, range, stream, ret_is_behind);
	return r;
}

int usage_reader_step(struct usage_reader *reader, bool *ret_is_behind)
{
	struct ledger_sum sum;
	bool is_behind = false;
	int r = find_ranges(reader);
	ledger_sum(reader->ledger, &sum);
	for (size_t i = 0; i < sum.ranges && r == 0; i++)
		r = read_range(reader, i, &is_behind);
	*ret_is_behind = is_behind;
	return r;
}
