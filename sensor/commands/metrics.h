/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMANDS_METRICS_H
#define COMMANDS_METRICS_H
/* The counters of a live sensor: for Prometheus as a text file, for Redis as a heartbeat. */
#include <stdint.h>

#include "capture/capture.h"
#include "publish/publisher.h"

struct metrics {
	struct capture_stats capture;
	struct publisher_stats publisher;
	double uptime_s;
	int64_t last_bucket_s; /* begin of the minute that was closed last; 0 none */
};

/* Writes them in Prometheus' text format to `path`, through a temporary file beside it, so that no
 * reader sees half of it. Returns 0 or -errno. */
int metrics_write_file(const struct metrics *metrics, const char *path);

/* The same as fields of the heartbeat. Returns how many were written to `ret_fields`. */
size_t metrics_fill_fields(
	const struct metrics *metrics, struct publisher_field ret_fields[PUBLISHER_HEARTBEAT_MAX]);

#endif
