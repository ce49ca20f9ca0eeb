/* SPDX-License-Identifier: Apache-2.0 */
#include "report/report.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/line.h"
#include "base/log.h"
#include "base/text.h"
#include "commands/commands.h"
#include "commands/compare_source.h"
#include "commands/output.h"
#include "commands/report_redis.h"
#include "commands/usage.h"
#include "config/period.h"
#include "publish/publisher.h"

#define FILES_MAX 1024 /* of either kind */
#define SOURCE_SIZE 1024
#define LINE_SIZE 65536 /* of an alert, many times what one has */

enum option_key {
	KEY_USAGE = 256,
	KEY_ALERTS,
	KEY_REDIS,
	KEY_PREFIX,
	KEY_WINDOW,
	KEY_TITLE,
	KEY_QUIET
};

static const struct argp_option options[] = {
	{.name = "usage",
		.key = KEY_USAGE,
		.arg = "FILE",
		.doc = "counts, as 'surgetap replay --usage' writes them (repeatable, in the order "
		       "of time)"},
	{.name = "alerts",
		.key = KEY_ALERTS,
		.arg = "FILE",
		.doc = "alerts, as 'surgetap replay --alerts' writes them (repeatable)"},
	{.name = "redis",
		.key = KEY_REDIS,
		.arg = "URL",
		.doc = "instead of files: counts and alerts that a sensor has delivered to this "
		       "server"},
	{.name = "redis-prefix",
		.key = KEY_PREFIX,
		.arg = "TEXT",
		.doc = "begin of all keys (default surgetap:)"},
	{.name = "window",
		.key = KEY_WINDOW,
		.arg = "START..END",
		.doc = "take nothing from outside, such as 2026-03-03..2026-03-24T06:00 (UTC)"},
	{.name = "output", .key = 'o', .arg = "FILE", .doc = "write the page there; needed"},
	{.name = "title", .key = KEY_TITLE, .arg = "TEXT", .doc = "of the page"},
	{.name = "quiet", .key = KEY_QUIET, .doc = "no messages but warnings and errors"},
	{.name = NULL},
};

struct files {
	const char *paths[FILES_MAX];
	size_t count;
};

struct words {
	struct files usage, alerts;
	struct url url;
	bool has_redis;
	struct report_redis redis;
	const char *output, *title;
};

static error_t refuse(const char *option, const char *value, const char *wanted)
{
	log_error("report: %s '%s': %s", option, value, wanted);
	return EINVAL;
}

static error_t add_file(struct files *files, const char *option, const char *path)
{
	if (files->count == FILES_MAX)
		return refuse(option, path, "is one too many");
	files->paths[files->count++] = path;
	return 0;
}

static error_t parse_redis(struct words *words, char *argument)
{
	char reason[URL_REASON_SIZE];
	int r = url_parse(argument, &words->url, reason);
	url_hide_password(argument);
	words->has_redis = true;
	return r < 0 ? refuse("--redis", argument, reason) : 0;
}

static error_t parse_window(struct words *words, const char *argument)
{
	struct period period;
	if (!period_parse(argument, &period))
		return refuse("--window", argument,
			"must be START..END, such as 2026-03-03..2026-03-24T06:00");
	words->redis.start_s = period.start_s;
	words->redis.end_s = period.end_s;
	return 0;
}

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
	struct words *words = state->input;
	switch (key) {
	case KEY_USAGE:
		return add_file(&words->usage, "--usage", argument);
	case KEY_ALERTS:
		return add_file(&words->alerts, "--alerts", argument);
	case KEY_REDIS:
		return parse_redis(words, argument);
	case KEY_PREFIX:
		words->redis.prefix = argument;
		return 0;
	case KEY_WINDOW:
		return parse_window(words, argument);
	case 'o':
		words->output = argument;
		return 0;
	case KEY_TITLE:
		words->title = argument;
		return 0;
	case KEY_QUIET:
		log_set_quiet(true);
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

static int read_alerts(const char *path, struct report *report)
{
	FILE *file = fopen(path, "re");
	static char line[LINE_SIZE];
	size_t length;
	uint64_t number = 0, left_out = 0;
	int status = 0, error;
	if (!file) {
		log_error("%s: %s", path, strerror(errno));
		return STATUS_FAILURE;
	}
	while (status == 0 && (error = line_read(file, line, LINE_SIZE, &length)) != 0) {
		number++;
		if (error > 0)
			error = report_add_alert(report, line);
		left_out += error == -ENOSPC;
		if (error == 0 || error == -ENOSPC)
			continue;
		log_error("%s:%llu: %s", path, (unsigned long long)number,
			error == -EINVAL  ? "no alert of surgetap"
			: error == -E2BIG ? "longer than 64 KiB"
					  : strerror(-error));
		status = STATUS_FAILURE;
	}
	if (left_out)
		log_warn("%s: %llu alerts beyond the first %d are left out", path,
			(unsigned long long)left_out, REPORT_ALERTS_MAX);
	fclose(file);
	return status;
}

/* "counts of a.ndjson, b.ndjson": for the page, which cuts what is longer. */
static int tell_files(const struct files *usage, struct report *report)
{
	char text[SOURCE_SIZE] = "counts of ";
	for (size_t i = 0; i < usage->count; i++) {
		char name[SOURCE_SIZE];
		text_make_printable(usage->paths[i], name, sizeof name);
		size_t used = strlen(text);
		snprintf(text + used, sizeof text - used, "%s%.200s", i > 0 ? ", " : "", name);
	}
	return report_set_source(report, text) < 0 ? STATUS_FAILURE : 0;
}

static int read_files(const struct words *words, struct report *report)
{
	int status = tell_files(&words->usage, report);
	for (size_t i = 0; i < words->usage.count && status == 0; i++)
		status = compare_source_read_usage(words->usage.paths[i], report_book(report));
	for (size_t i = 0; i < words->alerts.count && status == 0; i++)
		status = read_alerts(words->alerts.paths[i], report);
	uint64_t repeated = book_repeated(report_book(report));
	if (repeated)
		log_warn("report: %llu buckets came again and are counted once",
			(unsigned long long)repeated);
	return status;
}

static int make_report(const struct words *words, struct report *report)
{
	report_limit(report, words->redis.start_s, words->redis.end_s);
	int status = words->has_redis ? report_redis_read(&words->redis, report)
				      : read_files(words, report);
	FILE *page = NULL;
	if (status == STATUS_OK)
		status = output_open(words->output, &page);
	int error = page ? report_write(report, words->title, page) : 0;
	return output_close(page, words->output, error, status);
}

static int check_words(const struct words *words)
{
	if (words->output && words->has_redis != (words->usage.count > 0) &&
		!(words->has_redis && words->alerts.count > 0))
		return 0;
	log_error("report needs --usage FILE or --redis URL, one of them, and --output FILE");
	return STATUS_USAGE;
}

int command_report(int argc, char **argv)
{
	static const struct argp argp = {.options = options, .parser = parse_option};
	struct words words = {.redis = {.url = &words.url,
				      .prefix = "surgetap:",
				      .start_s = INT64_MIN,
				      .end_s = INT64_MAX}};
	struct report *report = NULL;
	int status = usage_parse(argc, argv, "report", &argp, &words);
	if (status == 0)
		status = check_words(&words);
	url_fill_password(&words.url, getenv(PUBLISHER_PASSWORD_VARIABLE));
	if (status == 0 && report_new(&report) < 0) {
		log_error("out of memory");
		status = STATUS_FAILURE;
	}
	if (status == 0)
		status = make_report(&words, report);
	report_free(report);
	explicit_bzero(&words, sizeof words);
	return status;
}
