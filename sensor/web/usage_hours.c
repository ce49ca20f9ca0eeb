/* SPDX-License-Identifier: Apache-2.0 */
#include "web/usage_hours.h"

#include <inttypes.h>
#include <stdio.h>

#include "publish/entry.h"
#include "web/usage_reader.h"

struct reading {
	struct ledger *ledger;
	void (*take)(void *user, int64_t ms, const struct ledger_slot *hour);
	void *user;
	/* The hour at hand, which may go on. */
	int64_t ms;
	struct ledger_slot hour;
	bool has_hour;
	struct stream_id next; /* the first id that was not read; it only grows */
};

static void add_piece(struct ledger_slot *hour, const struct ledger_slot *piece)
{
	for (size_t i = 0; i < LEDGER_TECHNIQUES_MAX; i++)
		for (enum ledger_metric metric = 0; metric < LEDGER_METRICS; metric++) {
			float *sum = &hour->sums[i][metric], value = piece->sums[i][metric];
			if (metric != LEDGER_HOSTS)
				*sum += value;
			else if (value > *sum)
				*sum = value;
		}
}

static void end_hour(struct reading *reading)
{
	if (reading->has_hour)
		reading->take(reading->user, reading->ms, &reading->hour);
	reading->has_hour = false;
}

static void take_entry(struct reading *reading, const struct redis_value *entry)
{
	struct ledger_slot piece;
	struct stream_id id;
	int64_t ms = usage_reader_parse(reading->ledger, entry, &piece);
	if (ms < 0 || stream_id_parse(store_entry_id(entry), &id) < 0 ||
		stream_id_compare(&id, &reading->next) < 0 || id.number == UINT64_MAX)
		return;
	reading->next = (struct stream_id){id.ms, id.number + 1};
	if (reading->has_hour && reading->ms == ms) {
		add_piece(&reading->hour, &piece);
		return;
	}
	end_hour(reading);
	reading->ms = ms;
	reading->hour = piece;
	reading->has_hour = true;
}

int usage_hours_read(struct store *store, struct ledger *ledger, const char *range, int64_t from_ms,
	int64_t to_ms, void (*take)(void *user, int64_t ms, const struct ledger_slot *hour),
	void *user)
{
	char key[ENTRY_KEY_SIZE], stream[ENTRY_KEY_SIZE + 16];
	char first[STORE_ID_SIZE], last[STORE_ID_SIZE];
	struct reading reading = {
		.ledger = ledger, .take = take, .user = user, .next = {(uint64_t)from_ms, 0}};
	struct redis_value *entries;
	size_t count = USAGE_HOURS_BATCH;
	snprintf(stream, sizeof stream, "usage-hour:%s", entry_make_key(range, key, sizeof key));
	snprintf(last, sizeof last, "%" PRId64, to_ms - 1);
	while (count == USAGE_HOURS_BATCH) {
		const struct stream_id from = reading.next;
		snprintf(first, sizeof first, "%" PRIu64 "-%" PRIu64, from.ms, from.number);
		int r = store_read_on(store, stream, first, last, USAGE_HOURS_BATCH, &entries);
		if (r != 0)
			return r;
		count = redis_value_count(entries);
		for (size_t i = 0; i < count; i++)
			take_entry(&reading, redis_value_item(entries, i));
		redis_value_free(entries);
		/* What leads no further would be read for ever. */
		if (stream_id_compare(&reading.next, &from) == 0)
			break;
	}
	end_hour(&reading);
	return 0;
}
