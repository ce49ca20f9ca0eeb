/* SPDX-License-Identifier: Apache-2.0 */
#include "base/log.h"
#include "base/progress.h"
#include "base/term.h"
#include "base/text.h"
#include "commands/commands.h"
#include "commands/series_csv.h"
#include "commands/series_table.h"
#include "commands/usage.h"
#include "detect/detector.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define NAME_TEXT_SIZE (4 * SERIES_CSV_NAME_MAX + 1)
#define FAULT_SIZE (NAME_TEXT_SIZE + 160)
#define ROWS_PER_LOOK 16384 /* rows between looks at the clock */

enum option_key { KEY_BUCKET = 256, KEY_KIND, KEY_ALARMS, KEY_ALL };

static const struct argp_option options[] = {
	{.name = "bucket",
		.key = KEY_BUCKET,
		.arg = "SECONDS",
		.doc = "length of a row's bucket: 60, 300, 3600 (default), 86400 or 604800"},
	{.name = "kind",
		.key = KEY_KIND,
		.arg = "hosts|flows",
		.doc = "what is counted (default hosts)"},
	{.name = "alarms-per-year",
		.key = KEY_ALARMS,
		.arg = "X",
		.doc = "alarms allowed for the whole file (default: 1 for each series)"},
	{.name = "all", .key = KEY_ALL, .doc = "print a line for every bucket"},
	{.name = NULL},
};

struct score {
	const char *path;
	uint32_t bucket_s;
	enum detect_metric metric;
	double alarms_per_year; /* 0: one for each series */
	bool all;
	struct detect_settings settings; /* for the series seen so far */
	struct series_table table;
	char fault[FAULT_SIZE]; /* of a row that cannot be taken */
};

static error_t refuse(const char *option, const char *value, const char *wanted)
{
	log_error("score: %s '%s': must be %s", option, value, wanted);
	return EINVAL;
}

static bool parse_positive(const char *text, double *ret_value)
{
	char *end;
	double value = strtod(text, &end);
	if (end == text || *end != '\0' || !isfinite(value) || value <= 0.0)
		return false;
	*ret_value = value;
	return true;
}

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
	struct score *score = state->input;
	double number = 0.0;

	switch (key) {
	case KEY_BUCKET:
		if (!parse_positive(argument, &number) || number > 604800.0 ||
			detect_settings_init_single(
				&score->settings, DETECT_HOSTS, (uint32_t)number, 1.0, 1) < 0 ||
			number != (double)(uint32_t)number)
			return refuse("--bucket", argument, "60, 300, 3600, 86400 or 604800");
		score->bucket_s = (uint32_t)number;
		return 0;
	case KEY_KIND:
		for (int i = 0; i < DETECT_METRICS; i++) {
			if (strcmp(argument, detect_metric_name((enum detect_metric)i)) != 0)
				continue;
			score->metric = (enum detect_metric)i;
			return 0;
		}
		return refuse("--kind", argument, "hosts or flows");
	case KEY_ALARMS:
		if (!parse_positive(argument, &score->alarms_per_year))
			return refuse("--alarms-per-year", argument, "a number above 0");
		return 0;
	case KEY_ALL:
		score->all = true;
		return 0;
	case ARGP_KEY_ARG:
		if (state->arg_num > 0) {
			log_error("score takes one file, '%s' is one more", argument);
			return EINVAL;
		}
		score->path = argument;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

/* Writes the name as a JSON string; its bytes may be anything. */
static void print_name(const struct series_entry *series)
{
	char text[NAME_TEXT_SIZE];
	text_clean(series->name, series->name_length, text, sizeof text);
	putchar_unlocked('"');
	for (const char *at = text; *at != '\0'; at++) {
		if (*at == '"' || *at == '\\')
			putchar_unlocked('\\');
		putchar_unlocked(*at);
	}
	putchar_unlocked('"');
}

/* JSON has no infinity and no NaN. */
static void print_number(const char *key, double value)
{
	if (isfinite(value))
		printf(",\"%s\":%.10g", key, value);
	else
		printf(",\"%s\":null", key);
}

static void print_event(const struct score *score, const struct series_entry *series,
	const struct series_row *row, const struct detect_event *event)
{
	fputs("{\"series\":", stdout);
	print_name(series);
	printf(",\"time\":%lld,\"state\":\"%s\"", (long long)row->time_s,
		detect_kind_name(event->kind));
	print_number("score", event->score);
	print_number("observed", event->observed[score->metric]);
	print_number("expected", event->expected[score->metric]);
	print_number("ratio", event->ratio);
	print_number("rise_percent", event->rise_percent);
	printf(",\"method\":\"%s\"", detect_method_name(event->method));
	if (event->kind == DETECT_CLOSE)
		printf(",\"reason\":\"%s\"", detect_reason_name(event->reason));
	printf(",\"onset\":%lld,\"window\":{\"start\":%lld,\"end\":%lld}",
		(long long)event->onset_s, (long long)event->window_start_s,
		(long long)event->window_end_s);
	print_number("p_value", event->p_value);
	printf(",\"learning\":%s}\n", event->learning ? "true" : "false");
}

static void print_bucket(
	const struct score *score, const struct series_entry *series, const struct series_row *row)
{
	struct detect_outlook outlook;
	detector_outlook(series->detector, &score->settings, 0, score->metric, &outlook);
	double ratio = outlook.expected > 0.0 ? row->count / outlook.expected : NAN;
	fputs("{\"series\":", stdout);
	print_name(series);
	printf(",\"time\":%lld,\"state\":\"%s\"", (long long)row->time_s,
		outlook.open ? "ongoing" : "quiet");
	print_number("score", outlook.score);
	print_number("observed", row->count);
	print_number("expected", outlook.expected);
	print_number("ratio", ratio);
	print_number("rise_percent", 100.0 * (ratio - 1.0));
	printf(",\"method\":\"%s\"}\n", detect_method_name(outlook.method));
}

/* The threshold follows the number of series seen so far: a file cut short has the same first
 * lines. */
static int count_series(struct score *score)
{
	double alarms = score->alarms_per_year;
	uint32_t pairs = alarms > 0.0 && score->table.count > 0 ? (uint32_t)score->table.count : 1;
	return detect_settings_init_single(&score->settings, score->metric, score->bucket_s,
		alarms > 0.0 ? alarms : 1.0, pairs);
}

static const char *describe_disorder(
	struct score *score, const struct series_entry *series, const struct series_row *row)
{
	char name[NAME_TEXT_SIZE];
	text_clean(series->name, series->name_length, name, sizeof name);
	snprintf(score->fault, sizeof score->fault,
		"series %s: the bucket at %lld begins before the one at %lld ends: time must "
		"ascend, by --bucket seconds or more",
		name, (long long)row->time_s, (long long)(series->next_s - score->bucket_s));
	return score->fault;
}

static int take_row(struct score *score, const struct series_row *row, const char **ret_fault)
{
	struct series_entry *series;
	struct detect_event event;
	int r = series_table_get(&score->table, row->name, row->name_length, &series);
	if (r < 0) {
		*ret_fault = r == -ENOSPC ? "more than 1000000 series" : "out of memory";
		return r;
	}
	if (r > 0) {
		count_series(score);
		detector_init(series->detector, &score->settings);
	}
	if (row->time_s < series->next_s) {
		*ret_fault = describe_disorder(score, series, row);
		return -EINVAL;
	}
	series->next_s = row->time_s + score->bucket_s;
	struct detect_input input = {
		.start_s = row->time_s,
		.count = {row->count, row->count},
		.rest = {row->rest, row->rest},
		.coverage = row->coverage,
	};
	if (detector_update(series->detector, &score->settings, 0, &input, &event))
		print_event(score, series, row, &event);
	else if (score->all)
		print_bucket(score, series, row);
	return 0;
}

/* A bar in the last line of the terminal would run into the lines of another stream there. */
static void show_progress(
	struct progress *progress, const struct series_csv *csv, uint64_t total_bytes)
{
	struct progress_state state = {csv->bytes, total_bytes, csv->line, "rows", -1};
	if (csv->line % ROWS_PER_LOOK == 0 && !term_is_terminal(stdout))
		progress_update(progress, &state);
}

static int take_rows(struct score *score, FILE *file, struct series_csv_fault *ret_fault)
{
	static struct series_csv csv;
	struct progress progress;
	struct series_row row;
	struct stat about;
	uint64_t bytes = fstat(fileno(file), &about) == 0 && S_ISREG(about.st_mode)
				 ? (uint64_t)about.st_size
				 : 0;
	int r = series_csv_init(&csv, file, ret_fault);
	progress_init(&progress);
	while (r >= 0 && (r = series_csv_next(&csv, &row, ret_fault)) > 0) {
		*ret_fault = (struct series_csv_fault){.line = csv.line};
		r = take_row(score, &row, &ret_fault->text);
		if (ferror(stdout))
			r = -EIO;
		show_progress(&progress, &csv, bytes);
	}
	progress_done(&progress);
	return r;
}

static int score_file(struct score *score, FILE *file)
{
	struct series_csv_fault fault = {0};
	int r = take_rows(score, file, &fault);
	if (r == 0)
		return STATUS_OK;
	if (ferror(stdout)) /* main tells */
		return STATUS_FAILURE;
	if (fault.error)
		log_error("%s: %s", score->path, strerror(fault.error));
	else if (fault.column > 0)
		log_error("%s:%llu:%llu: %s", score->path, (unsigned long long)fault.line,
			(unsigned long long)fault.column, fault.text);
	else
		log_error("%s:%llu: %s", score->path, (unsigned long long)fault.line, fault.text);
	return STATUS_FAILURE;
}

int command_score(int argc, char **argv)
{
	static const struct argp argp = {
		.options = options, .parser = parse_option, .args_doc = "FILE.csv"};
	struct score score = {.bucket_s = 3600, .metric = DETECT_HOSTS};
	int status = usage_parse(argc, argv, "score", &argp, &score);
	if (status)
		return status;
	if (score.path == NULL) {
		log_error("score needs a FILE.csv, or - for standard input");
		return STATUS_USAGE;
	}
	FILE *file = strcmp(score.path, "-") == 0 ? stdin : fopen(score.path, "re");
	if (file == NULL) {
		log_error("%s: %s", score.path, strerror(errno));
		return STATUS_FAILURE;
	}
	count_series(&score);
	if (series_table_init(&score.table, detector_size(&score.settings), 0) == 0) {
		status = score_file(&score, file);
	} else {
		log_error("out of memory");
		status = STATUS_FAILURE;
	}
	series_table_done(&score.table);
	if (file != stdin)
		fclose(file);
	return status;
}
