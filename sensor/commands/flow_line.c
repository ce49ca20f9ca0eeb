/* SPDX-License-Identifier: Apache-2.0 */
#include "commands/flow_line.h"

#include <stdio.h>

#include "alert/eve_json.h"

#define JSON_FLAGS (JSON_ENSURE_ASCII | JSON_COMPACT)

static const char *const confidence_names[] = {
	[SURGETAP_CONFIDENCE_NONE] = "unknown",
	[SURGETAP_CONFIDENCE_GUESS] = "guess",
	[SURGETAP_CONFIDENCE_CACHE] = "cache",
	[SURGETAP_CONFIDENCE_DPI] = "dpi",
};

static json_t *counts(const struct flow *flow)
{
	return json_pack("{s:o, s:o, s:I, s:I, s:I, s:I}", "start", eve_json_time(flow->start_us),
		"end", eve_json_time(flow->last_us), "pkts_toserver", (json_int_t)flow->packets[0],
		"pkts_toclient", (json_int_t)flow->packets[1], "bytes_toserver",
		(json_int_t)flow->bytes[0], "bytes_toclient", (json_int_t)flow->bytes[1]);
}

static json_t *techniques(const struct findings *findings, const struct plugins *plugins)
{
	json_t *list = json_array();
	for (uint32_t i = 0; findings && i < findings->evidence_count; i++) {
		const struct evidence *evidence = &findings->evidence[i];
		if (evidence->is_void)
			continue;
		json_array_append_new(
			list, json_pack("{s:s, s:s, s:s, s:i, s:o, s:s}", "technique",
				      plugins->techniques.entries[evidence->technique].name,
				      "grade", technique_grade_name(evidence->grade), "kind",
				      technique_kind_name(evidence->kind), "confidence_percent",
				      (int)evidence->confidence_percent, "reason",
				      eve_json_text(evidence->reason), "plugin",
				      plugins->entries[evidence->plugin].code->name));
	}
	return list;
}

static json_t *dpi(const struct flow *flow, const struct classifier *classifier)
{
	const char *app = classifier_protocol_name(classifier, flow->protocol_id);
	char both[80];
	if (flow->master_id != 0 && flow->master_id != flow->protocol_id)
		snprintf(both, sizeof both, "%s.%s",
			classifier_protocol_name(classifier, flow->master_id), app);
	else
		snprintf(both, sizeof both, "%s", app);
	return json_pack("{s:o, s:o, s:s}", "proto", eve_json_text(both), "category",
		eve_json_text(classifier_category_name(classifier, flow->category_id)),
		"confidence", confidence_names[flow->confidence]);
}

/* The version as Suricata writes it; the number of one that it does not name. */
static json_t *tls_version(uint16_t version)
{
	static const struct {
		uint16_t number;
		const char *name;
	} names[] = {
		{0x0002, "SSLv2"},
		{0x0300, "SSLv3"},
		{0x0301, "TLSv1"},
		{0x0302, "TLS 1.1"},
		{0x0303, "TLS 1.2"},
		{0x0304, "TLS 1.3"},
		{0xfeff, "DTLS 1.0"},
		{0xfefd, "DTLS 1.2"},
		{0xfefc, "DTLS 1.3"},
	};
	if (version == 0)
		return NULL;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (names[i].number == version)
			return json_string(names[i].name);
	return json_sprintf("0x%04x", version);
}

/* NULL for a flow that is not TLS. */
static json_t *tls(const struct findings *findings)
{
	if (!findings || (!findings->verdict.sni && findings->verdict.tls_version == 0))
		return NULL;
	const struct verdict *verdict = &findings->verdict;
	return json_pack("{s:o*, s:o*, s:o*, s:o*, s:o*}", "sni",
		eve_json_text_or_none(verdict->sni), "version", tls_version(verdict->tls_version),
		"alpn", eve_json_text_or_none(verdict->alpn), "ja3",
		eve_json_text_or_none(verdict->ja3), "ja4", eve_json_text_or_none(verdict->ja4));
}

static void add_place(json_t *line, const struct findings *findings)
{
	if (!findings)
		return;
	if (findings->place.asn)
		json_object_set_new(line, "asn", json_integer(findings->place.asn));
	if (findings->place.as_org[0])
		json_object_set_new(line, "as_org", eve_json_text(findings->place.as_org));
	if (findings->place.country[0])
		json_object_set_new(line, "country", eve_json_text(findings->place.country));
}

char *flow_line_format(const struct flow *flow, const struct findings *findings,
	const struct classifier *classifier, const struct plugins *plugins)
{
	struct surgetap_endpoint client = flow_client(flow), server = flow_server(flow);
	char community_id[CLASSIFY_COMMUNITY_ID_SIZE], transport[FLOW_TRANSPORT_SIZE];
	struct surgetap_endpoint from = client, to = server;
	if (flow->icmp_type_code) {
		from.port = flow->icmp_type_code >> 8;
		to.port = flow->icmp_type_code & 255;
	}
	classify_community_id(&from, &to, flow->key.ip_version, flow->key.transport, community_id);
	json_t *line = json_pack(
		"{s:o, s:s, s:I, s:o, s:i, s:o, s:i, s:i, s:s, s:o, s:s, s:o, s:o, s:o, s:o*}",
		"timestamp", eve_json_time(flow->start_us), "event_type", "flow", "flow_id",
		(json_int_t)flow_id(flow), "src_ip", eve_json_address(&client.address), "src_port",
		(int)client.port, "dest_ip", eve_json_address(&server.address), "dest_port",
		(int)server.port, "ip_v", (int)flow->key.ip_version, "proto",
		flow_transport_name(flow->key.transport, transport), "app_proto",
		eve_json_text(classifier_protocol_name(classifier, flow->protocol_id)),
		"community_id", community_id, "flow", counts(flow), "techniques",
		techniques(findings, plugins), "ndpi", dpi(flow, classifier), "tls", tls(findings));
	if (!line)
		return NULL;
	add_place(line, findings);
	char *formatted = json_dumps(line, JSON_FLAGS);
	json_decref(line);
	return formatted;
}
