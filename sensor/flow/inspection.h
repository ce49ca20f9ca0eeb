/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FLOW_INSPECTION_H
#define FLOW_INSPECTION_H
/*
 * What is remembered of a flow while it is inspected, and the bounded pool out of which a worker
 * takes it. The pool also holds whatever reads the flows: nDPI, the dialogues and preludes, and the
 * panel of plugins.
 */
#include "flow/dialogue.h"
#include "flow/panel.h"
#include "flow/prelude.h"
#include "flow/repeat.h"

/* One flow's. nDPI's state and the plugins' states follow in the same block of memory. */
struct inspection {
	struct dialogue dialogue;
	struct prelude prelude;
	struct repeat repeat;
	uint32_t packets, new_packets;
	bool is_active;   /* belongs to a flow */
	bool is_dpi_done; /* nDPI needs no more packets */
	bool is_classified;
	struct hearing hearing; /* last: so is its evidence */
};

/* The inspections of one worker. Members below `panel` are the pool's own. */
struct inspections {
	struct classifier *classifier;
	struct dialogues *dialogues;
	struct preludes *preludes;
	struct panel *panel;
	uint8_t *blocks;
	size_t block_bytes;
	uint32_t *spares; /* numbers of those given back, the latest on top */
	uint32_t capacity, used, spare_count;
	uint32_t active, active_max;
};

/* Room for `capacity` flows at once; memory is touched as it is used. Preludes compute JA3 and JA4
 * only `with_fingerprints`. `plugins` stay the caller's. Returns 0, -ENOMEM or -ELIBACC (see
 * classifier_new). */
int inspections_init(struct inspections *inspections, const struct plugins *plugins,
	uint32_t capacity, bool with_fingerprints);

/* Frees what flows still under inspection hold, too. */
void inspections_done(struct inspections *inspections);

/* Gives the flow an inspection, and its number to `flow->inspection`. NULL when all are in use. */
struct inspection *inspections_begin(struct inspections *inspections, struct flow *flow);

/* The flow's inspection; it has one. */
static inline struct inspection *inspections_of(
	const struct inspections *inspections, const struct flow *flow)
{
	size_t offset = flow->inspection * inspections->block_bytes;
	return (struct inspection *)(inspections->blocks + offset);
}

/* Asks memory for the flow's inspection, which it has, but for nDPI's state: most packets are not
 * shown to nDPI. */
void inspections_foresee(const struct inspections *inspections, const struct flow *flow);

/* nDPI's state of the flow, for its classifier. */
void *inspection_dpi_state(struct inspection *inspection);

/* Brings the verdict up to date by what the hello tells. */
void inspection_tell_verdict(struct inspection *inspection);

/* Brings the verdict, and what plugins may know of the flow, up to date. */
void inspection_fill_view(const struct inspections *inspections, struct inspection *inspection,
	const struct flow *flow);

/* Gives the flow's inspection back. */
void inspections_end(struct inspections *inspections, struct flow *flow);

#endif
