/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/inspect.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "flow/dialogue.h"
#include "flow/panel.h"
#include "flow/prelude.h"
#include "flow/repeat.h"
#include "flow/view.h"

#define TCP 6
#define TCP_SYN 2
#define ALIGNMENT 16

_Static_assert(CLASSIFY_PACKETS_TCP <= INSPECT_PACKETS_MAX &&
		       CLASSIFY_PACKETS_OTHER <= INSPECT_PACKETS_MAX,
	"nDPI has decided when the inspection is over");

/* One flow's inspection. nDPI's state and the plugins' states follow in the same block. */
struct inspection {
	struct hearing hearing;
	struct dialogue dialogue;
	struct prelude prelude;
	uint32_t next; /* chain of spare ones */
	uint32_t packets;
	struct repeat repeat;
	bool is_active;   /* belongs to a flow */
	bool is_dpi_done; /* nDPI needs no more packets */
	bool is_classified;
};

struct inspector {
	struct inspector_settings settings;
	struct classifier *classifier;
	struct dialogues *dialogues;
	struct preludes *preludes;
	struct panel *panel;
	uint8_t *blocks;
	size_t block_bytes;
	uint32_t used, spare;
	struct inspector_stats stats;
};

static size_t align(size_t bytes)
{
	return (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

static struct inspection *inspection_at(const struct inspector *inspector, uint32_t index)
{
	return (struct inspection *)(inspector->blocks + index * inspector->block_bytes);
}

static void *dpi_state(struct inspection *inspection)
{
	return (uint8_t *)inspection + align(sizeof *inspection);
}

static uint8_t *plugin_states(struct inspection *inspection)
{
	return (uint8_t *)dpi_state(inspection) + align(classifier_state_size());
}

/* Whoever lists flows shows them; a plugin says so. */
static bool wants_fingerprints(const struct inspector_settings *settings)
{
	bool is_wanted = settings->keep_findings;
	for (uint32_t i = 0; i < settings->plugins->count; i++)
		is_wanted |=
			settings->plugins->entries[i].code->wants & SURGETAP_WANTS_FINGERPRINTS;
	return is_wanted;
}

int inspector_new(const struct inspector_settings *settings, struct inspector **ret_inspector)
{
	struct inspector *inspector = calloc(1, sizeof *inspector);
	if (!inspector)
		return -ENOMEM;
	inspector->settings = *settings;
	inspector->spare = FLOW_NO_INSPECTION;
	int error = classifier_new(&inspector->classifier);
	if (error == 0)
		error = dialogues_new(&inspector->dialogues);
	if (error == 0)
		error = preludes_new(wants_fingerprints(settings), &inspector->preludes);
	if (error == 0)
		error = panel_new(settings->plugins, &inspector->panel);
	if (error < 0)
		goto fail;
	inspector->block_bytes = align(sizeof(struct inspection)) + align(classifier_state_size()) +
				 panel_state_size(inspector->panel);
	/* Untouched memory costs nothing: pages appear as inspections are used. */
	inspector->blocks = calloc(settings->capacity, inspector->block_bytes);
	error = inspector->blocks ? 0 : -ENOMEM;
	if (error < 0)
		goto fail;
	*ret_inspector = inspector;
	return 0;
fail:
	inspector_free(inspector);
	return error;
}

void inspector_free(struct inspector *inspector)
{
	if (!inspector)
		return;
	for (uint32_t i = 0; i < inspector->used; i++)
		if (inspection_at(inspector, i)->is_active)
			classifier_end(dpi_state(inspection_at(inspector, i)));
	free(inspector->blocks);
	panel_free(inspector->panel);
	preludes_free(inspector->preludes);
	dialogues_free(inspector->dialogues);
	classifier_free(inspector->classifier);
	free(inspector);
}

void inspector_change(
	struct inspector *inspector, const struct plugins *plugins, struct geoip *geoip)
{
	inspector->settings.plugins = plugins;
	inspector->settings.geoip = geoip;
	panel_change(inspector->panel, plugins);
}

static void mark_classify(const struct inspector *inspector)
{
	if (inspector->settings.lap)
		lap_mark(inspector->settings.lap, inspector->settings.lap_classify);
}

static void mark_plugins(const struct inspector *inspector)
{
	if (inspector->settings.lap)
		lap_mark(inspector->settings.lap, inspector->settings.lap_plugins);
}

static struct inspection *begin(struct inspector *inspector, struct flow *flow)
{
	uint32_t index = inspector->spare;
	if (index != FLOW_NO_INSPECTION) {
		inspector->spare = inspection_at(inspector, index)->next;
	} else if (inspector->used < inspector->settings.capacity) {
		index = inspector->used++;
	} else {
		inspector->stats.refused++;
		flow->is_decided = true;
		return NULL;
	}
	struct inspection *inspection = inspection_at(inspector, index);
	memset(inspection, 0, inspector->block_bytes);
	classifier_begin(dpi_state(inspection), flow->key.transport == TCP && flow->complete);
	for (unsigned i = 0; i < 2; i++)
		if (flow->syns >> i & 1)
			dialogue_start(&inspection->dialogue, i == 0, flow->sequences[i]);
	inspection->is_active = true;
	panel_begin(inspector->panel, &inspection->hearing, plugin_states(inspection));
	flow->inspection = index;
	if (inspector->settings.geoip) {
		struct surgetap_address far = flow_far_host(flow);
		geoip_look_up(inspector->settings.geoip, &far, &inspection->hearing.findings.place);
	}
	if (++inspector->stats.active > inspector->stats.active_max)
		inspector->stats.active_max = inspector->stats.active;
	return inspection;
}

static void fill_view(
	const struct inspector *inspector, const struct flow *flow, struct inspection *inspection)
{
	struct hearing *hearing = &inspection->hearing;
	prelude_tell(&inspection->prelude, &hearing->findings.verdict);
	view_fill(&hearing->view, flow, inspector->classifier, &hearing->findings);
	hearing->view.hello = (enum surgetap_hello)inspection->prelude.handshake.hello;
	hearing->view.tls_ech = inspection->prelude.handshake.has_ech;
}

/* nDPI has spoken: its verdict into the findings and the flow, then to the plugins. */
static void classify(
	struct inspector *inspector, struct flow *flow, struct inspection *inspection, bool give_up)
{
	struct verdict *verdict = &inspection->hearing.findings.verdict;
	classifier_decide(inspector->classifier, dpi_state(inspection), give_up, verdict);
	flow->protocol_id = verdict->protocol_id;
	flow->master_id = verdict->master_id;
	flow->category_id = verdict->category_id;
	flow->confidence = (uint8_t)verdict->confidence;
	inspection->is_classified = true;
	fill_view(inspector, flow, inspection);
	mark_classify(inspector);
	panel_tell_classified(inspector->panel, &inspection->hearing);
	mark_plugins(inspector);
}

/* The evidence into the flow's sets. What an earlier run found of the flow stays: its packets
 * cannot be seen again. */
static void settle(
	const struct inspector *inspector, struct inspection *inspection, struct flow *flow)
{
	const struct technique_table *table = &inspector->settings.plugins->techniques;
	if (flow->is_resumed)
		findings_add(&inspection->hearing.findings, table, flow);
	else
		findings_settle(&inspection->hearing.findings, table, flow);
}

/* A SYN takes a sequence number of its own, before what it may carry (RFC 9293, 3.4; RFC 7413). */
static void note_syn(struct flow *flow, const struct packet *packet, bool from_client)
{
	unsigned direction = from_client ? 0 : 1;
	flow->sequences[direction] = packet->tcp_sequence + 1;
	flow->syns |= (uint8_t)(1u << direction);
}

/* Shows the packet to nDPI and reads the hello in it, which may follow a greeting that nDPI has
 * named long since (STARTTLS). Returns whether both know what they can: a verdict waits for a hello
 * that has begun, so that plugins see it whole. */
static bool look(struct inspector *inspector, struct inspection *inspection,
	const struct packet *packet, bool from_client)
{
	if (packet->payload_captured_bytes > 0)
		prelude_add(inspector->preludes, &inspection->prelude, packet, from_client);
	if (inspection->is_classified)
		return true;
	if (!inspection->is_dpi_done)
		inspection->is_dpi_done =
			(prelude_is_sealed(&inspection->prelude) &&
				classifier_has_name(dpi_state(inspection))) ||
			classifier_inspect(inspector->classifier, dpi_state(inspection), packet);
	return inspection->is_dpi_done && !prelude_is_pending(&inspection->prelude);
}

/* One message of the flow, or a packet without one; to the plugins if it `is_new`. */
static void show(struct inspector *inspector, struct flow *flow, struct inspection *inspection,
	const struct packet *packet, bool from_client, bool is_new)
{
	bool is_done = look(inspector, inspection, packet, from_client);
	fill_view(inspector, flow, inspection);
	mark_classify(inspector);
	if (is_new && inspection->hearing.waiting && packet->payload_captured_bytes > 0) {
		panel_show(inspector->panel, &inspection->hearing, packet, from_client);
		mark_plugins(inspector);
	}
	if (!inspection->is_classified && is_done)
		classify(inspector, flow, inspection, false);
}

/* Whose message it is. */
struct speaker {
	struct inspector *inspector;
	struct flow *flow;
	struct inspection *inspection;
};

static void on_said(void *argument, const struct packet *message, bool from_client)
{
	const struct speaker *speaker = argument;
	show(speaker->inspector, speaker->flow, speaker->inspection, message, from_client, true);
}

/* Out of segments come messages, datagrams are some. */
static void take_packet(struct inspector *inspector, struct flow *flow,
	struct inspection *inspection, const struct packet *packet, bool from_client)
{
	struct speaker speaker = {inspector, flow, inspection};
	const struct dialogue_listener listener = {on_said, &speaker};
	if (packet->fragment == PACKET_FRAGMENT_LATER)
		return;
	if (packet->transport != TCP) {
		bool is_new = !repeat_is_seen(&inspection->repeat, packet, from_client);
		/* Plugins have seen the first fragment, which knows the length of the whole; what
		 * is signed or sealed can be read now. */
		if (is_new || packet->fragment == PACKET_FRAGMENT_WHOLE)
			show(inspector, flow, inspection, packet, from_client, is_new);
		return;
	}
	dialogue_add(inspector->dialogues, &inspection->dialogue, packet, from_client, &listener);
	if (packet->payload_bytes == 0)
		show(inspector, flow, inspection, packet, from_client, true);
}

/* No more packets come, or none that are looked into: what has begun is read as far as it goes. */
static void finish(struct inspector *inspector, struct flow *flow, struct inspection *inspection)
{
	struct speaker speaker = {inspector, flow, inspection};
	const struct dialogue_listener listener = {on_said, &speaker};
	dialogue_finish(inspector->dialogues, &inspection->dialogue, &listener);
	prelude_finish(inspector->preludes, &inspection->prelude);
	if (!inspection->is_classified)
		classify(inspector, flow, inspection, !inspection->is_dpi_done);
}

void inspector_packet(struct inspector *inspector, struct flow *flow, const struct packet *packet,
	bool from_client)
{
	if (flow->is_decided)
		return;
	if (packet->transport == TCP && packet->tcp_flags & TCP_SYN)
		note_syn(flow, packet, from_client);
	/* A TCP flow is looked at from its first payload on: scans and floods never are. */
	if (flow->inspection == FLOW_NO_INSPECTION && packet->transport == TCP &&
		packet->payload_bytes == 0)
		return;
	struct inspection *inspection = flow->inspection == FLOW_NO_INSPECTION
						? begin(inspector, flow)
						: inspection_at(inspector, flow->inspection);
	if (!inspection)
		return;
	uint32_t budget = packet->transport == TCP ? CLASSIFY_PACKETS_TCP : CLASSIFY_PACKETS_OTHER;
	inspection->packets++;
	take_packet(inspector, flow, inspection, packet, from_client);
	bool is_over = inspection->packets >= INSPECT_PACKETS_MAX;
	if (is_over || (!inspection->is_classified && inspection->packets >= budget))
		finish(inspector, flow, inspection);
	settle(inspector, inspection, flow);
	flow->is_decided = inspection->is_classified && (!inspection->hearing.waiting || is_over);
	inspector->stats.decided += flow->is_decided;
	if (flow->is_decided)
		dialogue_end(inspector->dialogues, &inspection->dialogue);
}

void inspector_miss(struct inspector *inspector, struct flow *flow)
{
	if (flow->is_decided || flow->inspection != FLOW_NO_INSPECTION)
		return;
	flow->is_decided = true;
	inspector->stats.refused++;
}

/* A decided flow has given its inspection back: what its record still knows has to do. */
static void end_without_inspection(struct inspector *inspector, struct flow *flow)
{
	struct inspection inspection = {.hearing.findings.verdict = {
						.protocol_id = flow->protocol_id,
						.master_id = flow->master_id,
						.category_id = flow->category_id,
						.confidence = flow->confidence,
					}};
	fill_view(inspector, flow, &inspection);
	panel_tell_ended(inspector->panel, &inspection.hearing);
	mark_plugins(inspector);
	findings_add(&inspection.hearing.findings, &inspector->settings.plugins->techniques, flow);
}

void inspector_end(struct inspector *inspector, struct flow *flow)
{
	if (flow->inspection == FLOW_NO_INSPECTION) {
		if (panel_hears_ends(inspector->panel))
			end_without_inspection(inspector, flow);
		return;
	}
	struct inspection *inspection = inspection_at(inspector, flow->inspection);
	if (!flow->is_decided)
		finish(inspector, flow, inspection);
	fill_view(inspector, flow, inspection);
	panel_tell_ended(inspector->panel, &inspection->hearing);
	mark_plugins(inspector);
	settle(inspector, inspection, flow);
	flow->is_decided = true;
}

const struct findings *inspector_findings(
	const struct inspector *inspector, const struct flow *flow)
{
	if (flow->inspection == FLOW_NO_INSPECTION)
		return NULL;
	return &inspection_at(inspector, flow->inspection)->hearing.findings;
}

void inspector_release(struct inspector *inspector, struct flow *flow, bool is_over)
{
	if (flow->inspection == FLOW_NO_INSPECTION ||
		(inspector->settings.keep_findings && !is_over))
		return;
	struct inspection *inspection = inspection_at(inspector, flow->inspection);
	classifier_end(dpi_state(inspection));
	dialogue_end(inspector->dialogues, &inspection->dialogue);
	prelude_end(inspector->preludes, &inspection->prelude);
	inspection->is_active = false;
	inspection->next = inspector->spare;
	inspector->spare = flow->inspection;
	inspector->stats.active--;
	flow->inspection = FLOW_NO_INSPECTION;
}

const struct classifier *inspector_classifier(const struct inspector *inspector)
{
	return inspector->classifier;
}

void inspector_stats(const struct inspector *inspector, struct inspector_stats *ret_stats)
{
	struct head_pool_stats hellos, messages;
	struct panel_stats panel;
	preludes_stats(inspector->preludes, &hellos);
	dialogues_stats(inspector->dialogues, &messages);
	panel_stats(inspector->panel, &panel);
	*ret_stats = inspector->stats;
	ret_stats->payloads = panel.payloads;
	ret_stats->evidence_dropped = panel.evidence_dropped;
	ret_stats->hellos_lost = hellos.lost;
	ret_stats->messages_lost = messages.lost;
}
