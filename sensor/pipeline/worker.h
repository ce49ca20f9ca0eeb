/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PIPELINE_WORKER_H
#define PIPELINE_WORKER_H
/*
 * The way of a frame: decode, watched range, flow, inspection, meter. A worker shares nothing that it
 * writes; it is driven from outside, with time given as data.
 */
#include "capture/frame.h"
#include "flow/inspect.h"
#include "flow/table.h"
#include "meter/meter.h"
#include "packet/decode.h"
#include "watch/ranges.h"

/* Told of every flow that ends, if asked for; findings may be NULL. */
struct worker_listener {
	void (*flow_ended)(void *argument, const struct flow *flow, const struct findings *findings,
		const struct classifier *classifier);
	void *argument;
};

struct worker_settings {
	const struct ranges *ranges;
	const struct plugins *plugins;
	struct geoip *geoip; /* NULL none */
	uint32_t max_flows;
	bool is_asymmetric; /* the tap sees one direction: an unanswered flow is use, too */
	uint64_t seed;      /* keys the hashes of tables */
	uint64_t host_seed; /* keys the hash of hosts; the same in all workers */
	struct worker_listener listener; /* flow_ended NULL: findings are not kept */
};

struct worker_stats {
	uint64_t packets[PACKET_VERDICTS];
	uint64_t bytes;      /* wire bytes of all frames */
	uint64_t unwatched;  /* decoded packets with no end in a watched range */
	uint64_t unmetered;  /* packets whose time was not believed */
	uint64_t flows_by_technique[TECHNIQUES_MAX]; /* uses counted */
	uint64_t meter_refused;
	struct flow_table_stats flows;
	struct inspector_stats inspections;
};

struct worker;

int worker_new(const struct worker_settings *settings, struct worker **ret_worker);
void worker_free(struct worker *worker);

/* Takes one frame. `now_us` is the packet clock; with `is_timely` false the frame counts in its flow and
 * in no bucket. */
void worker_take(struct worker *worker, const struct frame *frame, int64_t now_us, bool is_timely);

/* Ends every flow at `now_us`. */
void worker_finish(struct worker *worker, int64_t now_us);

/* The counts since the last meter_clear; owned by the worker, to be merged and cleared by the caller. */
struct meter *worker_meter(struct worker *worker);

void worker_stats(const struct worker *worker, struct worker_stats *ret_stats);

#endif
