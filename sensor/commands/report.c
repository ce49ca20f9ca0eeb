/* SPDX-License-Identifier: Apache-2.0 */
#include "report/report.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "commands/commands.h"
#include "commands/compare_source.h"
#include "commands/report_file.h"
#include "commands/usage.h"

enum option_key { KEY_USAGE = 256, KEY_ALERTS, KEY_TITLE };

static const struct argp_option options[] = {
	{.name = "usage",
		.key = KEY_USAGE,
		.arg = "FILE",
		.doc = "counts, as 'surgetap replay --usage' writes them; needed"},
	{.name = "alerts",
		.key = KEY_ALERTS,
		.arg = "FILE",
		.doc = "alerts, as 'surgetap replay --alerts' writes them"},
	{.name = "output", .key = 'o', .arg = "FILE", .doc = "write the page there; needed"},
	{.name = "title", .key = KEY_TITLE, .arg = "TEXT", .doc = "of the page"},
	{.name = NULL},
};

struct words {
	const char *usage, *alerts, *output, *title;
};

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
	struct words *words = state->input;
	switch (key) {
	case KEY_USAGE:
		words->usage = argument;
		return 0;
	case KEY_ALERTS:
		words->alerts = argument;
		return 0;
	case 'o':
		words->output = argument;
		return 0;
	case KEY_TITLE:
		words->title = argument;
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

static int read_alerts(const char *path, struct report *report)
{
	FILE *file = fopen(path, "re");
	char *line = NULL;
	size_t room = 0;
	uint64_t number = 0, left_out = 0;
	int status = 0;
	if (!file) {
		log_error("%s: %s", path, strerror(errno));
		return STATUS_FAILURE;
	}
	while (status == 0 && getline(&line, &room, file) > 0) {
		number++;
		int error = report_add_alert(report, line);
		left_out += error == -ENOSPC;
		if (error == 0 || error == -ENOSPC)
			continue;
		log_error("%s:%llu: %s", path, (unsigned long long)number,
			error == -EINVAL ? "no alert of surgetap" : strerror(-error));
		status = STATUS_FAILURE;
	}
	if (left_out)
		log_warn("%s: %llu alerts beyond the first %d are left out", path,
			(unsigned long long)left_out, REPORT_ALERTS_MAX);
	free(line);
	fclose(file);
	return status;
}

static int make_report(const struct words *words, struct report *report)
{
	int status = compare_source_read_usage(words->usage, report_book(report));
	if (status == 0 && words->alerts)
		status = read_alerts(words->alerts, report);
	return status ? status : report_file_write(report, words->title, words->output);
}

int command_report(int argc, char **argv)
{
	static const struct argp argp = {.options = options, .parser = parse_option};
	struct words words = {NULL, NULL, NULL, NULL};
	struct report *report;
	int status = usage_parse(argc, argv, "report", &argp, &words);
	if (status)
		return status;
	if (!words.usage || !words.output) {
		log_error("report needs --usage FILE and --output FILE");
		return STATUS_USAGE;
	}
	if (report_new(&report) < 0) {
		log_error("out of memory");
		return STATUS_FAILURE;
	}
	status = make_report(&words, report);
	report_free(report);
	return status;
}
