/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMANDS_REPORT_FILE_H
#define COMMANDS_REPORT_FILE_H
/* The report as a file, and how a replay fills it: it listens in on the way to another listener. */
#include "config/config.h"
#include "pipeline/analyst.h"
#include "report/report.h"

/* Writes the page to `path`, "-" standard output. Returns 0, or the exit status after logging why.
 */
int report_file_write(const struct report *report, const char *title, const char *path);

struct report_file {
	const struct config *config;
	struct report *report; /* NULL: the configuration wants none */
	struct analyst_listener next;
};

/* Prepares the report that the configuration wants, if any. What the listener hears is handed on to
 * `next`. `config` and `ret_file` must outlive the pipeline. Returns 0, or STATUS_FAILURE after
 * logging. */
int report_file_open(const struct config *config, const struct analyst_listener *next,
	struct report_file *ret_file);

/* The listener to give to the pipeline: `next` itself when no report is wanted. */
struct analyst_listener report_file_listener(struct report_file *file);

/* Writes the report and frees it. Returns `status`, the exit status so far, or STATUS_FAILURE. */
int report_file_close(struct report_file *file, int status);

#endif
