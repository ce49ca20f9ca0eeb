/* SPDX-License-Identifier: Apache-2.0 */
#include "report/report_data.h"

#include <math.h>
#include <string.h>
#include <time.h>

#include "alert/number.h"
#include "report/comparison.h"

#define DIGITS 6
#define DAY_S 86400

int64_t report_data_parse_time(const char *text)
{
	struct tm tm = {0};
	if (!text || !strptime(text, "%Y-%m-%dT%H:%M:%S", &tm))
		return -1;
	return timegm(&tm);
}

static const char *text_of(const json_t *context, const char *key)
{
	const char *text = json_string_value(json_object_get(context, key));
	return text ? text : "";
}

static json_t *context_of(const json_t *alert)
{
	return json_object_get(json_object_get(alert, "alert"), "context");
}

/* The end of the episode: when it was closed, else the end of time. */
static int64_t find_end(const json_t *alerts, const char *id, const char **ret_end)
{
	size_t i;
	json_t *alert;
	json_array_foreach(alerts, i, alert)
	{
		const json_t *context = context_of(alert);
		const char *end = text_of(json_object_get(context, "window"), "end");
		if (strcmp(text_of(context, "state"), "close") == 0 &&
			strcmp(text_of(context, "alert_id"), id) == 0 &&
			report_data_parse_time(end) >= 0) {
			*ret_end = end;
			return report_data_parse_time(end);
		}
	}
	*ret_end = NULL;
	return INT64_MAX;
}

static json_t *number(double value)
{
	return isfinite(value) ? json_real(number_round(value, DIGITS)) : json_null();
}

static json_t *row_object(const struct comparison_row *row)
{
	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:b}", "before",
		number(row->before.rate), "after", number(row->after.rate), "share_before",
		number(row->before.share), "share_after", number(row->after.share), "ratio",
		number(row->ratio.ratio), "low", number(row->ratio.low), "high",
		number(row->ratio.high), "few_days", row->ratio.block_s < DAY_S);
}

/* Before and after the onset of one alert; NULL when the alert has none or memory is short. */
static json_t *change_of(const struct book *book, const json_t *alerts, const json_t *alert)
{
	const json_t *context = context_of(alert);
	const char *start = text_of(json_object_get(context, "window"), "start"), *end;
	int64_t onset_s = report_data_parse_time(start), slot_s = book_slot_s(book);
	int64_t end_s = find_end(alerts, text_of(context, "alert_id"), &end);
	const char *range = text_of(context, "range"), *technique = text_of(context, "technique");
	struct comparison_row rows[COMPARISON_METRICS];
	if (onset_s < 0)
		return NULL;
	onset_s -= onset_s % slot_s;
	if (end_s != INT64_MAX) /* the hour in which it ended is half of either kind */
		end_s -= end_s % slot_s;
	if (end_s <= onset_s)
		end_s = onset_s + slot_s;
	struct comparison_window before = {book, INT64_MIN, onset_s},
				 after = {book, onset_s, end_s};
	if (comparison_of(&before, &after, range, technique, rows) < 0)
		return NULL;
	return json_pack("{s:s, s:s, s:s, s:s, s:s?, s:o, s:o}", "range", range, "technique",
		technique, "alert_id", text_of(context, "alert_id"), "start", start, "end", end,
		"hosts", row_object(&rows[COMPARISON_HOSTS]), "flows",
		row_object(&rows[COMPARISON_FLOWS]));
}

json_t *report_data_changes(const struct book *book, const json_t *alerts)
{
	json_t *list = json_array(), *alert;
	size_t i;
	json_array_foreach(alerts, i, alert)
	{
		if (strcmp(text_of(context_of(alert), "state"), "open") != 0)
			continue;
		json_t *change = change_of(book, alerts, alert);
		if (change)
			json_array_append_new(list, change);
	}
	return list;
}
