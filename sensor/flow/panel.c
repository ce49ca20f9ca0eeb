/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/panel.h"

#include <errno.h>
#include <stdlib.h>

#define ALIGNMENT 16

struct panel {
	const struct plugins *plugins;
	size_t offsets[PLUGINS_MAX]; /* of the plugins' states of a flow */
	size_t state_bytes;
	void *worker_states[PLUGINS_MAX];
	/* Those with SURGETAP_WANTS_PACKETS, _CLASSIFIED, _ENDED: a bit for each. */
	uint32_t payload_plugins, verdict_plugins, end_plugins;
	struct surgetap_host host;
	struct panel_stats stats;
};

/* A call as the plugin sees it, and behind it what report() needs. */
struct call {
	struct surgetap_call public; /* first: the plugin hands its address back */
	struct panel *panel;
	struct findings *findings;
	uint8_t plugin;
};

static void on_report(const struct surgetap_call *public, const struct surgetap_evidence *reported)
{
	const struct call *call = (const struct call *)public;
	const struct plugin *plugin = &call->panel->plugins->entries[call->plugin];
	if (!findings_report(call->findings, plugin, call->plugin, reported))
		call->panel->stats.evidence_dropped++;
}

/* Makes the worker's states and lays the flow's out. */
static int seat(struct panel *panel)
{
	for (uint32_t i = 0; i < panel->plugins->count; i++) {
		const struct surgetap_plugin *code = panel->plugins->entries[i].code;
		size_t bytes = code->worker_state_size;
		panel->worker_states[i] = calloc(1, bytes ? bytes : 1);
		if (!panel->worker_states[i])
			return -ENOMEM;
		panel->offsets[i] = panel->state_bytes;
		panel->state_bytes +=
			(code->flow_state_size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
		if (code->wants & SURGETAP_WANTS_PACKETS)
			panel->payload_plugins |= 1u << i;
		if (code->wants & SURGETAP_WANTS_CLASSIFIED)
			panel->verdict_plugins |= 1u << i;
		if (code->wants & SURGETAP_WANTS_ENDED)
			panel->end_plugins |= 1u << i;
	}
	return 0;
}

int panel_new(const struct plugins *plugins, struct panel **ret_panel)
{
	struct panel *panel = calloc(1, sizeof *panel);
	if (!panel)
		return -ENOMEM;
	panel->plugins = plugins;
	panel->host = (struct surgetap_host){
		.abi = SURGETAP_ABI, .size = sizeof panel->host, .report = on_report};
	int error = seat(panel);
	if (error < 0) {
		panel_free(panel);
		return error;
	}
	*ret_panel = panel;
	return 0;
}

void panel_free(struct panel *panel)
{
	if (!panel)
		return;
	for (uint32_t i = 0; i < PLUGINS_MAX; i++)
		free(panel->worker_states[i]);
	free(panel);
}

void panel_change(struct panel *panel, const struct plugins *plugins)
{
	panel->plugins = plugins;
}

size_t panel_state_size(const struct panel *panel)
{
	return panel->state_bytes;
}

bool panel_hears_ends(const struct panel *panel)
{
	return panel->end_plugins != 0;
}

void panel_begin(const struct panel *panel, struct hearing *hearing, uint8_t *states)
{
	hearing->states = states;
	hearing->waiting = panel->payload_plugins;
}

static struct call make_call(struct panel *panel, struct hearing *hearing)
{
	return (struct call){
		.public = {.host = &panel->host, .flow = &hearing->view},
		.panel = panel,
		.findings = &hearing->findings,
	};
}

/* The call goes to the first of the `left` plugins, whose number is returned. */
static uint32_t turn_to_next(struct call *call, const struct hearing *hearing, uint32_t left)
{
	const struct panel *panel = call->panel;
	uint32_t number = (uint32_t)__builtin_ctz(left);
	call->public.shared = panel->plugins->entries[number].shared;
	call->public.worker_state = panel->worker_states[number];
	call->public.flow_state = hearing->states ? hearing->states + panel->offsets[number] : NULL;
	call->plugin = (uint8_t)number;
	return number;
}

static void add_sample(struct surgetap_flow *view, const struct packet *message, bool from_client)
{
	uint32_t bytes = message->payload_bytes;
	if (view->sample_count < SURGETAP_SAMPLES)
		view->samples[view->sample_count++] = (struct surgetap_sample){
			bytes < UINT16_MAX ? (uint16_t)bytes : UINT16_MAX, from_client};
}

void panel_show(struct panel *panel, struct hearing *hearing, const struct packet *message,
	bool from_client)
{
	struct surgetap_payload payload = {
		.data = message->payload,
		.captured_bytes = message->payload_captured_bytes,
		.length_bytes = message->payload_bytes,
		.from_client = from_client,
		.index = hearing->payloads,
	};
	add_sample(&hearing->view, message, from_client);
	struct call call = make_call(panel, hearing);
	call.public.payload = &payload;
	for (uint32_t left = hearing->waiting; left; left &= left - 1) {
		uint32_t number = turn_to_next(&call, hearing, left);
		if (panel->plugins->entries[number].code->on_packet(&call.public) == SURGETAP_DONE)
			hearing->waiting &= ~(1u << number);
	}
	panel->stats.payloads++;
	if (++hearing->payloads == PANEL_PAYLOADS_MAX)
		hearing->waiting = 0;
}

void panel_tell_classified(struct panel *panel, struct hearing *hearing)
{
	struct call call = make_call(panel, hearing);
	for (uint32_t left = panel->verdict_plugins; left; left &= left - 1) {
		uint32_t number = turn_to_next(&call, hearing, left);
		const struct surgetap_plugin *code = panel->plugins->entries[number].code;
		if (code->on_classified(&call.public) == SURGETAP_DONE)
			hearing->waiting &= ~(1u << number);
	}
}

void panel_tell_ended(struct panel *panel, struct hearing *hearing)
{
	struct call call = make_call(panel, hearing);
	for (uint32_t left = panel->end_plugins; left; left &= left - 1) {
		uint32_t number = turn_to_next(&call, hearing, left);
		call.public.flow_state = NULL;
		panel->plugins->entries[number].code->on_ended(&call.public);
	}
}

void panel_stats(const struct panel *panel, struct panel_stats *ret_stats)
{
	*ret_stats = panel->stats;
}
