/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_PLUGIN_DOUBLES_H
#define TESTS_PLUGIN_DOUBLES_H
/* A plugin that says what a test tells it to, and remembers what it was asked. */
#include "flow/plugins.h"

#include <string.h>

enum { VPN, TOR, VPS, TLS, DOUBLE_TECHNIQUES };

static const struct surgetap_technique double_techniques[] = {
	{.name = "vpn", .summary = "", .severity = 2, .is_opsec = true},
	{.name = "tor", .summary = "", .severity = 1, .is_opsec = true},
	{.name = "vps", .summary = "", .severity = 3, .is_opsec = true},
	{.name = "tls", .summary = "", .severity = 3},
	{0},
};

/* What the double reports at which of its callbacks, and when it is done. */
static struct {
	struct surgetap_evidence on_packet[4], on_classified[12], on_ended[4];
	unsigned packet_reports, classified_reports, ended_reports;
	unsigned report_at;   /* payload of a flow at which on_packet reports */
	unsigned done_after;  /* payloads of a flow; 0 never */
	bool done_classified; /* on_classified answers DONE */
	bool is_shared;       /* several workers ask at once: what they ask is not remembered */
	unsigned packets, classified, ended;
	uint8_t last_index;
	bool is_in_order;
	struct surgetap_flow seen; /* the latest view */
} script;

static void report_all(
	const struct surgetap_call *call, const struct surgetap_evidence *evidence, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		call->host->report(call, &evidence[i]);
}

static enum surgetap_next double_packet(const struct surgetap_call *call)
{
	unsigned *mine = call->flow_state;

	if (!script.is_shared) {
		script.is_in_order &= call->payload->index == *mine && call->payload->data;
		script.seen = *call->flow;
		script.last_index = call->payload->index;
		script.packets++;
	}
	++*mine;
	if (call->payload->index == script.report_at)
		report_all(call, script.on_packet, script.packet_reports);
	return *mine == script.done_after ? SURGETAP_DONE : SURGETAP_MORE;
}

static enum surgetap_next double_classified(const struct surgetap_call *call)
{
	if (!script.is_shared) {
		script.classified++;
		script.seen = *call->flow;
	}
	report_all(call, script.on_classified, script.classified_reports);
	return script.done_classified ? SURGETAP_DONE : SURGETAP_MORE;
}

static void double_ended(const struct surgetap_call *call)
{
	if (!script.is_shared) {
		script.ended++;
		script.seen = *call->flow;
	}
	report_all(call, script.on_ended, script.ended_reports);
}

static const struct surgetap_plugin double_code = {
	.abi = SURGETAP_ABI,
	.size = sizeof(struct surgetap_plugin),
	.name = "double",
	.version = "1",
	.summary = "says what it is told to",
	.techniques = double_techniques,
	.flow_state_size = sizeof(unsigned),
	.wants = SURGETAP_WANTS_PACKETS | SURGETAP_WANTS_CLASSIFIED | SURGETAP_WANTS_ENDED,
	.on_packet = double_packet,
	.on_classified = double_classified,
	.on_ended = double_ended,
};

/* The double alone, with a fresh script. */
static inline struct plugins *double_plugins(void)
{
	static struct plugins plugins;

	memset(&script, 0, sizeof(script));
	script.is_in_order = true;
	plugins = (struct plugins){.count = 1, .entries = {{.code = &double_code, .loaded = true}}};
	technique_table_init(&plugins.techniques);
	for (int i = 0; i < DOUBLE_TECHNIQUES; i++)
		plugins.entries[0].techniques[i] =
			(uint8_t)technique_table_add(&plugins.techniques, &double_techniques[i]);
	plugins.entries[0].technique_count = DOUBLE_TECHNIQUES;
	return &plugins;
}

static inline struct surgetap_evidence tunnel(uint8_t technique, uint8_t grade)
{
	return (struct surgetap_evidence){technique, grade, SURGETAP_KIND_TUNNEL, 90, "tunnel"};
}

static inline struct surgetap_evidence contact(uint8_t technique, uint8_t grade)
{
	return (struct surgetap_evidence){technique, grade, SURGETAP_KIND_CONTACT, 90, "contact"};
}

/* The bit of a technique of the double. */
#define BIT(technique) ((technique_set)1 << ((technique) + 1))
#define OPSEC ((technique_set)1 << TECHNIQUE_OPSEC)

#endif
