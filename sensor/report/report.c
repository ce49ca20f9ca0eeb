/* SPDX-License-Identifier: Apache-2.0 */
#include "report/report.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/asset.h"
#include "report/deflate.h"
#include "report/report_data.h"
#include "report/sha256.h"

#define SLOT_S 3600
#define KEY_SIZE 256 /* of an event */

struct report {
	struct book *book;
	json_t *alerts;
	json_t *events; /* keys: the alerts that are there */
	json_t *source;
	uint64_t alerts_left_out;
	int64_t start_s, end_s;
};

/* In the order in which they stand in the page. */
static const char *const styles[] = {"uplot/uPlot.min.css", "report/page.css"};
static const char *const scripts[] = {"uplot/uPlot.iife.min.js", "report/data.js",
	"report/chart.js", "report/heat.js", "report/tables.js", "report/page.js"};

#define COUNT(array) (sizeof(array) / sizeof *(array))

int report_new(struct report **ret_report)
{
	struct report *report = calloc(1, sizeof *report);
	if (!report)
		return -ENOMEM;
	report->alerts = json_array();
	report->events = json_object();
	report->start_s = INT64_MIN;
	report->end_s = INT64_MAX;
	if (!report->alerts || !report->events || book_new(SLOT_S, &report->book) < 0) {
		report_free(report);
		return -ENOMEM;
	}
	*ret_report = report;
	return 0;
}

void report_free(struct report *report)
{
	if (!report)
		return;
	json_decref(report->alerts);
	json_decref(report->events);
	json_decref(report->source);
	book_free(report->book);
	free(report);
}

struct book *report_book(struct report *report)
{
	return report->book;
}

void report_limit(struct report *report, int64_t start_s, int64_t end_s)
{
	report->start_s = start_s;
	report->end_s = end_s;
	book_limit(report->book, start_s, end_s);
}

int report_set_source(struct report *report, const char *text)
{
	json_t *source = json_string(text);
	if (!source)
		return -ENOMEM;
	json_decref(report->source);
	report->source = source;
	return 0;
}

static const char *text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));
	return text ? text : "";
}

/* A delivery that was repeated, or pieces that overlap, bring an event twice. */
static bool is_wanted(struct report *report, const json_t *context)
{
	char key[KEY_SIZE];
	const char *end = text_of(json_object_get(context, "window"), "end");
	int64_t end_s = report_data_parse_time(end);
	if (end_s >= 0 && (end_s <= report->start_s || end_s > report->end_s))
		return false;
	snprintf(key, sizeof key, "%s %s %s", text_of(context, "alert_id"),
		text_of(context, "state"), end);
	bool is_new = !json_object_get(report->events, key);
	return json_object_set_new(report->events, key, json_true()) != 0 || is_new;
}

int report_add_alert(struct report *report, const char *line)
{
	json_t *alert = json_loads(line, JSON_REJECT_DUPLICATES, NULL);
	const json_t *context = json_object_get(json_object_get(alert, "alert"), "context");
	int error = 0;
	if (strcmp(text_of(context, "schema"), "surgetap.alert/1") != 0) {
		error = -EINVAL;
	} else if (json_array_size(report->alerts) >= REPORT_ALERTS_MAX) {
		report->alerts_left_out++;
		error = -ENOSPC;
	} else if (is_wanted(report, context) && json_array_append(report->alerts, alert) != 0) {
		error = -ENOMEM;
	}
	json_decref(alert);
	return error;
}

static void put_policy(FILE *file)
{
	char hash[SHA256_BASE64_SIZE];
	fputs("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
	      "base-uri 'none'; form-action 'none'; script-src",
		file);
	for (size_t i = 0; i < COUNT(scripts); i++) {
		const struct asset *asset = asset_find(scripts[i]);
		fprintf(file, " 'sha256-%s'", sha256_base64(asset->bytes, asset->size, hash));
	}
	fputs("; style-src", file);
	for (size_t i = 0; i < COUNT(styles); i++) {
		const struct asset *asset = asset_find(styles[i]);
		fprintf(file, " 'sha256-%s'", sha256_base64(asset->bytes, asset->size, hash));
	}
	fputs("\">\n", file);
}

static void put_elements(const char *element, const char *const *names, size_t count, FILE *file)
{
	for (size_t i = 0; i < count; i++) {
		const struct asset *asset = asset_find(names[i]);
		fprintf(file, "<%s>", element);
		fwrite(asset->bytes, 1, asset->size, file);
		fprintf(file, "</%s>\n", element);
	}
}

static json_t *ranges_list(const struct book *book)
{
	json_t *list = json_array();
	for (size_t i = 0; i < book_ranges(book); i++) {
		const struct book_range *range = book_range(book, i);
		double seen_s = 0;
		for (size_t slot = 0; slot < range->slots; slot++)
			seen_s += (double)range->seen[slot].seconds;
		json_array_append_new(list, json_pack("{s:s, s:I, s:I, s:f}", "name", range->name,
						    "first_s", (json_int_t)range->first_s, "slots",
						    (json_int_t)range->slots, "seen_s", seen_s));
	}
	return list;
}

static int put_overview(const struct report *report, const char *title, FILE *file)
{
	json_t *techniques = json_array();
	for (size_t i = BOOK_ALL + 1; i < book_columns(report->book); i++)
		json_array_append_new(techniques, json_string(book_column(report->book, i)));
	json_t *overview = json_pack("{s:s, s:s*, s:O*, s:i, s:i, s:I, s:o, s:o, s:O, s:o}",
		"version", SURGETAP_VERSION, "title", title, "source", report->source, "slot_s",
		(int)book_slot_s(report->book), "bucket_s", (int)book_bucket_s(report->book),
		"alerts_left_out", (json_int_t)report->alerts_left_out, "techniques", techniques,
		"ranges", ranges_list(report->book), "alerts", report->alerts, "changes",
		report_data_changes(report->book, report->alerts));
	if (!overview)
		return -ENOMEM;
	fputs("<script type=\"application/json\" id=\"overview\">", file);
	int error = report_data_write_json(overview, file);
	fputs("</script>\n", file);
	json_decref(overview);
	return error;
}

/* A range's columns, packed: most of them are never looked at. */
static int put_range(const struct report *report, size_t number, FILE *file)
{
	FILE *packed;
	fprintf(file, "<script type=\"application/octet-stream\" id=\"range-%zu\">", number);
	int error = deflate_open_base64(file, &packed);
	if (error < 0)
		return error;
	error = report_data_write_range(report->book, book_range(report->book, number), packed);
	if (fclose(packed) != 0 && error == 0)
		error = -ENOMEM;
	fputs("</script>\n", file);
	return error;
}

static int put_data(const struct report *report, const char *title, FILE *file)
{
	int error = put_overview(report, title, file);
	for (size_t i = 0; i < book_ranges(report->book) && error == 0; i++)
		error = put_range(report, i, file);
	return error;
}

/* The page's frame has a line for each of these. */
static const char *const marks[] = {
	"<!-- policy -->", "<!-- styles -->", "<!-- data -->", "<!-- scripts -->"};

int report_write(const struct report *report, const char *title, FILE *file)
{
	const struct asset *frame = asset_find("report/page.html");
	const char *at = (const char *)frame->bytes;
	int error = 0;
	for (size_t i = 0; i < COUNT(marks) && error == 0; i++) {
		const char *mark = strstr(at, marks[i]);
		if (!mark)
			return -EINVAL;
		fwrite(at, 1, (size_t)(mark - at), file);
		at = mark + strlen(marks[i]) + 1;
		if (i == 0)
			put_policy(file);
		else if (i == 2)
			error = put_data(report, title, file);
		else
			put_elements(i == 1 ? "style" : "script", i == 1 ? styles : scripts,
				i == 1 ? COUNT(styles) : COUNT(scripts), file);
	}
	fputs(at, file);
	if (error == 0 && (fflush(file) != 0 || ferror(file)))
		error = -EIO;
	return error;
}
