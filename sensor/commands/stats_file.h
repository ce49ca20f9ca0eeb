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

/* Writes the figures; what they are of may be NULL where there is none: `stream` (nothing is
 * written then) and `publisher`. Returns 0 or -errno. */
int stats_file_write(FILE *stream, const struct feed_result *result,
	const struct technique_table *techniques, const struct stats_alerts *alerts,
	const struct publisher_stats *publisher);

#endif
