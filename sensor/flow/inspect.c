/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/inspect.h"

#include <errno.h>
#include <stdlib.h>

#include "flow/inspection.h"

#define TCP 6
#define TCP_SYN 2

_Static_assert(CLASSIFY_PACKETS_TCP <= INSPECT_NEW_PACKETS_MAX &&
		       CLASSIFY_PACKETS_OTHER <= INSPECT_NEW_PACKETS_MAX,
	"nDPI has decided when the inspection is over");

struct inspector {
	struct inspector_settings settings;
	struct inspections pool;
	uint64_t refused, decided;
};

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
	int error = inspections_init(&inspector->pool, settings->plugins, settings->capacity,
		wants_fingerprints(settings));
	if (error < 0) {
		free(inspector);
		return error;
	}
	*ret_inspector = inspector;
	return 0;
}

void inspector_free(struct inspector *inspector)
{
	if (!inspector)
		return;
	inspections_done(&inspector->pool);
	free(inspector);
}

void inspector_change(
	struct inspector *inspector, const struct plugins *plugins, struct geoip *geoip)
{
	inspector->settings.plugins = plugins;
	inspector->settings.geoip = geoip;
	panel_change(inspector->pool.panel, plugins);
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

/* The flow's inspection, begun if need be; NULL when there is none left for it. */
static struct inspection *inspection_for(struct inspector *inspector, struct flow *flow)
{
	if (flow->inspection != FLOW_NO_INSPECTION)
		return inspections_of(&inspector->pool, flow);
	struct inspection *inspection = inspections_begin(&inspector->pool, flow);
	if (!inspection) {
		inspector->refused++;
		flow->is_decided = true;
	} else if (inspector->settings.geoip) {
		struct surgetap_address far = flow_far_host(flow);
		geoip_look_up(inspector->settings.geoip, &far, &inspection->hearing.findings.place);
	}
	return inspection;
}

/* nDPI has spoken: its verdict into the findings and the flow, then to the plugins. */
static void classify(
	struct inspector *inspector, struct flow *flow, struct inspection *inspection, bool give_up)
{
	struct verdict *verdict = &inspection->hearing.findings.verdict;
	classifier_decide(
		inspector->pool.classifier, inspection_dpi_state(inspection), give_up, verdict);
	flow->protocol_id = verdict->protocol_id;
	flow->master_id = verdict->master_id;
	flow->category_id = verdict->category_id;
	flow->confidence = (uint8_t)verdict->confidence;
	inspection->is_classified = true;
	inspection_fill_view(&inspector->pool, inspection, flow);
	mark_classify(inspector);
	panel_tell_classified(inspector->pool.panel, &inspection->hearing);
	mark_plugins(inspector);
}

/* The evidence into the flow's sets. What an earlier run found of the flow stays: its packets
 * cannot be seen again. */
static void settle(
	const struct inspector *inspector, struct inspection *inspection, struct flow *flow)
{
	const struct technique_table *table = &inspector->settings.plugins->techniques;
	struct findings *findings = &inspection->hearing.findings;
	if (!findings->is_news)
		return;
	if (flow->is_resumed)
		findings_add(findings, table, flow);
	else
		findings_settle(findings, table, flow);
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
		prelude_add(inspector->pool.preludes, &inspection->prelude, packet, from_client);
	if (inspection->is_classified)
		return true;
	if (!inspection->is_dpi_done)
		inspection->is_dpi_done =
			(prelude_is_sealed(&inspection->prelude) &&
				classifier_has_name(inspection_dpi_state(inspection))) ||
			classifier_inspect(inspector->pool.classifier,
				inspection_dpi_state(inspection), packet);
	return inspection->is_dpi_done && !prelude_is_pending(&inspection->prelude);
}

/* One message of the flow, or a packet without one; to the plugins if it `is_new`. */
static void show(struct inspector *inspector, struct flow *flow, struct inspection *inspection,
	const struct packet *packet, bool from_client, bool is_new)
{
	bool is_done = look(inspector, inspection, packet, from_client);
	mark_classify(inspector);
	if (is_new && inspection->hearing.waiting && packet->payload_captured_bytes > 0) {
		inspection_fill_view(&inspector->pool, inspection, flow);
		panel_show(inspector->pool.panel, &inspection->hearing, packet, from_client);
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

/* Out of segments come messages, datagrams are some. Returns whether the packet brings something
 * new. */
static bool take_packet(struct inspector *inspector, struct flow *flow,
	struct inspection *inspection, const struct packet *packet, bool from_client)
{
	struct speaker speaker = {inspector, flow, inspection};
	const struct dialogue_listener listener = {on_said, &speaker};
	if (packet->fragment == PACKET_FRAGMENT_LATER)
		return false;
	if (packet->transport != TCP) {
		bool is_new = !repeat_is_seen(&inspection->repeat, packet, from_client);
		/* Plugins have seen the first fragment, which knows the length of the whole; what
		 * is signed or sealed can be read now. */
		if (is_new || packet->fragment == PACKET_FRAGMENT_WHOLE)
			show(inspector, flow, inspection, packet, from_client, is_new);
		return is_new;
	}
	bool is_new = dialogue_is_new(&inspection->dialogue, packet, from_client);
	dialogue_add(
		inspector->pool.dialogues, &inspection->dialogue, packet, from_client, &listener);
	if (packet->payload_bytes == 0)
		show(inspector, flow, inspection, packet, from_client, true);
	return is_new;
}

/* No more packets come, or none that are looked into: what has begun is read as far as it goes. */
static void finish(struct inspector *inspector, struct flow *flow, struct inspection *inspection)
{
	struct speaker speaker = {inspector, flow, inspection};
	const struct dialogue_listener listener = {on_said, &speaker};
	dialogue_finish(inspector->pool.dialogues, &inspection->dialogue, &listener);
	prelude_finish(inspector->pool.preludes, &inspection->prelude);
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
	struct inspection *inspection = inspection_for(inspector, flow);
	if (!inspection)
		return;
	uint32_t budget = packet->transport == TCP ? CLASSIFY_PACKETS_TCP : CLASSIFY_PACKETS_OTHER;
	inspection->packets++;
	inspection->new_packets += take_packet(inspector, flow, inspection, packet, from_client);
	bool is_over = inspection->packets >= INSPECT_PACKETS_MAX ||
		       inspection->new_packets >= INSPECT_NEW_PACKETS_MAX;
	if (is_over || (!inspection->is_classified && inspection->new_packets >= budget))
		finish(inspector, flow, inspection);
	settle(inspector, inspection, flow);
	flow->is_decided = inspection->is_classified && (!inspection->hearing.waiting || is_over);
	inspector->decided += flow->is_decided;
	if (flow->is_decided)
		dialogue_end(inspector->pool.dialogues, &inspection->dialogue);
}

void inspector_foresee(const struct inspector *inspector, const struct flow *flow)
{
	if (flow->inspection != FLOW_NO_INSPECTION && !flow->is_decided)
		inspections_foresee(&inspector->pool, flow);
}

void inspector_miss(struct inspector *inspector, struct flow *flow)
{
	if (flow->is_decided || flow->inspection != FLOW_NO_INSPECTION)
		return;
	flow->is_decided = true;
	inspector->refused++;
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
	inspection_fill_view(&inspector->pool, &inspection, flow);
	panel_tell_ended(inspector->pool.panel, &inspection.hearing);
	mark_plugins(inspector);
	findings_add(&inspection.hearing.findings, &inspector->settings.plugins->techniques, flow);
}

void inspector_end(struct inspector *inspector, struct flow *flow)
{
	if (flow->inspection == FLOW_NO_INSPECTION) {
		if (panel_hears_ends(inspector->pool.panel))
			end_without_inspection(inspector, flow);
		return;
	}
	struct inspection *inspection = inspections_of(&inspector->pool, flow);
	if (!flow->is_decided)
		finish(inspector, flow, inspection);
	if (!panel_hears_ends(inspector->pool.panel)) {
		inspection_tell_verdict(inspection);
	} else {
		inspection_fill_view(&inspector->pool, inspection, flow);
		panel_tell_ended(inspector->pool.panel, &inspection->hearing);
		mark_plugins(inspector);
	}
	settle(inspector, inspection, flow);
	flow->is_decided = true;
}

const struct findings *inspector_findings(
	const struct inspector *inspector, const struct flow *flow)
{
	if (flow->inspection == FLOW_NO_INSPECTION)
		return NULL;
	return &inspections_of(&inspector->pool, flow)->hearing.findings;
}

void inspector_release(struct inspector *inspector, struct flow *flow, bool is_over)
{
	if (flow->inspection == FLOW_NO_INSPECTION ||
		(inspector->settings.keep_findings && !is_over))
		return;
	inspections_end(&inspector->pool, flow);
}

const struct classifier *inspector_classifier(const struct inspector *inspector)
{
	return inspector->pool.classifier;
}

void inspector_stats(const struct inspector *inspector, struct inspector_stats *ret_stats)
{
	struct head_pool_stats hellos, messages;
	struct panel_stats panel;
	preludes_stats(inspector->pool.preludes, &hellos);
	dialogues_stats(inspector->pool.dialogues, &messages);
	panel_stats(inspector->pool.panel, &panel);
	*ret_stats = (struct inspector_stats){
		.active = inspector->pool.active,
		.active_max = inspector->pool.active_max,
		.refused = inspector->refused,
		.decided = inspector->decided,
		.payloads = panel.payloads,
		.hellos_lost = hellos.lost,
		.messages_lost = messages.lost,
		.evidence_dropped = panel.evidence_dropped,
	};
}
