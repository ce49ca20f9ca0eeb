/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMANDS_EXPORTER_H
#define COMMANDS_EXPORTER_H
/* A live sensor's figures over HTTP, for this machine only: /metrics in Prometheus' text format,
 * and /healthz, which is 200 "ok", or 503 with a line for each trouble. It answers while the sensor
 * stands still. */
#include "commands/metrics.h"
#include "http/listen.h"

struct exporter;

/* Listens. Returns 0 or an error of server_open. */
int exporter_open(const struct listen *listen, struct exporter **ret_exporter);

/* How things stand now; copied. From any thread. Before the first call /healthz is 503. */
void exporter_put(struct exporter *exporter, const struct metrics *metrics);

/* How its clients fare. From any thread. */
void exporter_count(const struct exporter *exporter, struct server_counts *ret_counts);

/* The port in use. */
uint16_t exporter_port(const struct exporter *exporter);

/* Accepts NULL. */
void exporter_close(struct exporter *exporter);

#endif
