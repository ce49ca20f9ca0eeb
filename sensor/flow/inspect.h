/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FLOW_INSPECT_H
#define FLOW_INSPECT_H
/*
 * The inspection of young flows: nDPI and the plugins look at a flow's first packets, then its
 * state goes back to a bounded pool and a small record stays in the flow. One inspector for each
 * worker.
 */
#include "base/lap.h"
#include "flow/findings.h"
#include "geoip/geoip.h"

/* A flow is decided after so many packets that brought something new at the latest, and after so
 * many in all, from its first payload on: acknowledgements, and what a mirror port shows twice. */
#define INSPECT_NEW_PACKETS_MAX 48
#define INSPECT_PACKETS_MAX 96

struct inspector_settings {
	const struct plugins *plugins;
	struct geoip *geoip; /* NULL: places stay unknown */
	uint32_t capacity;   /* flows under inspection at once */
	bool keep_findings;  /* keep each inspection until its flow ends, to list flows */
	struct lap *lap;     /* the worker's times; NULL: they are not measured */
	unsigned lap_classify, lap_plugins; /* what nDPI and plugins are in it */
};

struct inspector_stats {
	uint64_t active, active_max;
	uint64_t refused; /* flows without inspection: the pool was empty */
	uint64_t payloads, decided;
	uint64_t hellos_lost;      /* gave their buffers up before they were whole */
	uint64_t messages_lost;    /* held segments whose buffer went to a younger flow's */
	uint64_t evidence_dropped; /* reports beyond FINDINGS_EVIDENCE_MAX, or malformed ones */
};

struct inspector;

/* Returns 0, -ENOMEM or -ELIBACC (see classifier_new). Settings are copied, what they point to is
 * not. */
int inspector_new(const struct inspector_settings *settings, struct inspector **ret_inspector);

/* Frees what flows still under inspection hold, too; they may not be shown any more. Accepts NULL.
 */
void inspector_free(struct inspector *inspector);

/* From now on, and for flows under inspection too: the same plugins loaded anew (see
 * plugins_load_anew), and other databases or none. The former ones are not used any more. */
void inspector_change(
	struct inspector *inspector, const struct plugins *plugins, struct geoip *geoip);

/* Asks memory for what inspector_packet will need for the flow; changes nothing else. */
void inspector_foresee(const struct inspector *inspector, const struct flow *flow);

/* Shows one packet of an undecided flow to nDPI and the plugins and updates the flow's sets of
 * techniques. Does nothing for a decided flow. */
void inspector_packet(struct inspector *inspector, struct flow *flow, const struct packet *packet,
	bool from_client);

/* A packet whose bytes are not at hand. An inspection goes on without it; a flow that has none is
 * decided without a verdict, and counted as refused. */
void inspector_miss(struct inspector *inspector, struct flow *flow);

/* The flow is over: nDPI gives its last word, plugins that want to are told. The findings stay
 * until inspector_release. */
void inspector_end(struct inspector *inspector, struct flow *flow);

/* What is known of the flow while it is inspected, or NULL. */
const struct findings *inspector_findings(
	const struct inspector *inspector, const struct flow *flow);

/* Gives the flow's inspection back to the pool, unless findings are kept and `is_over` is false. */
void inspector_release(struct inspector *inspector, struct flow *flow, bool is_over);

/* Names for what flows remember as numbers. */
const struct classifier *inspector_classifier(const struct inspector *inspector);

void inspector_stats(const struct inspector *inspector, struct inspector_stats *ret_stats);

#endif
