/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FLOW_PANEL_H
#define FLOW_PANEL_H
/*
 * The plugins of one worker as a panel: each remembers something of the worker and of each flow, is
 * shown payloads until it has seen enough, and reports what it finds.
 */
#include "flow/findings.h"
#include "packet/packet.h"

/* Payloads of a flow that plugins may see: WebRTC's channels open after some 30, most of which are
 * ICE's checks. Plugins stop sooner by themselves. */
#define PANEL_PAYLOADS_MAX 40

struct panel; /* of one worker */

struct panel_stats {
	uint64_t payloads;
	uint64_t evidence_dropped; /* reports beyond FINDINGS_EVIDENCE_MAX, or malformed ones */
};

/* A flow before the panel: zero at first but for the evidence, then panel_begin. */
struct hearing {
	struct surgetap_flow view;
	uint8_t *states;          /* the plugins', one behind the other; NULL: the flow is over */
	uint32_t waiting;         /* plugins that want more payloads, a bit for each */
	uint8_t payloads;         /* shown so far */
	struct findings findings; /* last: so is its evidence */
};

/* `plugins` stay the caller's. Returns 0 or -ENOMEM. */
int panel_new(const struct plugins *plugins, struct panel **ret_panel);
/* Accepts NULL. */
void panel_free(struct panel *panel);

/* From now on, and for flows before the panel too: the same plugins loaded anew. */
void panel_change(struct panel *panel, const struct plugins *plugins);

/* Bytes of state that the plugins need for one flow. */
size_t panel_state_size(const struct panel *panel);

/* Whether one plugin at least wants to know of the end of flows. */
bool panel_hears_ends(const struct panel *panel);

/* A flow's hearing begins. `states`: panel_state_size() bytes, zeroed, aligned for any type. */
void panel_begin(const struct panel *panel, struct hearing *hearing, uint8_t *states);

/* Shows a message of the flow to those who wait for one. `hearing->view` is up to date, in these
 * three but for the samples. */
void panel_show(struct panel *panel, struct hearing *hearing, const struct packet *message,
	bool from_client);

/* nDPI has spoken. */
void panel_tell_classified(struct panel *panel, struct hearing *hearing);

/* The flow is over. */
void panel_tell_ended(struct panel *panel, struct hearing *hearing);

void panel_stats(const struct panel *panel, struct panel_stats *ret_stats);

#endif
