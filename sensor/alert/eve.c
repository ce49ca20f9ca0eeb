/* SPDX-License-Identifier: Apache-2.0 */
#include "alert/eve.h"

#include <math.h>

#include "alert/eve_json.h"
#include "alert/number.h"
#include "alert/words.h"
#include "base/text.h"
#include "flow/flow.h"

#define JSON_FLAGS (JSON_ENSURE_ASCII | JSON_COMPACT | JSON_REAL_PRECISION(15))

static const char *const network_names[] = {
	[SURGETAP_NETWORK_UNKNOWN] = NULL,
	[SURGETAP_NETWORK_RENTABLE] = "rentable",
	[SURGETAP_NETWORK_HYPERSCALER] = "hyperscaler",
	[SURGETAP_NETWORK_CDN] = "cdn",
	[SURGETAP_NETWORK_VPN] = "vpn",
};

static json_t *count(double value)
{
	return json_integer((json_int_t)llround(number_finite(value)));
}

static json_t *significant(double value, int digits)
{
	return json_real(number_round(value, digits));
}

/* A mean of counts: exact below a million, beyond which sets of hosts are estimates. */
static json_t *hosts(double mean)
{
	return significant(mean, 6);
}

static json_t *places(double value, int digits)
{
	return json_real(number_round_places(value, digits));
}

static json_t *window_time(int64_t time_s)
{
	/* Saturates: a bucket's time comes from a packet's, which may be any 64 bits. */
	if (time_s < EVE_TIME_MIN_S)
		time_s = EVE_TIME_MIN_S;
	if (time_s > EVE_TIME_MAX_S)
		time_s = EVE_TIME_MAX_S;
	return eve_json_time(time_s * 1000000);
}

static json_t *transport(uint8_t number)
{
	char formatted[FLOW_TRANSPORT_SIZE];
	return json_string(flow_transport_name(number, formatted));
}

/* An array of what `make` returns for entries 0..count-1. */
static json_t *array(const struct alert *alert, uint32_t entries,
	json_t *(*make)(const struct alert *alert, uint32_t entry))
{
	json_t *made = json_array();
	for (uint32_t i = 0; i < entries; i++)
		json_array_append_new(made, make(alert, i));
	return made;
}

static json_t *prefix(const struct alert *alert, uint32_t entry)
{
	return eve_json_text(alert->prefixes[entry]);
}

static json_t *host(const struct alert *alert, uint32_t entry)
{
	const struct alert_host *from = &alert->hosts[entry];
	return json_pack("{s:o, s:I}", "ip", eve_json_address(&from->address), "flows",
		(json_int_t)from->flows);
}

static json_t *peer(const struct alert *alert, uint32_t entry)
{
	const struct alert_peer *from = &alert->peers[entry];
	return json_pack("{s:o, s:I, s:o, s:o, s:s*, s:I}", "ip", eve_json_address(&from->address),
		"asn", (json_int_t)from->place.asn, "as_org", eve_json_text(from->place.as_org),
		"country", eve_json_text(from->place.country), "network",
		network_names[from->place.network], "flows", (json_int_t)from->flows);
}

static json_t *example(const struct alert *alert, uint32_t entry)
{
	const struct alert_example *from = &alert->examples[entry];
	return json_pack("{s:o*, s:o, s:i, s:o, s:i, s:o, s:o*, s:o}", "community_id",
		eve_json_text_or_none(from->community_id), "src_ip",
		eve_json_address(&from->client.address), "src_port", (int)from->client.port,
		"dest_ip", eve_json_address(&from->server.address), "dest_port",
		(int)from->server.port, "proto", transport(from->transport), "app_proto",
		eve_json_text_or_none(from->app_proto), "reason", eve_json_text(from->reason));
}

static json_t *lists(const struct alert *alert)
{
	json_t *object = json_object();
	for (uint32_t i = 0; i < alert->list_count; i++) {
		char name[4 * sizeof alert->lists[i].name];
		text_make_printable(alert->lists[i].name, name, sizeof name);
		json_object_set_new(object, name, eve_json_text(alert->lists[i].state));
	}
	return object;
}

static json_t *window(const struct alert *alert)
{
	return json_pack("{s:o, s:o}", "start", window_time(alert->window_start_s), "end",
		window_time(alert->window_end_s));
}

static json_t *observed(const struct alert *alert)
{
	return json_pack("{s:o, s:o, s:o, s:o}", "hosts", hosts(alert->observed.hosts), "flows",
		count(alert->observed.flows), "bytes", count(alert->observed.bytes),
		"distinct_hosts", count(alert->distinct_hosts));
}

static json_t *expected(const struct alert *alert)
{
	return json_pack("{s:o, s:o, s:s*, s:I}", "hosts", significant(alert->expected.hosts, 4),
		"flows", significant(alert->expected.flows, 4), "method", alert->method, "samples",
		(json_int_t)alert->samples);
}

static json_t *share(const struct alert *alert)
{
	return json_pack("{s:o, s:o}", "observed", significant(alert->share_observed, 4),
		"expected", significant(alert->share_expected, 4));
}

static json_t *control(const struct alert *alert)
{
	const struct alert_control *from = &alert->control;
	if (!from->is_known)
		return NULL;
	return json_pack("{s:o, s:i, s:{s:o, s:o}, s:{s:o, s:o}, s:o, s:o, s:o, s:o, s:s}", "hosts",
		count(from->hosts), "scale_seconds", (int)from->scale_s, "observed", "hosts",
		hosts(from->observed.hosts), "flows", count(from->observed.flows), "expected",
		"hosts", significant(from->expected.hosts, 4), "flows",
		significant(from->expected.flows, 4), "ratio", significant(from->ratio, 4),
		"ratio_low", significant(from->ratio_low, 4), "ratio_high",
		significant(from->ratio_high, 4), "excess_ratio",
		significant(from->excess_ratio, 4), "verdict", from->verdict);
}

static json_t *coordination(const struct alert *alert)
{
	const struct alert_coordination *from = &alert->coordination;
	if (!from->is_known)
		return NULL;
	json_t *object = json_pack("{s:o, s:o, s:o}", "active_hosts", count(from->active_hosts),
		"moved_hosts", count(from->moved_hosts), "moved_share",
		significant(from->moved_share, 4));
	if (from->has_times) {
		json_object_set_new(
			object, "half_within_seconds", json_integer(from->half_within_s));
		json_object_set_new(object, "p_value", significant(from->p_value, 3));
	}
	return object;
}

/* What happened and to whom. */
static json_t *context(const struct alert *alert)
{
	json_t *object = json_pack("{s:s, s:s, s:s, s:s*, s:o, s:o, s:i, s:o, s:i, s:o, s:s*}",
		"schema", "surgetap.alert/1", "alert_id", alert->id, "state",
		eve_state_name(alert->state), "reason", alert->close_reason, "range",
		eve_json_text(alert->range), "prefixes", array(alert, alert->prefix_count, prefix),
		"prefixes_total", (int)alert->prefix_total, "technique",
		eve_json_text(alert->technique), "scale_seconds", (int)alert->scale_s, "window",
		window(alert), "metric", alert->metric);
	json_t *measured = json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:b}",
		"observed", observed(alert), "expected", expected(alert), "ratio",
		significant(alert->ratio, 4), "rise_percent", places(alert->rise_percent, 1),
		"share", share(alert), "score", places(alert->score, 2), "odds",
		significant(alert->odds, 7), "p_value", significant(alert->p_value, 3), "coverage",
		places(alert->coverage, 4), "learning", alert->learning);
	char words[WORDS_ALL_SIZE];
	json_t *shown = json_pack("{s:o*, s:o*, s:o*, s:o, s:o, s:o, s:o}", "control",
		control(alert), "coordination", coordination(alert), "explanation",
		eve_json_text_or_none(words_all(alert, words)), "top_hosts",
		array(alert, alert->host_count, host), "top_peers",
		array(alert, alert->peer_count, peer), "example_flows",
		array(alert, alert->example_count, example), "lists", lists(alert));
	bool failed = json_object_update(object, measured) || json_object_update(object, shown);
	json_decref(measured);
	json_decref(shown);
	if (failed) {
		json_decref(object);
		return NULL;
	}
	return object;
}

/* How far the numbers can be relied on, in the words that EVE's consumers know. */
static const char *confidence(const struct alert *alert)
{
	if (alert->learning || alert->state == ALERT_NOTICE || alert->coverage < 0.5)
		return "Low";
	return alert->score >= 10 && alert->coverage >= 0.9 ? "High" : "Medium";
}

static json_t *metadata(const struct alert *alert)
{
	json_t *object = json_object();
	if (alert->mitre_tactic)
		json_object_set_new(
			object, "mitre_tactic_id", json_pack("[s]", alert->mitre_tactic));
	if (alert->mitre_technique)
		json_object_set_new(
			object, "mitre_technique_id", json_pack("[s]", alert->mitre_technique));
	json_object_set_new(object, "confidence", json_pack("[s]", confidence(alert)));
	return object;
}

static json_t *signature(const struct alert *alert)
{
	char range[4 * sizeof alert->range], technique[4 * sizeof alert->technique];
	char scale[EVE_SCALE_SIZE];
	text_make_printable(alert->range, range, sizeof range);
	text_make_printable(alert->technique, technique, sizeof technique);
	eve_format_scale(alert->scale_s, scale);
	double ratio = number_finite(alert->ratio), rise = number_finite(alert->rise_percent);
	switch (alert->state) {
	case ALERT_UPDATE:
		return json_sprintf("SURGETAP %s use from %s rises further, now up %.0f%% (%.1fx) "
				    "over %s",
			technique, range, rise, ratio, scale);
	case ALERT_CLOSE:
		return json_sprintf("SURGETAP %s use from %s: %s after a rise of %.0f%% (%.1fx)",
			technique, range, alert->close_reason ? alert->close_reason : "closed",
			rise, ratio);
	case ALERT_NOTICE:
		return json_sprintf("SURGETAP first %s use from %s: %.0f hosts, %.0f flows in %s",
			technique, range, number_finite(alert->observed.hosts),
			number_finite(alert->observed.flows), scale);
	case ALERT_TREND:
		return json_sprintf(
			"SURGETAP %s use from %s rises slowly: up %.0f%% (%.1fx) in 28 d",
			technique, range, rise, ratio);
	case ALERT_OPEN:
		break;
	}
	return json_sprintf("SURGETAP %s use from %s up %.0f%% (%.1fx) over %s", technique, range,
		rise, ratio, scale);
}

static json_t *alert_object(const struct alert *alert)
{
	return json_pack("{s:s, s:i, s:I, s:i, s:o, s:s, s:i, s:o, s:o}", "action", "allowed",
		"gid", 1, "signature_id", (json_int_t)alert->signature_id, "rev", 1, "signature",
		signature(alert), "category", "Rise in use of a watched technique", "severity",
		(int)alert->severity, "metadata", metadata(alert), "context", context(alert));
}

/* The tuple of the most representative flow; nothing when there is none, as when an episode closes
 * in a bucket without traffic. */
static json_t *tuple(const struct alert *alert)
{
	if (alert->example_count == 0)
		return json_object();
	const struct alert_example *from = &alert->examples[0];
	return json_pack("{s:I, s:o, s:i, s:o, s:i, s:i, s:o, s:o*, s:o*}", "flow_id",
		(json_int_t)(from->flow_id & INT64_MAX), "src_ip",
		eve_json_address(&from->client.address), "src_port", (int)from->client.port,
		"dest_ip", eve_json_address(&from->server.address), "dest_port",
		(int)from->server.port, "ip_v", (int)from->ip_version, "proto",
		transport(from->transport), "community_id",
		eve_json_text_or_none(from->community_id), "app_proto",
		eve_json_text_or_none(from->app_proto));
}

char *eve_format_alert(const struct alert *alert, const struct eve_sensor *sensor)
{
	json_t *record =
		json_pack("{s:o, s:s, s:o*, s:o*}", "timestamp", eve_json_time(alert->time_us),
			"event_type", "alert", "host", eve_json_text_or_none(sensor->host),
			"in_iface", eve_json_text_or_none(sensor->in_iface));
	json_t *from = tuple(alert);
	char *line = NULL;
	if (json_object_update(record, from) == 0 &&
		json_object_set_new(record, "alert", alert_object(alert)) == 0)
		line = json_dumps(record, JSON_FLAGS);
	json_decref(from);
	json_decref(record);
	return line;
}
