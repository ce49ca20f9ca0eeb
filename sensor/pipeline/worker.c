/* SPDX-License-Identifier: Apache-2.0 */
#include "pipeline/worker.h"

#include <errno.h>
#include <stdlib.h>

#include "base/text.h"
#include "pipeline/clock.h"

struct worker {
	struct worker_settings settings;
	struct flow_table *table;
	struct inspector *inspector;
	struct meter *meter; /* of the minute under way; the caller's */
	int64_t now_us;
	struct worker_stats stats;
	struct lap lap;
};

static const char *reason_for(const struct findings *findings, uint32_t technique)
{
	for (uint32_t i = 0; findings && i < findings->evidence_count; i++) {
		const struct evidence *evidence = &findings->evidence[i];
		bool fits = technique == TECHNIQUE_OPSEC || evidence->technique == technique;
		if (fits && !evidence->is_void && evidence->kind == SURGETAP_KIND_TUNNEL &&
			evidence->grade > SURGETAP_GRADE_GUESS)
			return evidence->reason;
	}
	return "";
}

static bool is_control(const struct flow *flow)
{
	return flow->range == RANGE_CONTROL;
}

/* The control group is compared by what its hosts use, not by what they serve. */
static bool is_served(const struct flow *flow)
{
	return is_control(flow) && flow->is_inbound;
}

static void count_witness(struct worker *worker, const struct flow *flow, technique_set techniques)
{
	if (techniques == 0)
		return;
	struct witness_flow seen = {flow_id(flow), flow_watched_host(flow), flow_far_host(flow)};
	for (technique_set left = techniques; left; left &= left - 1) {
		uint32_t technique = (uint32_t)__builtin_ctz(left);
		meter_add_witness(worker->meter, flow->range, technique, &seen);
		worker->stats.flows_by_technique[technique]++;
	}
}

static void show_example(struct worker *worker, const struct flow *flow, technique_set techniques)
{
	if (techniques == 0)
		return;
	const struct findings *findings = inspector_findings(worker->inspector, flow);
	struct witness_example example = {
		.time_us = flow->last_us,
		.client = flow_client(flow),
		.server = flow_server(flow),
		.flow_id = flow_id(flow),
		.icmp_type_code = flow->icmp_type_code,
		.ip_version = flow->key.ip_version,
		.transport = flow->key.transport,
	};
	text_copy(classifier_protocol_name(
			  inspector_classifier(worker->inspector), flow->protocol_id),
		example.protocol, sizeof example.protocol);
	for (technique_set left = techniques; left; left &= left - 1) {
		uint32_t technique = (uint32_t)__builtin_ctz(left);
		text_copy(reason_for(findings, technique), example.reason, sizeof example.reason);
		meter_add_example(worker->meter, flow->range, technique, &example);
	}
}

/* Counts what the flow is newly recognised as, with all that counts of it so far. */
static void meter_news(struct worker *worker, struct flow *flow, technique_set news)
{
	struct surgetap_address host = flow_watched_host(flow);
	bool is_first = !flow->is_metered;
	meter_add_flow(worker->meter, &(struct meter_flow){.range = flow->range,
					      .techniques = news,
					      .in_total = is_first,
					      .is_inbound = flow->is_inbound});
	flow->is_metered = true;
	flow->counted |= news;
	if (flow->is_inbound)
		return;
	meter_add_traffic(worker->meter, &(struct meter_traffic){.range = flow->range,
						 .techniques = news,
						 .in_total = is_first,
						 .mark_host = true,
						 .host = &host,
						 .time_s = worker->now_us / CLOCK_SECOND_US,
						 .bytes = flow_metered_bytes(flow)});
	if (!is_control(flow))
		count_witness(worker, flow, news);
}

/* Adds one packet to what the flow was counted as before. */
static void meter_packet(struct worker *worker, struct flow *flow, uint32_t wire_bytes)
{
	uint32_t minute = (uint32_t)(worker->now_us / CLOCK_MINUTE_US);
	struct surgetap_address host = flow_watched_host(flow);
	meter_add_traffic(worker->meter, &(struct meter_traffic){.range = flow->range,
						 .techniques = flow->counted & flow->tunnels,
						 .in_total = true,
						 .mark_host = minute != flow->minute,
						 .host = &host,
						 .time_s = worker->now_us / CLOCK_SECOND_US,
						 .bytes = wire_bytes});
	flow->minute = minute;
}

/* When no more can be learnt of a flow, its guesses are counted, and it may serve as an example:
 * only now its protocol has a name. */
static void settle_flow(struct worker *worker, struct flow *flow)
{
	if (flow->is_settled || !flow->is_decided)
		return;
	flow->is_settled = true;
	if (flow->suspected && !flow->is_inbound)
		meter_add_flow(worker->meter,
			&(struct meter_flow){.range = flow->range, .suspected = flow->suspected});
	if (!flow->is_inbound && !is_control(flow))
		show_example(worker, flow, flow->counted & flow->tunnels);
}

static void meter_use(struct worker *worker, struct flow *flow, uint32_t wire_bytes)
{
	if (!flow->answered && !worker->settings.is_asymmetric)
		return;
	if (flow->is_metered && !flow->is_inbound && wire_bytes > 0)
		meter_packet(worker, flow, wire_bytes);
	technique_set news = flow->tunnels & ~flow->counted;
	if (news || !flow->is_metered)
		meter_news(worker, flow, news);
	settle_flow(worker, flow);
	if (flow->is_decided)
		inspector_release(worker->inspector, flow, false);
}

static void on_flow_ended(void *argument, struct flow *flow, enum flow_end reason)
{
	struct worker *worker = argument;
	const struct worker_listener *listener = &worker->settings.listener;
	(void)reason;
	lap_mark(&worker->lap, STAGE_FLOW);
	if (!is_served(flow))
		inspector_end(worker->inspector, flow);
	/* A flow from another time belongs to no bucket, least of all to the one open now. */
	if (flow->is_timely && !is_served(flow))
		meter_use(worker, flow, 0);
	lap_mark(&worker->lap, STAGE_METER);
	if (listener->flow_ended)
		listener->flow_ended(listener->argument, flow,
			inspector_findings(worker->inspector, flow),
			inspector_classifier(worker->inspector));
	inspector_release(worker->inspector, flow, true);
}

int worker_new(const struct worker_settings *settings, struct worker **ret_worker)
{
	struct worker *worker = calloc(1, sizeof *worker);
	struct inspector_settings inspection = {
		.plugins = settings->plugins,
		.geoip = settings->geoip,
		.capacity = settings->max_flows,
		.keep_findings = settings->listener.flow_ended != NULL,
		.lap_classify = STAGE_CLASSIFY,
		.lap_plugins = STAGE_PLUGINS,
	};
	int error = -ENOMEM;
	if (!worker)
		return error;
	worker->settings = *settings;
	inspection.lap = &worker->lap;
	if ((error = flow_table_new(settings->max_flows, settings->seed, on_flow_ended, worker,
		     &worker->table)) < 0 ||
		(error = inspector_new(&inspection, &worker->inspector)) < 0) {
		worker_free(worker);
		return error;
	}
	*ret_worker = worker;
	return 0;
}

void worker_free(struct worker *worker)
{
	if (!worker)
		return;
	flow_table_free(worker->table);
	inspector_free(worker->inspector);
	free(worker);
}

/* The packet is in no bucket, and stays out when the flow is counted as more later. */
static void exclude_packet(struct worker *worker, struct flow *flow, uint32_t wire_bytes)
{
	flow->excluded_bytes += wire_bytes;
	worker->stats.unmetered++;
}

struct place {
	uint32_t range;
	bool is_inbound;
};

/* The client's range; the server's where the client is not watched, which makes the flow inbound.
 */
static struct place find_place(uint32_t client, uint32_t server)
{
	bool is_inbound = client == RANGE_NONE;
	return (struct place){is_inbound ? server : client, is_inbound};
}

static void begin_flow(struct flow *flow, uint32_t client, uint32_t server)
{
	struct place place = find_place(client, server);
	flow->range = place.range;
	flow->is_inbound = place.is_inbound;
}

void worker_take(struct worker *worker, const struct worker_packet *taken)
{
	const struct packet *packet = &taken->packet;
	bool is_new, from_client;
	lap_begin(&worker->lap);
	worker->now_us = taken->now_us;
	struct flow *flow = flow_table_take(
		worker->table, packet, taken->flow_hash, worker->now_us, &is_new, &from_client);
	if (is_new) {
		begin_flow(flow, from_client ? taken->source : taken->destination,
			from_client ? taken->destination : taken->source);
		worker->stats.control_flows += is_control(flow);
	}
	lap_mark(&worker->lap, STAGE_FLOW);
	if (is_served(flow))
		return;
	if (taken->is_bare)
		inspector_miss(worker->inspector, flow);
	else
		inspector_packet(worker->inspector, flow, packet, from_client);
	flow->is_timely |= taken->is_timely;
	if (taken->is_timely)
		meter_use(worker, flow, packet->wire_bytes);
	else
		exclude_packet(worker, flow, packet->wire_bytes);
	lap_mark(&worker->lap, STAGE_METER);
}

static void foresee_inspection(const struct worker *worker, const struct worker_packet *packet)
{
	const struct flow *flow = flow_table_peek(worker->table, packet->flow_hash);
	if (flow && !packet->is_bare)
		inspector_foresee(worker->inspector, flow);
}

void worker_foresee(
	struct worker *worker, const struct worker_packet *packet, enum worker_foresight what)
{
	if (what == WORKER_FORESEE_BUCKET)
		flow_table_foresee(worker->table, packet->flow_hash);
	else if (what == WORKER_FORESEE_FLOW)
		flow_table_fetch(worker->table, packet->flow_hash);
	else
		foresee_inspection(worker, packet);
}

/* What a flow is placed by when the rules change. */
struct placing {
	const struct ranges *ranges;
	const struct sample *sample;
	const uint32_t *numbers; /* to come, of the flows' ranges; NULL: they have them already */
};

/* A flow goes on where it would have begun under the ranges to come, if one of them holds an end,
 * or else the control group its client. */
static bool place_again(void *argument, struct flow *flow)
{
	const struct placing *placing = argument;
	struct surgetap_address client = flow_client(flow).address;
	struct surgetap_address server = flow_server(flow).address;
	uint32_t client_range = ranges_find(placing->ranges, &client);
	uint32_t server_range = ranges_find(placing->ranges, &server);
	if (client_range == RANGE_NONE && server_range == RANGE_NONE) {
		if (!sample_holds(placing->sample, &client))
			return false;
		client_range = RANGE_CONTROL;
	}
	if (placing->numbers && !is_control(flow))
		flow->range = placing->numbers[flow->range];
	struct place place = find_place(client_range, server_range);
	flow_move(flow, place.range, place.is_inbound);
	return true;
}

void worker_change_rules(struct worker *worker, const struct rules_change *change)
{
	const struct rules *rules = &change->rules;
	/* Flows that end have their last word under the former rules. */
	struct placing placing = {rules->ranges, &worker->settings.sample, change->numbers};
	flow_table_sift(worker->table, place_again, &placing);
	meter_renumber(worker->meter, change->numbers, ranges_count(rules->ranges));
	inspector_change(worker->inspector, rules->plugins, rules->geoip);
	worker->settings.ranges = rules->ranges;
	worker->settings.plugins = rules->plugins;
	worker->settings.geoip = rules->geoip;
	worker->settings.is_asymmetric = rules->is_asymmetric;
}

static void save_flow(void *writer, const struct flow *flow)
{
	pack_put_u8(writer, 1);
	flow_save(flow, writer);
}

void worker_save_flows(const struct worker *worker, struct pack_writer *writer)
{
	flow_table_each(worker->table, save_flow, writer);
	pack_put_u8(writer, 0);
}

bool worker_resume_flow(struct worker *worker, struct flow *flow)
{
	struct placing placing = {worker->settings.ranges, &worker->settings.sample, NULL};
	return place_again(&placing, flow) && flow_table_resume(worker->table, flow);
}

void worker_tick(struct worker *worker, int64_t now_us)
{
	lap_begin_rare(&worker->lap);
	worker->now_us = now_us;
	flow_table_expire(worker->table, now_us);
	lap_mark(&worker->lap, STAGE_FLOW);
}

void worker_finish(struct worker *worker, int64_t now_us)
{
	lap_begin_rare(&worker->lap);
	worker->now_us = now_us;
	flow_table_end_all(worker->table);
	lap_mark(&worker->lap, STAGE_FLOW);
}

void worker_set_meter(struct worker *worker, struct meter *meter)
{
	worker->meter = meter;
}

struct lap *worker_lap(struct worker *worker)
{
	return &worker->lap;
}

void worker_stats(const struct worker *worker, struct worker_stats *ret_stats)
{
	*ret_stats = worker->stats;
	flow_table_stats(worker->table, &ret_stats->flows);
	inspector_stats(worker->inspector, &ret_stats->inspections);
}

void worker_stats_add(struct worker_stats *sum, const struct worker_stats *more)
{
	sum->unmetered += more->unmetered;
	sum->control_flows += more->control_flows;
	for (int i = 0; i < TECHNIQUES_MAX; i++)
		sum->flows_by_technique[i] += more->flows_by_technique[i];
	sum->flows.created += more->flows.created;
	sum->flows.active += more->flows.active;
	sum->flows.active_max += more->flows.active_max;
	for (int i = 0; i < FLOW_ENDS; i++)
		sum->flows.ended[i] += more->flows.ended[i];
	for (int i = 0; i < FLOW_LIVES; i++)
		sum->flows.evicted[i] += more->flows.evicted[i];
	sum->inspections.active += more->inspections.active;
	sum->inspections.active_max += more->inspections.active_max;
	sum->inspections.refused += more->inspections.refused;
	sum->inspections.payloads += more->inspections.payloads;
	sum->inspections.decided += more->inspections.decided;
	sum->inspections.hellos_lost += more->inspections.hellos_lost;
	sum->inspections.messages_lost += more->inspections.messages_lost;
	sum->inspections.evidence_dropped += more->inspections.evidence_dropped;
}
