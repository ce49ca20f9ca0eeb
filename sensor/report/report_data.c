/* SPDX-License-Identifier: Apache-2.0 */
#include "report/report_data.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "alert/number.h"
#include "detect/detector.h"
#include "report/comparison.h"

#define COUNT_DIGITS 6
#define BAND_DIGITS 3
#define COVERAGE_MIN 0.05 /* below, a slot counts as not seen, as the detector has it */

int report_data_write_json(const json_t *value, FILE *file)
{
	char *text = json_dumps(value,
		JSON_ENCODE_ANY | JSON_COMPACT | JSON_ENSURE_ASCII | JSON_REAL_PRECISION(10));
	if (!text)
		return -ENOMEM;
	for (const char *at = text; *at; at++) {
		if (*at == '<' || *at == '>' || *at == '&')
			fprintf(file, "\\u00%02x", (unsigned)*at);
		else
			putc(*at, file);
	}
	free(text);
	return 0;
}

static void put_number(double value, int digits, FILE *file)
{
	char text[NUMBER_TEXT_SIZE];
	fputs(isnan(value) ? "null" : number_format(number_round(value, digits), digits, text),
		file);
}

static void put_array(const char *name, const double *values, size_t count, int digits, FILE *file)
{
	fprintf(file, "\"%s\":[", name);
	for (size_t i = 0; i < count; i++) {
		if (i > 0)
			putc(',', file);
		put_number(values[i], digits, file);
	}
	putc(']', file);
}

/* What one metric of one technique needs while it is written. */
struct strip {
	const struct book *book;
	const struct book_range *range;
	size_t column;
	enum comparison_metric metric;
	double *count, *low, *high; /* a number for each slot */
};

static double coverage_of(const struct strip *strip, size_t slot)
{
	return fmin(1, (double)strip->range->seen[slot].seconds / book_slot_s(strip->book));
}

/* The count of a slot: flows, or distinct hosts in a bucket. */
static double count_of(const struct strip *strip, size_t column, size_t slot)
{
	struct book_cell cell = book_cell(strip->range, column, slot);
	double buckets = (double)strip->range->seen[slot].host_buckets;
	if (strip->metric == COMPARISON_FLOWS)
		return cell.flows;
	return buckets > 0 ? cell.hosts / buckets : 0;
}

static bool is_seen(const struct strip *strip, size_t slot)
{
	return coverage_of(strip, slot) >= COVERAGE_MIN &&
	       (strip->metric == COMPARISON_FLOWS || strip->range->seen[slot].host_buckets > 0);
}

static void fill_counts(const struct strip *strip)
{
	for (size_t i = 0; i < strip->range->slots; i++)
		strip->count[i] = is_seen(strip, i) ? count_of(strip, strip->column, i) : NAN;
}

/* Runs the detector over the slots, one after the other, for what it expected of each. */
static int fill_band(const struct strip *strip)
{
	enum detect_metric metric = strip->metric == COMPARISON_HOSTS ? DETECT_HOSTS : DETECT_FLOWS;
	struct detect_settings settings;
	int error = detect_settings_init_single(&settings, metric, book_slot_s(strip->book), 1, 1);
	if (error < 0)
		return error;
	struct detector *detector = calloc(1, detector_size(&settings));
	if (!detector)
		return -ENOMEM;
	detector_init(detector, &settings);
	for (size_t i = 0; i < strip->range->slots; i++) {
		struct detect_event event;
		struct detect_outlook outlook;
		double count = isnan(strip->count[i]) ? 0 : strip->count[i];
		double rest = fmax(0, count_of(strip, BOOK_ALL, i) - count);
		struct detect_input input = {
			.start_s = strip->range->first_s + (int64_t)(i * book_slot_s(strip->book)),
			.count = {count, count},
			.rest = {rest, rest},
			.coverage = isnan(strip->count[i]) ? 0 : coverage_of(strip, i),
		};
		detector_update(detector, &settings, 0, &input, &event);
		detector_outlook(detector, &settings, 0, metric, &outlook);
		bool is_known = input.coverage > 0 && outlook.expected > 0;
		strip->low[i] = is_known ? outlook.low : NAN;
		strip->high[i] = is_known ? outlook.high : NAN;
	}
	free(detector);
	return 0;
}

static int write_metric(struct strip *strip, FILE *file)
{
	const char *name = comparison_metric_name(strip->metric);
	size_t slots = strip->range->slots;
	char key[32];
	fill_counts(strip);
	put_array(name, strip->count, slots, COUNT_DIGITS, file);
	if (strip->column == BOOK_ALL)
		return 0;
	int error = fill_band(strip);
	if (error < 0)
		return error == -EINVAL ? 0 : error; /* slots of a length that it does not judge */
	snprintf(key, sizeof key, "%s_low", name);
	putc(',', file);
	put_array(key, strip->low, slots, BAND_DIGITS, file);
	snprintf(key, sizeof key, "%s_high", name);
	putc(',', file);
	put_array(key, strip->high, slots, BAND_DIGITS, file);
	return 0;
}

static int write_column(struct strip *strip, FILE *file)
{
	json_t *name = json_string(book_column(strip->book, strip->column));
	int error = name ? report_data_write_json(name, file) : -ENOMEM;
	json_decref(name);
	fputs(":{", file);
	for (int m = 0; m < COMPARISON_METRICS && error == 0; m++) {
		strip->metric = (enum comparison_metric)m;
		if (m > 0)
			putc(',', file);
		error = write_metric(strip, file);
	}
	putc('}', file);
	return error;
}

static int write_columns(struct strip *strip, FILE *file)
{
	int error = 0;
	const char *comma = "";
	for (size_t i = 0; i < book_columns(strip->book) && error == 0; i++) {
		if (!strip->range->columns[i])
			continue;
		fputs(comma, file);
		comma = ",";
		strip->column = i;
		error = write_column(strip, file);
	}
	return error;
}

int report_data_write_range(const struct book *book, const struct book_range *range, FILE *file)
{
	size_t slots = range->slots;
	double *values = calloc(3 * slots + 1, sizeof *values);
	if (!values)
		return -ENOMEM;
	struct strip strip = {.book = book,
		.range = range,
		.count = values,
		.low = values + slots,
		.high = values + 2 * slots};
	for (size_t i = 0; i < slots; i++)
		values[i] = (double)range->seen[i].seconds;
	putc('{', file);
	put_array("seen", values, slots, COUNT_DIGITS, file);
	fputs(",\"columns\":{", file);
	int error = write_columns(&strip, file);
	fputs("}}", file);
	free(values);
	return error;
}
