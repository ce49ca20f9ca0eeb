/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FLOW_FINDINGS_H
#define FLOW_FINDINGS_H
/* What is known of a flow under inspection: nDPI's verdict, the place of the far end, and the
 * evidence of the plugins, out of which the flow's sets of techniques are made. */
#include "flow/classify.h"
#include "flow/flow.h"
#include "flow/plugins.h"

#define FINDINGS_EVIDENCE_MAX 8
#define FINDINGS_REASON_SIZE 112 /* a plugin's, and what a rule adds */

/* What a plugin said of a flow, with the technique's number in the table. */
struct evidence {
	uint8_t technique, grade, kind, confidence_percent;
	uint8_t plugin; /* index into struct plugins */
	bool is_void;   /* gave way by the precedence tor > vpn > vps, or is an imitation */
	char reason[FINDINGS_REASON_SIZE];
};

/* Zeroed at first, but for the evidence. */
struct findings {
	struct verdict verdict;
	struct surgetap_place place; /* of the far end */
	uint32_t evidence_count;
	bool is_news; /* evidence was added, or made stronger, since the sets were settled */
	struct evidence evidence[FINDINGS_EVIDENCE_MAX]; /* last: a kilobyte that few flows need */
};

/* Takes a report of plugin number `number`. Of several for one technique the strongest grade is
 * kept, of equals the first; one that the flow only imitates it is kept before all. False for a
 * malformed report, and for one that found no place. */
bool findings_report(struct findings *findings, const struct plugin *plugin, uint8_t number,
	const struct surgetap_evidence *reported);

/* Sorts the evidence into the flow's sets, in place of what they held, by the precedence; what the
 * flow only imitates is in none. A proxy
 * (better than a guess) whose far end is a rentable server is evidence of `vps` too. */
void findings_settle(
	struct findings *findings, const struct technique_table *table, struct flow *flow);

/* The same, added to what the flow's sets hold. */
void findings_add(
	struct findings *findings, const struct technique_table *table, struct flow *flow);

#endif
