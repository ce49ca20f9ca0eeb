/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/inspect.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "flow/dialogue.h"
#include "flow/prelude.h"
#include "flow/repeat.h"

#define TCP 6
#define TCP_SYN 2
#define ALIGNMENT 16

_Static_assert(CLASSIFY_PACKETS_TCP <= INSPECT_PACKETS_MAX &&
		       CLASSIFY_PACKETS_OTHER <= INSPECT_PACKETS_MAX,
	"nDPI has decided when the inspection is over");

/* One flow's inspection. nDPI's state and the plugins' states follow in the same block. */
struct inspection {
	struct findings findings;
	struct surgetap_flow view;
	struct dialogue dialogue;
	struct prelude prelude;
	uint32_t next; /* chain of spare ones */
	uint32_t packets;
	struct repeat repeat;
	uint8_t payloads; /* shown to plugins */
	bool is_active;   /* belongs to a flow */
	bool is_dpi_done; /* nDPI needs no more packets */
	bool is_classified;
	uint32_t waiting; /* plugins that want more packets, a bit for each */
};

struct inspector {
	struct inspector_settings settings;
	struct classifier *classifier;
	struct dialogues *dialogues;
	struct preludes *preludes;
	uint8_t *blocks;
	size_t block_bytes;
	size_t plugin_offsets[PLUGINS_MAX]; /* of the plugins' flow states in a block */
	void *worker_states[PLUGINS_MAX];
	uint32_t packet_plugins; /* those with SURGETAP_WANTS_PACKETS */
	bool has_ended;          /* one at least has SURGETAP_WANTS_ENDED */
	uint32_t used, spare;
	struct inspector_stats stats;
	struct surgetap_host host;
};

/* A call as the plugin sees it, and behind it what report() needs. */
struct call {
	struct surgetap_call public; /* first: the plugin hands its address back */
	struct inspector *inspector;
	struct findings *findings;
	uint8_t plugin;
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

static void on_report(const struct surgetap_call *public, const struct surgetap_evidence *reported)
{
	const struct call *call = (const struct call *)public;
	const struct plugin *plugin = &call->inspector->settings.plugins->entries[call->plugin];
	if (!findings_report(call->findings, plugin, call->plugin, reported))
		call->inspector->stats.evidence_dropped++;
}

/* Lays out a block: the inspection, nDPI's state, each plugin's state. */
static void plan_block(struct inspector *inspector)
{
	const struct plugins *plugins = inspector->settings.plugins;
	size_t offset = align(sizeof(struct inspection)) + align(classifier_state_size());
	for (uint32_t i = 0; i < plugins->count; i++) {
		inspector->plugin_offsets[i] = offset;
		offset += align(plugins->entries[i].code->flow_state_size);
		if (plugins->entries[i].code->wants & SURGETAP_WANTS_PACKETS)
			inspector->packet_plugins |= 1u << i;
		if (plugins->entries[i].code->wants & SURGETAP_WANTS_ENDED)
			inspector->has_ended = true;
	}
	inspector->block_bytes = offset;
}

static int make_worker_states(struct inspector *inspector)
{
	const struct plugins *plugins = inspector->settings.plugins;
	for (uint32_t i = 0; i < plugins->count; i++) {
		size_t bytes = plugins->entries[i].code->worker_state_size;
		inspector->worker_states[i] = calloc(1, bytes ? bytes : 1);
		if (!inspector->worker_states[i])
			return -ENOMEM;
	}
	return 0;
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
	inspector->host = (struct surgetap_host){
		.abi = SURGETAP_ABI, .size = sizeof inspector->host, .report = on_report};
	int error = classifier_new(&inspector->classifier);
	if (error == 0)
		error = dialogues_new(&inspector->dialogues);
	if (error == 0)
		error = preludes_new(wants_fingerprints(settings), &inspector->preludes);
	if (error < 0)
		goto fail;
	plan_block(inspector);
	error = make_worker_states(inspector);
	if (error < 0)
		goto fail;
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
	for (uint32_t i = 0; i < PLUGINS_MAX; i++)
		free(inspector->worker_states[i]);
	free(inspector->blocks);
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
	inspection->waiting = inspector->packet_plugins;
	flow->inspection = index;
	if (inspector->settings.geoip) {
		struct surgetap_address far = flow_far_host(flow);
		geoip_look_up(inspector->settings.geoip, &far, &inspection->findings.place);
	}
	if (++inspector->stats.active > inspector->stats.active_max)
		inspector->stats.active_max = inspector->stats.active;
	return inspection;
}

static void fill_view(
	const struct inspector *inspector, const struct flow *flow, struct inspection *inspection)
{
	struct verdict *verdict = &inspection->findings.verdict;
	struct surgetap_flow *view = &inspection->view;
	const struct classifier *classifier = inspector->classifier;
	prelude_tell(&inspection->prelude, verdict);
	view->size = sizeof *view;
	view->ip_version = flow->key.ip_version;
	view->transport = flow->key.transport;
	view->answered = flow->answered;
	view->complete = flow->complete;
	view->client = flow_client(flow);
	view->server = flow_server(flow);
	view->place = inspection->findings.place;
	view->start_us = flow->start_us;
	view->last_us = flow->last_us;
	view->packets_to_server = flow->packets[0];
	view->packets_to_client = flow->packets[1];
	view->bytes_to_server = flow->bytes[0];
	view->bytes_to_client = flow->bytes[1];
	view->protocol = classifier_protocol_name(classifier, verdict->protocol_id);
	view->master = classifier_protocol_name(classifier, verdict->master_id);
	view->category = classifier_category_name(classifier, verdict->category_id);
	view->confidence = verdict->confidence;
	view->risk = verdict->risk;
	view->sni = verdict->sni;
	view->alpn = verdict->alpn;
	view->tls_version = verdict->tls_version;
	view->ja3 = verdict->ja3;
	view->ja4 = verdict->ja4;
	view->tls_self_signed = verdict->tls_self_signed;
	view->hello = (enum surgetap_hello)inspection->prelude.handshake.hello;
	view->tls_ech = inspection->prelude.handshake.has_ech;
}

static struct call make_call(
	struct inspector *inspector, struct inspection *inspection, uint32_t plugin)
{
	return (struct call){
		.public = {.host = &inspector->host,
			.shared = inspector->settings.plugins->entries[plugin].shared,
			.worker_state = inspector->worker_states[plugin],
			.flow_state = (uint8_t *)inspection + inspector->plugin_offsets[plugin],
			.flow = &inspection->view},
		.inspector = inspector,
		.findings = &inspection->findings,
		.plugin = (uint8_t)plugin,
	};
}

static void show_payload(struct inspector *inspector, struct inspection *inspection,
	const struct packet *packet, bool from_client)
{
	struct surgetap_payload payload = {
		.data = packet->payload,
		.captured_bytes = packet->payload_captured_bytes,
		.length_bytes = packet->payload_bytes,
		.from_client = from_client,
		.index = inspection->payloads,
	};
	struct surgetap_flow *view = &inspection->view;
	if (view->sample_count < SURGETAP_SAMPLES)
		view->samples[view->sample_count++] = (struct surgetap_sample){
			packet->payload_bytes < UINT16_MAX ? (uint16_t)packet->payload_bytes
							   : UINT16_MAX,
			from_client};
	for (uint32_t i = 0; i < inspector->settings.plugins->count; i++) {
		if (!(inspection->waiting >> i & 1))
			continue;
		struct call call = make_call(inspector, inspection, i);
		call.public.payload = &payload;
		if (inspector->settings.plugins->entries[i].code->on_packet(&call.public) ==
			SURGETAP_DONE)
			inspection->waiting &= ~(1u << i);
	}
	mark_plugins(inspector);
	inspector->stats.payloads++;
	if (++inspection->payloads == INSPECT_PAYLOADS_MAX)
		inspection->waiting = 0;
}

/* nDPI has spoken: its verdict into the findings and the flow, then to the plugins. */
static void classify(
	struct inspector *inspector, struct flow *flow, struct inspection *inspection, bool give_up)
{
	struct verdict *verdict = &inspection->findings.verdict;
	const struct plugins *plugins = inspector->settings.plugins;
	classifier_decide(inspector->classifier, dpi_state(inspection), give_up, verdict);
	flow->protocol_id = verdict->protocol_id;
	flow->master_id = verdict->master_id;
	flow->category_id = verdict->category_id;
	flow->confidence = (uint8_t)verdict->confidence;
	inspection->is_classified = true;
	fill_view(inspector, flow, inspection);
	mark_classify(inspector);
	for (uint32_t i = 0; i < plugins->count; i++) {
		if (!(plugins->entries[i].code->wants & SURGETAP_WANTS_CLASSIFIED))
			continue;
		struct call call = make_call(inspector, inspection, i);
		if (plugins->entries[i].code->on_classified(&call.public) == SURGETAP_DONE)
			inspection->waiting &= ~(1u << i);
	}
	mark_plugins(inspector);
}

/* The evidence into the flow's sets. What an earlier run found of the flow stays: its packets
 * cannot be seen again. */
static void settle(
	const struct inspector *inspector, struct inspection *inspection, struct flow *flow)
{
	const struct technique_table *table = &inspector->settings.plugins->techniques;
	if (flow->is_resumed)
		findings_add(&inspection->findings, table, flow);
	else
		findings_settle(&inspection->findings, table, flow);
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

/* One message of the flow, or a packet without one. */
static void show(struct inspector *inspector, struct flow *flow, struct inspection *inspection,
	const struct packet *packet, bool from_client)
{
	bool is_done = look(inspector, inspection, packet, from_client);
	fill_view(inspector, flow, inspection);
	mark_classify(inspector);
	if (inspection->waiting && packet->payload_captured_bytes > 0)
		show_payload(inspector, inspection, packet, from_client);
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
	show(speaker->inspector, speaker->flow, speaker->inspection, message, from_client);
}

/* Out of segments come messages, datagrams are some. */
static void take_packet(struct inspector *inspector, struct flow *flow,
	struct inspection *inspection, const struct packet *packet, bool from_client)
{
	struct speaker speaker = {inspector, flow, inspection};
	const struct dialogue_listener listener = {on_said, &speaker};
	if (packet->fragment == PACKET_FRAGMENT_LATER)
		return;
	if (packet->transport == TCP)
		dialogue_add(inspector->dialogues, &inspection->dialogue, packet, from_client,
			&listener);
	if (packet->transport == TCP ? packet->payload_bytes == 0
				     : !repeat_is_seen(&inspection->repeat, packet, from_client))
		show(inspector, flow, inspection, packet, from_client);
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
	flow->is_decided = inspection->is_classified && (!inspection->waiting || is_over);
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

static void tell_ended(struct inspector *inspector, struct inspection *inspection)
{
	const struct plugins *plugins = inspector->settings.plugins;
	for (uint32_t i = 0; i < plugins->count; i++) {
		if (!(plugins->entries[i].code->wants & SURGETAP_WANTS_ENDED))
			continue;
		struct call call = make_call(inspector, inspection, i);
		call.public.flow_state = NULL;
		plugins->entries[i].code->on_ended(&call.public);
	}
	mark_plugins(inspector);
}

/* A decided flow has given its inspection back: what its record still knows has to do. */
static void end_without_inspection(struct inspector *inspector, struct flow *flow)
{
	struct inspection inspection = {.findings.verdict = {
						.protocol_id = flow->protocol_id,
						.master_id = flow->master_id,
						.category_id = flow->category_id,
						.confidence = flow->confidence,
					}};
	fill_view(inspector, flow, &inspection);
	tell_ended(inspector, &inspection);
	findings_add(&inspection.findings, &inspector->settings.plugins->techniques, flow);
}

void inspector_end(struct inspector *inspector, struct flow *flow)
{
	if (flow->inspection == FLOW_NO_INSPECTION) {
		if (inspector->has_ended)
			end_without_inspection(inspector, flow);
		return;
	}
	struct inspection *inspection = inspection_at(inspector, flow->inspection);
	if (!flow->is_decided)
		finish(inspector, flow, inspection);
	fill_view(inspector, flow, inspection);
	tell_ended(inspector, inspection);
	settle(inspector, inspection, flow);
	flow->is_decided = true;
}

const struct findings *inspector_findings(
	const struct inspector *inspector, const struct flow *flow)
{
	if (flow->inspection == FLOW_NO_INSPECTION)
		return NULL;
	return &inspection_at(inspector, flow->inspection)->findings;
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
	preludes_stats(inspector->preludes, &hellos);
	dialogues_stats(inspector->dialogues, &messages);
	*ret_stats = inspector->stats;
	ret_stats->hellos_lost = hellos.lost;
	ret_stats->messages_lost = messages.lost;
}
