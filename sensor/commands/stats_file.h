/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMANDS_STATS_FILE_H
#define COMMANDS_STATS_FILE_H
/* The figures of a run as one JSON object, for `--stats`. */
#include <stdio.h>

#include "commands/feed.h"
#include "publish/publisher.h"

/* Alerts by state. */
struct stats_alerts {
	uint64_t open, update, close, notice, trend;
};

/* Opens `path` ("-" is standard output, NULL none: *ret_stream is NULL then) before the run, so
 * that a place that cannot be written is told before hours of work. Returns 0, or STATUS_FAILURE
 * after logging why. The caller hands the stream to stats_file_close. */
int stats_file_open(const char *path, FILE **ret_stream);

/* Writes the figures; what they are of may be NULL where there is none: `stream` (nothing is
 * written then) and `publisher`. Returns 0 or -errno. */
int stats_file_write(FILE *stream, const struct feed_result *result,
	const struct technique_table *techniques, const struct stats_alerts *alerts,
	const struct publisher_stats *publisher);

/* Closes `stream`, which may be NULL. `error` is what came of writing, 0 or -errno. Returns
 * `status`, the command's exit status so far, or STATUS_FAILURE instead of 0 after logging with
 * `path` what could not be written. */
int stats_file_close(FILE *stream, const char *path, int error, int status);

#endif
