/* SPDX-License-Identifier: Apache-2.0 */
#include "own_table.h"

#include <surgetap/name.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define REASON_BYTES 96
#define TCP 6

static void report(const struct surgetap_call *call, enum service_group group,
	enum surgetap_grade grade, enum surgetap_kind kind, uint8_t confidence_percent,
	const char *reason)
{
	const struct surgetap_evidence evidence = {
		(uint8_t)group, (uint8_t)grade, (uint8_t)kind, confidence_percent, reason};

	call->host->report(call, &evidence);
}

/* The server's name says it: what the client asked for, in the handshake's clear part. */
static void report_name(const struct surgetap_call *call, const struct service *service)
{
	char reason[REASON_BYTES];

	snprintf(reason, sizeof reason, "server name of %s", service->name);
	report(call, service->group, SURGETAP_GRADE_DPI, service->kind, 99, reason);
}

/* nDPI's word: by a name of its own list, by a payload that it parsed, or by address alone, which
 * stays a guess. */
static void report_protocol(const struct surgetap_call *call)
{
	static const struct {
		enum surgetap_grade grade;
		uint8_t confidence_percent;
	} worth[] = {
		[SURGETAP_CONFIDENCE_NONE] = {SURGETAP_GRADE_NONE, 0},
		[SURGETAP_CONFIDENCE_GUESS] = {SURGETAP_GRADE_GUESS, 30},
		[SURGETAP_CONFIDENCE_CACHE] = {SURGETAP_GRADE_CACHE, 80},
		[SURGETAP_CONFIDENCE_DPI] = {SURGETAP_GRADE_DPI, 95},
	};
	const struct surgetap_flow *flow = call->flow;
	enum service_group group;
	const char *service = service_find_protocol(flow->protocol, &group);
	char reason[REASON_BYTES];

	if (!service || flow->confidence == SURGETAP_CONFIDENCE_NONE)
		return;
	snprintf(reason, sizeof reason, "nDPI: %s", service);
	report(call, group, worth[flow->confidence].grade, SURGETAP_KIND_TUNNEL,
		worth[flow->confidence].confidence_percent, reason);
}

/* Asking for an address is not yet a visit. On port 53 nDPI calls DNS whatever comes: what says
 * hello is none. */
static bool is_look_up(const struct surgetap_flow *flow)
{
	static const char *const protocols[] = {"dns", "mdns", "llmnr", "netbios"};

	if (flow->hello != SURGETAP_HELLO_NONE)
		return false;
	for (size_t i = 0; i < sizeof protocols / sizeof protocols[0]; i++)
		if (surgetap_name_is(flow->master, protocols[i]) ||
			surgetap_name_is(flow->protocol, protocols[i]))
			return true;
	return false;
}

/* A message of MTProto in its abbreviated form (core.telegram.org/mtproto/mtproto-transports): its
 * length in words of four bytes, in one byte, or in three behind 0x7f. */
static bool is_abbreviated(uint32_t bytes)
{
	return bytes < 1 + 4 * 0x7f ? bytes % 4 == 1 : bytes % 4 == 0;
}

/* nDPI takes a stream for Telegram by its first byte and a loose length: seven to nine of 10,000
 * random ones. Both sides' first lengths have to be such, the client's behind that byte. */
static bool is_false_telegram(const struct surgetap_flow *flow)
{
	bool is_seen[2] = {false, false}, fits = true;

	if (flow->transport != TCP || !surgetap_name_is(flow->protocol, "telegram"))
		return false;
	for (uint8_t i = 0; i < flow->sample_count; i++) {
		const struct surgetap_sample *sample = &flow->samples[i];

		if (!is_seen[sample->from_client])
			fits &= is_abbreviated((uint32_t)sample->bytes - sample->from_client);
		is_seen[sample->from_client] = true;
	}
	return !fits || !is_seen[0] || !is_seen[1];
}

static enum surgetap_next on_classified(const struct surgetap_call *call)
{
	const struct surgetap_flow *flow = call->flow;
	const struct service *service = NULL;

	if (is_look_up(flow))
		return SURGETAP_DONE;
	if (flow->sni && own_table_find(call->shared, flow->sni, &service)) {
		if (service)
			report_name(call, service);
		return SURGETAP_DONE;
	}
	if (flow->sni)
		service = service_find(flow->sni);
	if (service)
		report_name(call, service);
	else if (!is_false_telegram(flow))
		report_protocol(call);
	return SURGETAP_DONE;
}

static int load(const struct surgetap_host *host, const struct surgetap_setting *settings,
	void **ret_shared)
{
	struct own_table *table = NULL;
	const char *path = NULL;

	for (; settings->name; settings++)
		if (strcmp(settings->name, "services") == 0)
			path = settings->value; /* of several the last one */
	if (path) {
		struct own_table_fault fault;
		char where[512];
		int error = own_table_read(path, &table, &fault);

		if (fault.line > 0)
			snprintf(where, sizeof where, "%s:%u", path, fault.line);
		else
			snprintf(where, sizeof where, "%s", path);
		if (error < 0) {
			host->fail(host, where, fault.message);
			return error;
		}
	}
	*ret_shared = table;
	return 0;
}

static void unload(void *shared)
{
	own_table_free(shared);
}

static const struct surgetap_technique techniques[] = {
	[SERVICE_WESTERN] = {"social-western", "Western social networks and messengers", NULL, NULL,
		3, false},
	[SERVICE_CHINESE] = {"social-chinese", "Chinese social networks and messengers", NULL, NULL,
		3, false},
	{NULL, NULL, NULL, NULL, 0, false},
};

static const struct surgetap_option options[] = {
	{"services", "file of own domains: lines DOMAIN western|chinese|none [use|contact]"},
	{NULL, NULL},
};

SURGETAP_PLUGIN = {
	.abi = SURGETAP_ABI,
	.size = sizeof(struct surgetap_plugin),
	.name = "social",
	.version = "1",
	.summary = "social networks and messengers, by the names of their servers",
	.techniques = techniques,
	.options = options,
	.wants = SURGETAP_WANTS_CLASSIFIED,
	.load = load,
	.unload = unload,
	.on_classified = on_classified,
};
