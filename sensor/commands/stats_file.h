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

/* Writes the figures to `path` ("-" is standard output). `publisher` may be NULL. Returns `status`,
 * the command's exit status so far, or STATUS_FAILURE after logging why the file could not be
 * written. */
int stats_file_finish(const char *path, const struct feed_result *result,
	const struct technique_table *techniques, const struct stats_alerts *alerts,
	const struct publisher_stats *publisher, int status);

/* The same to a stream that was opened before, which stays open. Returns 0 or -errno. */
int stats_file_write(FILE *stream, const struct feed_result *result,
	const struct technique_table *techniques, const struct stats_alerts *alerts,
	const struct publisher_stats *publisher);

#endif
