/* SPDX-License-Identifier: Apache-2.0 */
#include "web/alerts.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "web/acks.h"
#include "web/alert_filter.h"
#include "web/alert_walk.h"
#include "web/reply.h"

static const struct field {
	const char *name;
	bool is_number;
} fields[] = {
	{"alert_id", false},
	{"state", false},
	{"range", false},
	{"technique", false},
	{"metric", false},
	{"ratio", true},
	{"rise_percent", true},
	{"score", true},
	{"severity", true},
	{"time_ms", true},
	{"scale_seconds", true},
	{"window_end_s", true},
	{"sensor", false},
};
#define FIELDS (sizeof fields / sizeof *fields)

static json_t *make_value(const struct field *field, const char *text, size_t length)
{
	if (!text)
		return json_null();
	if (!field->is_number)
		return reply_text(text, length);
	return reply_number(strtod(text, NULL));
}

json_t *alerts_make(const struct redis_value *entry)
{
	const char *id = store_entry_id(entry);
	json_t *alert = id ? json_pack("{s:s}", "id", id) : NULL;
	for (size_t i = 0; alert && i < FIELDS; i++) {
		size_t length = 0;
		const char *text = store_field(store_entry_fields(entry), fields[i].name, &length);
		json_object_set_new(alert, fields[i].name, make_value(&fields[i], text, length));
	}
	return alert;
}

static int64_t clock_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* A walk back through the stream for what is wanted. */
struct walk {
	struct alert_filter filter;
	struct alert_walk way;
	size_t limit, scanned;
	int64_t end_ms;
};

static void walk_batch(struct walk *walk, const struct redis_value *entries, json_t *alerts)
{
	for (size_t i = 0; i < redis_value_count(entries); i++) {
		const struct redis_value *entry = redis_value_item(entries, i);
		if (json_array_size(alerts) == walk->limit) {
			walk->way.is_over = false;
			return;
		}
		if (!alert_walk_move(&walk->way, entry))
			continue;
		walk->scanned++;
		if (alert_filter_matches(&walk->filter, store_entry_fields(entry)))
			json_array_append_new(alerts, alerts_make(entry));
	}
}

static int walk_back(struct store *store, struct walk *walk, json_t *alerts)
{
	while (!walk->way.is_over && json_array_size(alerts) < walk->limit &&
		walk->scanned < ALERTS_SCAN_MAX && clock_ms() < walk->end_ms) {
		struct redis_value *entries;
		int r = alert_walk_read(&walk->way, store, &entries);
		if (r != 0)
			return r;
		walk_batch(walk, entries, alerts);
		redis_value_free(entries);
	}
	return 0;
}

static int parse_walk(struct request *request, struct walk *ret_walk)
{
	const char *before = request_query(request, "before"),
		   *limit = request_query(request, "limit");
	struct walk walk = {.limit = ALERTS_PAGE, .end_ms = clock_ms() + ALERTS_SCAN_MS};
	if (alert_filter_parse(request, &walk.filter) < 0)
		return -1;
	if (before && *before) {
		if (stream_id_parse(before, &walk.way.at) < 0)
			return -1;
		walk.way.is_begun = true;
	}
	if (limit)
		walk.limit = strtoul(limit, NULL, 10);
	if (walk.limit == 0 || walk.limit > ALERTS_PAGE_MAX)
		return -1;
	*ret_walk = walk;
	return 0;
}

void alerts_list(struct store *store, struct request *request, struct answer *ret_answer)
{
	struct walk walk;
	char reached[STORE_ID_SIZE];
	if (parse_walk(request, &walk) < 0) {
		reply_error(ret_answer, 400, "bad", "the query cannot be understood");
		return;
	}
	json_t *alerts = json_array();
	if (walk_back(store, &walk, alerts) != 0 || acks_add(store, alerts) != 0) {
		reply_store(ret_answer, store);
		json_decref(alerts);
		return;
	}
	snprintf(reached, sizeof reached, "%" PRIu64 "-%" PRIu64, walk.way.at.ms,
		walk.way.at.number);
	reply_json(ret_answer, 200,
		json_pack("{s:o, s:s?, s:s?, s:I}", "alerts", alerts, "next",
			walk.way.is_over ? NULL : reached, "reached",
			walk.way.is_begun ? reached : NULL, "scanned", (json_int_t)walk.scanned));
}

/* The whole of one entry. */
static json_t *make_detail(struct store *store, const struct redis_value *entry)
{
	size_t length = 0;
	json_t *list = json_array();
	json_array_append_new(list, alerts_make(entry));
	acks_add(store, list);
	const char *text = store_field(store_entry_fields(entry), "eve", &length);
	json_t *eve = text ? json_loadb(text, length, JSON_ALLOW_NUL, NULL) : NULL;
	json_t *detail = json_pack("{s:O, s:o?, s:o?}", "alert", json_array_get(list, 0), "eve",
		eve, "text", text && !eve ? reply_text(text, length) : NULL);
	json_decref(list);
	return detail;
}

void alerts_show(struct store *store, struct request *request, struct answer *ret_answer)
{
	const char *id = request_query(request, "id");
	struct redis_value *entries;
	struct stream_id parsed;
	if (!id || stream_id_parse(id, &parsed) < 0) {
		reply_error(ret_answer, 400, "bad", "id is no id of an entry");
		return;
	}
	if (store_read_on(store, "alerts", id, id, 1, &entries) != 0) {
		reply_store(ret_answer, store);
		return;
	}
	const struct redis_value *entry =
		redis_value_count(entries) == 1 ? redis_value_item(entries, 0) : NULL;
	if (entry && store_entry_id(entry))
		reply_json(ret_answer, 200, make_detail(store, entry));
	else
		reply_error(ret_answer, 404, "gone", "this alert is no longer in the stream");
	redis_value_free(entries);
}

/* A file in the making. */
struct export
{
	struct walk walk;
	struct store *const *stores;
	bool is_csv, has_header;
};

/* A cell of CSV (RFC 4180). A name that a spreadsheet would take for a formula is text. */
static void write_cell(const char *text, bool is_number, FILE *stream)
{
	putc('"', stream);
	if (!is_number && *text && strchr("=+-@\t\r", *text))
		putc('\'', stream);
	for (; *text; text++) {
		if (*text == '"')
			putc('"', stream);
		putc(*text, stream);
	}
	putc('"', stream);
}

static void write_csv(const struct redis_value *entry, json_t *alert, FILE *stream)
{
	write_cell(store_entry_id(entry), false, stream);
	for (size_t i = 0; i < FIELDS; i++) {
		size_t length = 0;
		const char *name = fields[i].name;
		const char *text = store_field(store_entry_fields(entry), name, &length);
		const char *clean = json_string_value(json_object_get(alert, name));
		bool is_number = text && text[strspn(text, "0123456789.e+-")] == '\0';
		putc(',', stream);
		write_cell(clean ? clean : is_number ? text : "", !clean, stream);
	}
	fputs("\r\n", stream);
}

/* The record as the sensor wrote it, one line; of what is no JSON, the flat fields. */
static void write_ndjson(const struct redis_value *entry, json_t *alert, FILE *stream)
{
	size_t length = 0;
	const char *text = store_field(store_entry_fields(entry), "eve", &length);
	json_t *eve = text ? json_loadb(text, length, 0, NULL) : NULL;
	json_dumpf(eve ? eve : alert, stream,
		JSON_COMPACT | JSON_ENSURE_ASCII | JSON_REAL_PRECISION(15));
	putc('\n', stream);
	json_decref(eve);
}

static void write_header(FILE *stream)
{
	fputs("id", stream);
	for (size_t i = 0; i < FIELDS; i++)
		fprintf(stream, ",%s", fields[i].name);
	fputs("\r\n", stream);
}

static void write_entry(struct export *export, const struct redis_value *entry, FILE *stream)
{
	if (!alert_walk_move(&export->walk.way, entry))
		return;
	if (!alert_filter_matches(&export->walk.filter, store_entry_fields(entry)))
		return;
	json_t *alert = alerts_make(entry);
	if (export->is_csv)
		write_csv(entry, alert, stream);
	else
		write_ndjson(entry, alert, stream);
	json_decref(alert);
}

/* One batch. A server that fails in the middle breaks the file off: the browser tells. */
static bool make_piece(void *state, size_t worker, FILE *stream)
{
	struct export *export = state;
	struct redis_value *entries;
	if (export->is_csv && !export->has_header)
		write_header(stream);
	export->has_header = true;
	int r = alert_walk_read(&export->walk.way, export->stores[worker], &entries);
	if (r != 0) {
		fputs("surgetap: Redis is gone, this file is not complete\n", stream);
		return false;
	}
	for (size_t i = 0; i < redis_value_count(entries); i++)
		write_entry(export, redis_value_item(entries, i), stream);
	redis_value_free(entries);
	return !export->walk.way.is_over;
}

void alerts_export(struct store *const *stores, struct request *request, struct answer *ret_answer)
{
	const char *format = request_query(request, "format");
	bool is_csv = format && strcmp(format, "csv") == 0;
	struct export *export = calloc(1, sizeof *export);
	if (!export)
		return;
	if (!format || (!is_csv && strcmp(format, "ndjson") != 0) ||
		parse_walk(request, &export->walk) < 0) {
		reply_error(ret_answer, 400, "bad", "the query cannot be understood");
		free(export);
		return;
	}
	export->stores = stores;
	export->is_csv = is_csv;
	ret_answer->status = 200;
	ret_answer->type = is_csv ? "text/csv; charset=utf-8" : "application/x-ndjson";
	ret_answer->make_piece = make_piece;
	ret_answer->done = free;
	ret_answer->state = export;
	answer_header(ret_answer, "Content-Disposition",
		"attachment; filename=\"surgetap-alerts.%s\"", is_csv ? "csv" : "ndjson");
}
