/* SPDX-License-Identifier: Apache-2.0 */
#include "web/usage_view.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "publish/entry.h"
#include "web/reply.h"
#include "web/usage_hours.h"
#include "web/usage_reader.h"

#define MINUTE_MS INT64_C(60000)
#define HOUR_MS INT64_C(3600000)
#define TIME_MAX_MS 1e14

/* A range as it was when the request came. */
struct view {
	struct ledger_range range;
	struct ledger_techniques techniques;
	enum ledger_metric metric;
	int64_t from, to, step_ms; /* from, to: in steps */
	bool is_long;              /* further back than the ledger: hours out of Redis */
};

/* The columns of the answer, one for each technique, with a place for each step; NAN: not known. */
struct columns {
	size_t steps;
	double *values;
	unsigned *hours; /* of a long view: how many each step holds */
	bool has_any;
};

static double *column(const struct columns *columns, size_t technique)
{
	return columns->values + technique * columns->steps;
}

static int columns_init(struct columns *columns, const struct view *view)
{
	columns->steps = (size_t)(view->to - view->from);
	size_t count = columns->steps * LEDGER_TECHNIQUES_MAX;
	columns->hours = calloc(columns->steps, sizeof *columns->hours);
	columns->values = malloc(count * sizeof *columns->values);
	for (size_t i = 0; columns->values && i < count; i++)
		columns->values[i] = NAN;
	return columns->values && columns->hours ? 0 : -1;
}

static void columns_done(struct columns *columns)
{
	free(columns->values);
	free(columns->hours);
}

static void fill_hours(struct columns *columns, const struct view *view)
{
	for (size_t i = 0; i < view->techniques.count; i++)
		for (size_t step = 0; step < columns->steps; step++)
			column(columns, i)[step] = ledger_hour(
				&view->range, view->from + (int64_t)step, i, view->metric);
}

static void fill_minute(struct columns *columns, const struct view *view, int64_t ms,
	const struct ledger_slot *minute)
{
	int64_t at = ms / MINUTE_MS;
	if (at < view->from || at >= view->to)
		return;
	for (size_t i = 0; i < view->techniques.count; i++)
		column(columns, i)[at - view->from] = (double)minute->sums[i][view->metric];
}

static int fill_minutes(struct columns *columns, const struct view *view, struct ledger *ledger,
	struct store *store)
{
	char key[ENTRY_KEY_SIZE], stream[ENTRY_KEY_SIZE + 8], first[STORE_ID_SIZE],
		last[STORE_ID_SIZE];
	struct redis_value *entries;
	snprintf(stream, sizeof stream, "usage:%s",
		entry_make_key(view->range.name, key, sizeof key));
	snprintf(first, sizeof first, "%" PRId64, view->from * MINUTE_MS);
	snprintf(last, sizeof last, "%" PRId64, view->to * MINUTE_MS - 1);
	int r = store_read_on(store, stream, first, last, USAGE_VIEW_MINUTES_MAX, &entries);
	if (r != 0)
		return r;
	for (size_t i = 0; i < redis_value_count(entries); i++) {
		struct ledger_slot minute;
		int64_t ms = usage_reader_parse(ledger, redis_value_item(entries, i), &minute);
		if (ms >= 0)
			fill_minute(columns, view, ms, &minute);
	}
	redis_value_free(entries);
	return 0;
}

struct filling {
	struct columns *columns;
	const struct view *view;
};

/* Steps of several hours hold their mean. */
static void fill_hour(void *user, int64_t ms, const struct ledger_slot *hour)
{
	const struct filling *filling = user;
	const struct view *view = filling->view;
	int64_t at = ms / view->step_ms;
	if (at < view->from || at >= view->to)
		return;
	size_t step = (size_t)(at - view->from);
	double weight = 1.0 / ++filling->columns->hours[step];
	for (size_t i = 0; i < LEDGER_TECHNIQUES_MAX; i++) {
		double *value = &column(filling->columns, i)[step];
		double now = (double)hour->sums[i][view->metric];
		*value = isnan(*value) ? now : *value + (now - *value) * weight;
	}
	filling->columns->has_any = true;
}

/* Without hours in Redis (an older sensor wrote them) it is what the ledger knows, in minutes. */
static int fill_long(
	struct columns *columns, struct view *view, struct ledger *ledger, struct store *store)
{
	struct filling filling = {.columns = columns, .view = view};
	int r = usage_hours_read(store, ledger, view->range.name, view->from * view->step_ms,
		view->to * view->step_ms, fill_hour, &filling);
	if (r != 0 || columns->has_any)
		return r;
	view->is_long = false;
	view->to = view->to * view->step_ms / HOUR_MS;
	view->from = view->to - LEDGER_HOURS;
	view->step_ms = HOUR_MS;
	columns_done(columns);
	if (columns_init(columns, view) < 0)
		return -1;
	fill_hours(columns, view);
	return 0;
}

static json_t *make_values(const struct columns *columns, size_t technique)
{
	json_t *values = json_array();
	for (size_t step = 0; step < columns->steps; step++)
		json_array_append_new(values, reply_number(column(columns, technique)[step]));
	return values;
}

/* The same for all minutes of an hour. */
static json_t *make_usual(const struct view *view, size_t technique)
{
	json_t *usual = json_array();
	int64_t known = -1;
	double value = NAN;
	for (int64_t at = view->from; at < view->to && !view->is_long; at++) {
		int64_t hour = at * view->step_ms / HOUR_MS;
		if (hour != known)
			value = ledger_usual(&view->range, hour, technique, view->metric);
		known = hour;
		json_array_append_new(usual, reply_number(value));
	}
	return usual;
}

static json_t *make_series(const struct view *view, const struct columns *columns)
{
	json_t *times = json_array(), *techniques = json_object();
	for (int64_t at = view->from; at < view->to; at++)
		json_array_append_new(times, json_integer(at * view->step_ms / 1000));
	for (size_t i = 0; i < view->techniques.count; i++)
		json_object_set_new(techniques, view->techniques.names[i],
			json_pack("{s:o, s:o}", "values", make_values(columns, i), "usual",
				make_usual(view, i)));
	return json_pack("{s:I, s:s, s:o, s:o}", "step_s", (json_int_t)view->step_ms / 1000, "per",
		view->is_long ? "hour" : "minute", "times", times, "techniques", techniques);
}

/* Sets the window; false for one that is none. */
static bool parse_window(struct request *request, struct view *view)
{
	const char *from = request_query(request, "from"), *to = request_query(request, "to");
	double from_ms = from ? strtod(from, NULL) : NAN, to_ms = to ? strtod(to, NULL) : NAN;
	if (!(from_ms >= 0.0 && from_ms < to_ms && to_ms < TIME_MAX_MS))
		return false;
	double length_ms = to_ms - from_ms;
	view->is_long = length_ms > (LEDGER_HOURS + 1) * (double)HOUR_MS;
	view->step_ms = length_ms > USAGE_VIEW_HOURS_MAX * (double)HOUR_MS
				? USAGE_VIEW_LONG_HOURS * HOUR_MS
			: length_ms > USAGE_VIEW_MINUTES_MAX * (double)MINUTE_MS ? HOUR_MS
										 : MINUTE_MS;
	view->from = (int64_t)from_ms / view->step_ms;
	view->to = (int64_t)ceil(to_ms / (double)view->step_ms);
	int64_t most = view->is_long              ? USAGE_VIEW_HOURS_MAX
		       : view->step_ms == HOUR_MS ? LEDGER_HOURS
						  : USAGE_VIEW_MINUTES_MAX;
	if (view->to - view->from > most)
		view->from = view->to - most;
	return true;
}

static bool find_range(struct ledger *ledger, struct request *request, struct view *view)
{
	const char *name = request_query(request, "range");
	for (size_t i = 0; name && ledger_copy(ledger, i, &view->range, &view->techniques); i++) {
		/* Browsers know names as they are shown. */
		json_t *shown = reply_text(view->range.name, strlen(view->range.name));
		bool is_it = shown && strcmp(json_string_value(shown), name) == 0;
		json_decref(shown);
		if (is_it || strcmp(view->range.name, name) == 0)
			return true;
	}
	return false;
}

static void answer_series(
	struct view *view, struct ledger *ledger, struct store *store, struct answer *ret_answer)
{
	struct columns columns = {0};
	int r = 0;
	if (columns_init(&columns, view) < 0) {
		columns_done(&columns);
		return;
	}
	if (view->is_long)
		r = fill_long(&columns, view, ledger, store);
	else if (view->step_ms == HOUR_MS)
		fill_hours(&columns, view);
	else
		r = fill_minutes(&columns, view, ledger, store);
	if (r == 0)
		reply_json(ret_answer, 200, make_series(view, &columns));
	else
		reply_store(ret_answer, store);
	columns_done(&columns);
}

void usage_view_series(struct ledger *ledger, struct store *store, struct request *request,
	struct answer *ret_answer)
{
	struct view *view = malloc(sizeof *view);
	if (!view)
		return;
	view->metric = ledger_metric_find(request_query(request, "metric"));
	if (!parse_window(request, view))
		reply_error(ret_answer, 400, "bad", "from and to are no window of time");
	else if (!find_range(ledger, request, view))
		reply_error(ret_answer, 404, "gone", "there is no usage of this range");
	else
		answer_series(view, ledger, store, ret_answer);
	free(view);
}
