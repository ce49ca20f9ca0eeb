/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PIPELINE_WORKER_H
#define PIPELINE_WORKER_H
/*
 * The way of a watched packet: flow, inspection, meter. A worker shares nothing that it writes; it
 * is driven from outside, with time given as data.
 */
#include "flow/inspect.h"
#include "flow/table.h"
#include "meter/meter.h"
#include "pipeline/rules.h"
#include "pipeline/stage.h"
#include "watch/sample.h"

/* Told of every flow that ends, if asked for; findings may be NULL. */
struct worker_listener {
	void (*flow_ended)(void *argument, const struct flow *flow, const struct findings *findings,
		const struct classifier *classifier);
	void *argument;
};

struct worker_settings {
	const struct ranges *ranges;
	struct sample sample; /* the control group; zeroed: none. It stays when the rules change */
	const struct plugins *plugins;
	struct geoip *geoip; /* NULL none */
	uint32_t max_flows;
	bool is_asymmetric; /* the tap sees one direction: an unanswered flow is use, too */
	uint64_t seed;      /* keys the hashes of tables */
	uint64_t host_seed; /* keys the hash of hosts; the same in all workers */
	struct worker_listener listener; /* flow_ended NULL: findings are not kept */
};

struct worker_stats {
	uint64_t unmetered;     /* packets whose time was not believed */
	uint64_t control_flows; /* of the control group; in flows.created, in no other figure */
	uint64_t flows_by_technique[TECHNIQUES_MAX]; /* uses counted, of watched hosts */
	struct flow_table_stats flows;
	struct inspector_stats inspections;
};

struct worker;

int worker_new(const struct worker_settings *settings, struct worker **ret_worker);
void worker_free(struct worker *worker);

/* A packet with an end in a watched range or in the control group. */
struct worker_packet {
	struct packet packet;
	int64_t now_us;               /* the packet clock */
	uint32_t source, destination; /* as gate_pass tells them */
	uint32_t flow_hash;           /* of its flow, by the same secret for all packets */
	bool is_timely;               /* false: counts in its flow and in no bucket */
	bool is_bare; /* its bytes were left behind: the flow must have been decided */
};

void worker_take(struct worker *worker, const struct worker_packet *packet);

/* Judges by other rules from now on; flows under way and the meter of the minute go over to them.
 * Flows without an end in a range to come end. The former rules are not used any more. */
void worker_change_rules(struct worker *worker, const struct rules_change *change);

/* Packs the flows under way, each behind a byte 1, and a byte 0 behind the last one. */
void worker_save_flows(const struct worker *worker, struct pack_writer *writer);

/* Goes on with a flow of an earlier run, as flow_table_resume does. Returns false when it is not
 * watched any more, or has no place. */
bool worker_resume_flow(struct worker *worker, struct flow *flow);

/* What is asked for ahead of a packet, each when the one before it has come. */
enum worker_foresight {
	WORKER_FORESEE_BUCKET, /* where flows of its hash begin */
	WORKER_FORESEE_FLOW,
	WORKER_FORESEE_INSPECTION,
	WORKER_FORESIGHTS,
};

/* Asks memory for what worker_take will need for a packet that it gets some packets later; changes
 * nothing else. */
void worker_foresee(
	struct worker *worker, const struct worker_packet *packet, enum worker_foresight what);

/* Ends flows that were silent for too long by `now_us`. To be called at the same times in every
 * worker. */
void worker_tick(struct worker *worker, int64_t now_us);

/* Ends every flow at `now_us`. */
void worker_finish(struct worker *worker, int64_t now_us);

/* Counts into `meter` from now on; it stays the caller's. To be called before the first packet, and
 * not with NULL. */
void worker_set_meter(struct worker *worker, struct meter *meter);

/* The worker's times, for its thread to add to, for others to read. */
struct lap *worker_lap(struct worker *worker);

void worker_stats(const struct worker *worker, struct worker_stats *ret_stats);

/* Adds the figures of another worker; of maxima the sum, too. */
void worker_stats_add(struct worker_stats *sum, const struct worker_stats *more);

#endif
