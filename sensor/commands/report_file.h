/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMANDS_REPORT_FILE_H
#define COMMANDS_REPORT_FILE_H
/* The report of a replay, which listens in on the way to another listener. */
#include "config/config.h"
#include "pipeline/analyst.h"
#include "report/report.h"

struct report_file {
	const struct config *config;
	struct report *report; /* NULL: the configuration wants none */
	FILE *stream;          /* that of the page; the same */
	struct analyst_listener next;
};

/* Prepares the report that the configuration wants, if any, and opens its file. What the listener
 * hears is handed on to `next`. `config` and `ret_file` must outlive the pipeline. Returns 0, or
 * STATUS_FAILURE after logging. */
int report_file_open(const struct config *config, const struct analyst_listener *next,
	struct report_file *ret_file);

/* The listener to give to the pipeline: `next` itself when no report is wanted. */
struct analyst_listener report_file_listener(struct report_file *file);

/* Writes the report and frees it. Returns `status`, the exit status so far, or STATUS_FAILURE. */
int report_file_close(struct report_file *file, int status);

#endif
