/* SPDX-License-Identifier: Apache-2.0 */
#include "report/comparison.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#define HOUR_S 3600.0

/* One side's slots of a technique in the making. */
struct side {
	struct rate_slot *slots;
	size_t count;
	double all, hours;
};

const char *comparison_metric_name(enum comparison_metric metric)
{
	return metric == COMPARISON_HOSTS ? "hosts" : "flows";
}

static double value_of(
	const struct book_range *range, int column, size_t slot, enum comparison_metric metric)
{
	if (column < 0)
		return 0;
	struct book_cell cell = book_cell(range, (size_t)column, slot);
	return metric == COMPARISON_HOSTS ? cell.hosts : cell.flows;
}

/* Cuts the window out of the book. */
static int cut_window(const struct comparison_window *window, const char *name,
	const char *technique, enum comparison_metric metric, struct side *ret_side)
{
	const struct book_range *range = book_find(window->book, name);
	int column = book_find_column(window->book, technique);
	*ret_side = (struct side){0};
	if (!range || range->slots == 0)
		return 0;
	ret_side->slots = malloc(range->slots * sizeof *ret_side->slots);
	if (!ret_side->slots)
		return -ENOMEM;
	for (size_t i = 0; i < range->slots; i++) {
		int64_t start_s = range->first_s + (int64_t)(i * book_slot_s(window->book));
		double hours = (double)range->seen[i].seconds / HOUR_S;
		double exposure =
			metric == COMPARISON_HOSTS ? (double)range->seen[i].host_buckets : hours;
		if (start_s < window->start_s || start_s >= window->end_s || !(exposure > 0))
			continue;
		ret_side->slots[ret_side->count++] =
			(struct rate_slot){start_s, value_of(range, column, i, metric), exposure};
		ret_side->all += value_of(range, BOOK_ALL, i, metric);
		ret_side->hours += hours;
	}
	return 0;
}

static struct comparison_side summarise(double count, double exposure, double all)
{
	return (struct comparison_side){
		.rate = exposure > 0 ? count / exposure : NAN,
		.share = all > 0 ? count / all : NAN,
	};
}

static void fill_row(const struct side *before, const struct side *after, bool is_same_bucket,
	struct comparison_row *row)
{
	struct rate_window windows[] = {
		{before->slots, before->count}, {after->slots, after->count}};
	rate_ratio_compute(&windows[0], &windows[1], &row->ratio);
	row->before = summarise(row->ratio.before_count, row->ratio.before_exposure, before->all);
	row->after = summarise(row->ratio.after_count, row->ratio.after_exposure, after->all);
	row->hours_before = before->hours;
	row->hours_after = after->hours;
	if (row->metric == COMPARISON_HOSTS && !is_same_bucket)
		row->ratio.ratio = row->ratio.low = row->ratio.high = NAN;
}

int comparison_of(const struct comparison_window *before, const struct comparison_window *after,
	const char *range, const char *technique,
	struct comparison_row ret_rows[COMPARISON_METRICS])
{
	bool is_same = book_bucket_s(before->book) == book_bucket_s(after->book);
	for (int metric = 0; metric < COMPARISON_METRICS; metric++) {
		struct side sides[2] = {{0}};
		struct comparison_row row = {.range = range,
			.technique = technique,
			.metric = (enum comparison_metric)metric};
		int error = cut_window(before, range, technique, row.metric, &sides[0]);
		if (error == 0)
			error = cut_window(after, range, technique, row.metric, &sides[1]);
		if (error == 0)
			fill_row(&sides[0], &sides[1], is_same, &row);
		free(sides[0].slots);
		free(sides[1].slots);
		if (error < 0)
			return error;
		ret_rows[metric] = row;
	}
	return 0;
}

static int run_technique(const struct comparison_window *before,
	const struct comparison_window *after, const char *range, const char *technique,
	comparison_listener *listener, void *argument)
{
	struct comparison_row rows[COMPARISON_METRICS];
	int error = comparison_of(before, after, range, technique, rows);
	const struct rate_ratio *flows = &rows[COMPARISON_FLOWS].ratio;
	const struct rate_ratio *hosts = &rows[COMPARISON_HOSTS].ratio;
	if (error < 0)
		return error;
	if (flows->before_count + flows->after_count + hosts->before_count + hosts->after_count > 0)
		for (int metric = 0; metric < COMPARISON_METRICS; metric++)
			listener(argument, &rows[metric]);
	return 0;
}

/* Techniques of the before book, then those of the after book alone; "all" last. */
static int run_range(const struct comparison_window *before, const struct comparison_window *after,
	const char *range, comparison_listener *listener, void *argument)
{
	int error = 0;
	for (size_t i = BOOK_ALL + 1; i < book_columns(before->book) && error == 0; i++)
		error = run_technique(
			before, after, range, book_column(before->book, i), listener, argument);
	for (size_t i = BOOK_ALL + 1; i < book_columns(after->book) && error == 0; i++)
		if (book_find_column(before->book, book_column(after->book, i)) < 0)
			error = run_technique(before, after, range, book_column(after->book, i),
				listener, argument);
	if (error == 0)
		error = run_technique(before, after, range, book_column(before->book, BOOK_ALL),
			listener, argument);
	return error;
}

int comparison_run(const struct comparison_window *before, const struct comparison_window *after,
	comparison_listener *listener, void *argument)
{
	int error = 0;
	for (size_t i = 0; i < book_ranges(before->book) && error == 0; i++)
		error = run_range(
			before, after, book_range(before->book, i)->name, listener, argument);
	for (size_t i = 0; i < book_ranges(after->book) && error == 0; i++)
		if (!book_find(before->book, book_range(after->book, i)->name))
			error = run_range(before, after, book_range(after->book, i)->name, listener,
				argument);
	return error;
}
