/* SPDX-License-Identifier: Apache-2.0 */
#include "report/alert_store.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define AT_ONCE 100 /* entries of a page */

struct reader {
	int64_t start_s, end_s;
	struct alert_store_sum sum;
	char *lines[REPORT_ALERTS_MAX]; /* newest first */
	size_t count;
};

static bool is_outside(const struct reader *reader, const struct redis_value *fields)
{
	size_t length;
	const char *text = store_field(fields, "window_end_s", &length);
	double end_s = text ? strtod(text, NULL) : NAN;
	return end_s <= (double)reader->start_s || end_s > (double)reader->end_s;
}

/* Keeps the alert's record, if it is wanted. */
static int keep(struct reader *reader, const struct redis_value *entry)
{
	size_t length;
	const char *eve = store_field(store_entry_fields(entry), "eve", &length);
	if (!eve || strlen(eve) != length) {
		reader->sum.passed_over++;
		return 0;
	}
	if (is_outside(reader, store_entry_fields(entry)))
		return 0;
	reader->sum.is_cut = reader->count == REPORT_ALERTS_MAX;
	if (reader->sum.is_cut)
		return 0;
	reader->lines[reader->count] = strdup(eve);
	return reader->lines[reader->count] ? (reader->count++, 0) : -ENOMEM;
}

static int take_page(
	struct reader *reader, const struct redis_value *entries, struct stream_id *ret_last)
{
	int error = 0;
	for (size_t i = 0; i < redis_value_count(entries) && error == 0 && !reader->sum.is_cut;
		i++) {
		const struct redis_value *entry = redis_value_item(entries, i);
		const char *id = store_entry_id(entry);
		if (!id || stream_id_parse(id, ret_last) < 0)
			return -EIO;
		error = keep(reader, entry);
	}
	return error;
}

/* Ids are times of delivery, not of the alerts: all of the stream is looked at, newest first, until
 * the report is full. */
static int gather(struct reader *reader, struct store *store)
{
	struct stream_id last;
	bool is_begun = false;
	size_t count = AT_ONCE;
	int error = 0;
	while (count == AT_ONCE && error == 0 && !reader->sum.is_cut) {
		struct redis_value *entries;
		if (store_read_back(store, "alerts", is_begun ? &last : NULL, AT_ONCE, &entries))
			return -EIO;
		count = redis_value_count(entries);
		error = take_page(reader, entries, &last);
		is_begun = true;
		redis_value_free(entries);
	}
	return error;
}

static int add_oldest_first(struct reader *reader, struct report *report)
{
	for (size_t i = reader->count; i > 0; i--) {
		int error = report_add_alert(report, reader->lines[i - 1]);
		if (error == -ENOMEM)
			return error;
		reader->sum.passed_over += error == -EINVAL;
		reader->sum.alerts += error == 0;
	}
	return 0;
}

int alert_store_read(struct store *store, int64_t start_s, int64_t end_s, struct report *report,
	struct alert_store_sum *ret_sum)
{
	struct reader *reader = calloc(1, sizeof *reader);
	if (!reader)
		return -ENOMEM;
	reader->start_s = start_s;
	reader->end_s = end_s;
	int error = gather(reader, store);
	if (error == 0)
		error = add_oldest_first(reader, report);
	*ret_sum = reader->sum;
	for (size_t i = 0; i < reader->count; i++)
		free(reader->lines[i]);
	free(reader);
	return error;
}
