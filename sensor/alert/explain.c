/* SPDX-License-Identifier: Apache-2.0 */
#include "alert/explain.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "flow/classify.h"

#define SEVERITY_LOW 3

static enum alert_state state_of(enum detect_kind kind)
{
	switch (kind) {
	case DETECT_UPDATE:
		return ALERT_UPDATE;
	case DETECT_CLOSE:
		return ALERT_CLOSE;
	case DETECT_FIRST_USE:
		return ALERT_NOTICE;
	case DETECT_TREND:
		return ALERT_TREND;
	case DETECT_OPEN:
	case DETECT_QUIET:
		break;
	}
	return ALERT_OPEN;
}

static void explain_range(const struct explain_context *context, struct alert *alert)
{
	struct prefix prefixes[ALERT_PREFIXES_MAX];
	snprintf(alert->range, sizeof alert->range, "%s",
		ranges_name(context->ranges, context->range));
	alert->prefix_total =
		ranges_prefixes(context->ranges, context->range, prefixes, ALERT_PREFIXES_MAX);
	alert->prefix_count =
		alert->prefix_total < ALERT_PREFIXES_MAX ? alert->prefix_total : ALERT_PREFIXES_MAX;
	for (uint32_t i = 0; i < alert->prefix_count; i++) {
		char text[PREFIX_TEXT_SIZE];
		prefix_format(&prefixes[i], text);
		snprintf(alert->prefixes[i], sizeof alert->prefixes[i], "%s", text);
	}
}

static void explain_technique(const struct explain_context *context, struct alert *alert)
{
	const struct surgetap_technique *technique =
		&context->plugins->techniques.entries[context->technique];
	snprintf(alert->technique, sizeof alert->technique, "%s", technique->name);
	alert->mitre_tactic = technique->mitre_tactic;
	alert->mitre_technique = technique->mitre_technique;
	alert->signature_id = alert_signature_id(technique->name);
	alert->severity = alert->state == ALERT_NOTICE ? SEVERITY_LOW : technique->severity;
}

/* Hosts of several buckets are largely the same: what is told is how many a bucket has. */
static double mean_hosts(double sum, uint32_t buckets)
{
	return sum / (buckets > 0 ? buckets : 1);
}

static double finite_or_zero(double value)
{
	return isfinite(value) ? value : 0;
}

static void explain_figures(const struct detect_event *event, struct alert *alert)
{
	alert->close_reason =
		event->kind == DETECT_CLOSE ? detect_reason_name(event->reason) : NULL;
	alert->scale_s = event->scale_s;
	alert->window_start_s = event->window_start_s;
	alert->window_end_s = event->window_end_s;
	alert->metric = detect_metric_name(event->metric);
	uint32_t buckets = event->buckets[DETECT_HOSTS];
	alert->observed.hosts = mean_hosts(event->observed[DETECT_HOSTS], buckets);
	alert->observed.flows = event->observed[DETECT_FLOWS];
	alert->expected.hosts = mean_hosts(event->expected[DETECT_HOSTS], buckets);
	alert->expected.flows = event->expected[DETECT_FLOWS];
	alert->method = detect_method_name(event->method);
	alert->samples = event->samples;
	alert->ratio = event->ratio;
	alert->rise_percent = event->rise_percent;
	alert->share_observed = finite_or_zero(event->share_observed);
	alert->share_expected = finite_or_zero(event->share_expected);
	alert->score = event->score;
	alert->odds = event->odds;
	alert->p_value = event->p_value;
	alert->coverage = event->coverage;
	alert->learning = event->learning;
}

static struct alert_counts contrast_counts(
	const struct control_contrast *contrast, const double sums[DETECT_METRICS])
{
	return (struct alert_counts){
		.hosts = mean_hosts(sums[DETECT_HOSTS], contrast->buckets),
		.flows = sums[DETECT_FLOWS],
	};
}

static void explain_control(const struct control_contrast *contrast, struct alert_control *control)
{
	*control = (struct alert_control){
		.is_known = true,
		.hosts = contrast->hosts,
		.observed = contrast_counts(contrast, contrast->observed),
		.expected = contrast_counts(contrast, contrast->expected),
		.scale_s = contrast->scale_s,
		.ratio = contrast->ratio,
		.ratio_low = contrast->ratio_low,
		.ratio_high = contrast->ratio_high,
		.excess_ratio = contrast->excess_ratio,
		.verdict = control_verdict_name(contrast->verdict),
	};
}

static void explain_coordination(const struct coordination *moves, struct alert_coordination *told)
{
	*told = (struct alert_coordination){
		.is_known = moves->is_known,
		.has_times = moves->has_times,
		.active_hosts = moves->active_hosts,
		.moved_hosts = moves->moved_hosts,
		.moved_share = moves->moved_share,
		.p_value = moves->p_value,
		.half_within_s = moves->half_within_s,
	};
}

static void explain_addresses(const struct explain_context *context, struct alert *alert)
{
	struct witness_entry entries[ALERT_TOP_MAX];
	alert->host_count = witness_top(context->witness, WITNESS_HOSTS, entries, ALERT_TOP_MAX);
	for (uint32_t i = 0; i < alert->host_count; i++)
		alert->hosts[i] = (struct alert_host){entries[i].address, entries[i].flows};
	alert->peer_count = witness_top(context->witness, WITNESS_PEERS, entries, ALERT_TOP_MAX);
	for (uint32_t i = 0; i < alert->peer_count; i++) {
		alert->peers[i] = (struct alert_peer){
			.address = entries[i].address, .flows = entries[i].flows};
		if (context->geoip)
			geoip_look_up(context->geoip, &entries[i].address, &alert->peers[i].place);
	}
}

static void explain_example(const struct witness_example *from, struct alert_example *example)
{
	struct surgetap_endpoint client = from->client, server = from->server;
	*example = (struct alert_example){
		.client = from->client,
		.server = from->server,
		.ip_version = from->ip_version,
		.transport = from->transport,
		.flow_id = from->flow_id,
	};
	/* ICMP: the Community ID takes type and code in the places of ports. */
	if (from->icmp_type_code) {
		client.port = from->icmp_type_code >> 8;
		server.port = from->icmp_type_code & 255;
	}
	classify_community_id(
		&client, &server, from->ip_version, from->transport, example->community_id);
	snprintf(example->app_proto, sizeof example->app_proto, "%s", from->protocol);
	snprintf(example->reason, sizeof example->reason, "%s", from->reason);
}

/* An example from the window; when the window holds none (a close), the latest there is. */
static void explain_examples(const struct explain_context *context, struct alert *alert)
{
	const struct witness *witness = context->witness;
	for (uint32_t i = 0; i < witness->example_count; i++) {
		const struct witness_example *example = &witness->examples[i];
		if (alert->example_count > 0 &&
			example->time_us < alert->window_start_s * INT64_C(1000000))
			break;
		explain_example(example, &alert->examples[alert->example_count++]);
		if (alert->example_count == ALERT_EXAMPLES_MAX)
			break;
	}
}

static void explain_lists(const struct explain_context *context, struct alert *alert)
{
	for (uint32_t i = 0; i < context->plugins->list_count && i < ALERT_LISTS_MAX; i++) {
		const struct plugin_list *list = &context->plugins->lists[i];
		snprintf(alert->lists[i].name, sizeof alert->lists[i].name, "%s", list->name);
		snprintf(alert->lists[i].state, sizeof alert->lists[i].state, "%s", list->state);
		alert->list_count++;
	}
}

void explain_event(const struct explain_context *context, const struct detect_event *event,
	struct alert *ret_alert)
{
	memset(ret_alert, 0, sizeof *ret_alert);
	ret_alert->state = state_of(event->kind);
	ret_alert->time_us = context->time_s * INT64_C(1000000);
	explain_range(context, ret_alert);
	explain_technique(context, ret_alert);
	explain_figures(event, ret_alert);
	ret_alert->observed.bytes = (double)context->bytes;
	alert_make_id(ret_alert->range, ret_alert->technique, event->onset_s, ret_alert->id);
	/* Of many hosts a sample is known: its estimate is not to contradict what was counted. */
	ret_alert->distinct_hosts = fmax(ceil(ret_alert->observed.hosts),
		fmin(context->distinct_hosts, event->observed[DETECT_HOSTS]));
	if (context->coordination)
		explain_coordination(context->coordination, &ret_alert->coordination);
	if (context->contrast)
		explain_control(context->contrast, &ret_alert->control);
	explain_addresses(context, ret_alert);
	explain_examples(context, ret_alert);
	explain_lists(context, ret_alert);
}
