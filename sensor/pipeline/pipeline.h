/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PIPELINE_PIPELINE_H
#define PIPELINE_PIPELINE_H
/*
 * The rooms wired together: frames go in, flows, usage and alerts come out through listeners. Time is
 * the packets' own.
 */
#include "pipeline/analyst.h"
#include "pipeline/clock.h"
#include "pipeline/worker.h"

/* Silence of the whole tap that is taken for a gap (nothing was seen) and not for zeros. */
#define PIPELINE_GAP_US (60 * CLOCK_MINUTE_US)

struct pipeline_settings {
	struct worker_settings worker;
	struct analyst_settings analyst; /* listener.alert NULL: no analyst, flows only */
};

struct pipeline_stats {
	struct worker_stats worker;
	struct packet_clock clock;
	uint64_t gaps, minutes;         /* silences taken for gaps, minutes closed */
	int64_t first_us, last_us;      /* packet clock at begin and end; equal without packets */
	uint32_t ranges;                /* with traffic */
	size_t detector_bytes;
};

struct pipeline;

/* Returns 0, or an error of worker_new or analyst_new. What the settings point to stays the caller's. */
int pipeline_new(const struct pipeline_settings *settings, struct pipeline **ret_pipeline);
void pipeline_free(struct pipeline *pipeline);

void pipeline_take(struct pipeline *pipeline, const struct frame *frame);

/* Ends flows, closes buckets. Nothing may be taken after. */
void pipeline_finish(struct pipeline *pipeline);

void pipeline_stats(const struct pipeline *pipeline, struct pipeline_stats *ret_stats);

#endif
