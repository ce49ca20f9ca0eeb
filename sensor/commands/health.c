/* SPDX-License-Identifier: Apache-2.0 */
#include "commands/health.h"

#include <inttypes.h>

unsigned health_print(const struct metrics *metrics, double now_s, FILE *stream)
{
	const struct pipeline_stats *pipeline = &metrics->pipeline;
	const struct publisher_stats *publisher = &metrics->publisher;
	double silent_s = now_s - metrics->moment_s;
	uint64_t waiting = pipeline->closed - pipeline->judged.minutes;
	unsigned troubles = 0;

	if (silent_s > HEALTH_SILENT_S) {
		fprintf(stream, "no packet has been read for %.0f s: the reader stands still\n",
			silent_s);
		troubles++;
	}
	if (metrics->capture.down > 0) {
		fprintf(stream, "%" PRIu64 " of %zu interfaces are down or gone\n",
			metrics->capture.down, metrics->interface_count);
		troubles++;
	}
	if (waiting > HEALTH_WAITING_MAX) {
		fprintf(stream, "%" PRIu64 " minutes wait for the analyst\n", waiting);
		troubles++;
	}
	if (metrics->lost_s > 0 && now_s - metrics->lost_s < HEALTH_LOSS_S) {
		fprintf(stream,
			"entries were lost %.0f s ago: %" PRIu64 " not queued for Redis, %" PRIu64
			" not taken by the spool, %" PRIu64 " not written to files\n",
			now_s - metrics->lost_s, publisher->redis_dropped, publisher->spool_errors,
			publisher->file_errors);
		troubles++;
	}
	return troubles;
}
