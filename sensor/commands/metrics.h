/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMANDS_METRICS_H
#define COMMANDS_METRICS_H
/* The figures of a live sensor: for Prometheus as text, for Redis as a heartbeat.
 * docs/operations.md lists them. */
#include <stdint.h>
#include <stdio.h>

#include "capture/capture.h"
#include "commands/reload.h"
#include "http/server.h"
#include "pipeline/pipeline.h"
#include "publish/publisher.h"

/* How things stand at one moment. */
struct metrics {
	struct capture_stats capture;
	struct pipeline_stats pipeline;
	struct pipeline_times times;
	struct publisher_stats publisher;
	struct reload_stats reload;
	struct server_counts http; /* of the exporter */
	char techniques[TECHNIQUES_MAX][TECHNIQUE_NAME_SIZE];
	uint32_t technique_count;
	const char *sensor, *interface; /* names; live as long as the sensor */
	size_t interface_count;
	double uptime_s;
	double moment_s;      /* monotonic */
	double lost_s;        /* monotonic: when an entry was lost last (see publisher); 0 never */
	uint64_t clock_steps; /* back, of the host's clock */
	double clock_ahead_s; /* how far the sensor's time is ahead of it */
	uint64_t rss_bytes;   /* memory in use */
};

/* Prints all in Prometheus' text format (version 0.0.4). Returns 0 or -EIO. */
int metrics_print(const struct metrics *metrics, FILE *stream);

/* The same to a file at `path`, through a temporary file beside it, so that no reader sees half of
 * it. Returns 0 or -errno. */
int metrics_write_file(const struct metrics *metrics, const char *path);

/* The most important ones as fields of the heartbeat. Returns how many were written to
 * `ret_fields`. */
size_t metrics_fill_fields(
	const struct metrics *metrics, struct publisher_field ret_fields[PUBLISHER_HEARTBEAT_MAX]);

#endif
