/* SPDX-License-Identifier: Apache-2.0 */
#include "companion.h"
#include "provider.h"
#include "recipe.h"

#include <surgetap/evidence.h>
#include <surgetap/name.h>

#include <string.h>

#define TCP 6
#define UDP 17

/* What nDPI's verdicts are worth. `cap` is the best grade that a name may earn; a wrong transport
 * or a failed check makes the verdict worth nothing. */
struct verdict_rule {
	const char *protocol;
	enum surgetap_grade cap;
	uint8_t transport; /* 0 for any */
	uint8_t confidence_percent;
	enum surgetap_kind kind;
	bool (*is_false)(const struct surgetap_flow *flow);
};

/* A random first payload of 80 or 112 bytes passes nDPI's check for OpenVPN. */
static bool is_random_openvpn(const struct surgetap_flow *flow)
{
	return flow->sample_count > 0 &&
	       (flow->samples[0].bytes == 80 || flow->samples[0].bytes == 112);
}

#define TUNNEL SURGETAP_KIND_TUNNEL
#define CONTACT SURGETAP_KIND_CONTACT

static const struct verdict_rule verdict_rules[] = {
	{"openvpn", SURGETAP_GRADE_HEURISTIC, 0, 50, TUNNEL, is_random_openvpn},
	{"wireguard", SURGETAP_GRADE_DPI, UDP, 80, TUNNEL, NULL},
	{"ipsec", SURGETAP_GRADE_DPI, 0, 67, TUNNEL, NULL},
	{"pptp", SURGETAP_GRADE_DPI, TCP, 50, TUNNEL, NULL},
	{"l2tp", SURGETAP_GRADE_DPI, UDP, 50, TUNNEL, NULL},
	{"tinc", SURGETAP_GRADE_DPI, 0, 50, TUNNEL, NULL},
	/* On TCP it takes Chromecast's TLS on 8008 and 8009 for a VPN. */
	{"ciscovpn", SURGETAP_GRADE_DPI, UDP, 50, TUNNEL, NULL},
	{"forticlient", SURGETAP_GRADE_DPI, 0, 67, TUNNEL, NULL},
	{"anyconnect", SURGETAP_GRADE_DPI, 0, 50, TUNNEL, NULL},
	{"hotspotshield", SURGETAP_GRADE_HEURISTIC, 0, 50, TUNNEL, NULL},
	{"icloudprivaterelay", SURGETAP_GRADE_DPI, 0, 50, TUNNEL, NULL},
	{"softether", SURGETAP_GRADE_DPI, 0, 50, TUNNEL, NULL},
	{"tailscale", SURGETAP_GRADE_DPI, UDP, 50, TUNNEL, NULL},
	{"cloudflarewarp", SURGETAP_GRADE_DPI, UDP, 50, TUNNEL, NULL},
	{"ultrasurf", SURGETAP_GRADE_DPI, 0, 50, TUNNEL, NULL},
	{"psiphon", SURGETAP_GRADE_HEURISTIC, 0, 50, TUNNEL, NULL},
	{"zerotier", SURGETAP_GRADE_DPI, UDP, 50, TUNNEL, NULL},
	/* Known to nDPI by name alone: web sites and APIs as often as tunnels. */
	{"mullvad", SURGETAP_GRADE_DPI, 0, 50, CONTACT, NULL},
	{"nordvpn", SURGETAP_GRADE_DPI, 0, 50, CONTACT, NULL},
	{"operavpn", SURGETAP_GRADE_DPI, 0, 50, CONTACT, NULL},
	{"protonvpn", SURGETAP_GRADE_DPI, 0, 50, CONTACT, NULL},
	{"surfshark", SURGETAP_GRADE_DPI, 0, 50, CONTACT, NULL},
	{"tunnelbear", SURGETAP_GRADE_DPI, 0, 50, CONTACT, NULL},
};

/* IP protocols that are tunnels by themselves. */
static const struct {
	uint8_t transport, confidence_percent;
	const char *reason;
} tunnel_transports[] = {
	{4, 91, "IPv4 in IP (protocol 4)"},
	{41, 92, "IPv6 in IP (protocol 41)"},
	{47, 95, "GRE (protocol 47)"},
	{50, 94, "IPsec: ESP (protocol 50)"},
	{51, 83, "IPsec: AH (protocol 51)"},
	{115, 50, "L2TPv3 (protocol 115)"},
};

static void report_provider(const struct surgetap_call *call, const struct vpn_provider *provider,
	enum surgetap_kind kind, const char *what)
{
	char reason[SURGETAP_REASON_SIZE];

	snprintf(reason, sizeof reason, "%s of %s (%s)", what, provider->name,
		provider->domain.name);
	surgetap_report(call, SURGETAP_GRADE_DPI, kind, 95, reason);
}

/* Plain HTTP to a provider: its site, its API. */
static bool judge_request(const struct surgetap_call *call)
{
	const struct surgetap_payload *payload = call->payload;
	const struct vpn_provider *provider = NULL;

	if (call->flow->transport == TCP && payload->index == 0 && payload->from_client)
		provider = vpn_provider_find_host(payload->data, payload->captured_bytes);
	if (provider != NULL)
		report_provider(call, provider, CONTACT, "HTTP host");
	return provider != NULL;
}

static const struct vpn_match *try_recipes(const struct surgetap_call *call)
{
	const struct vpn_match *best = NULL;

	for (const struct vpn_recipe *recipe = vpn_recipes; recipe->inspect != NULL; recipe++) {
		const struct vpn_match *match;

		if (recipe->transport != call->flow->transport)
			continue;
		match = recipe->inspect(call->flow_state, call->flow, call->payload);
		if (match != NULL && (best == NULL || match->grade > best->grade))
			best = match;
	}
	return best;
}

static enum surgetap_next on_packet(const struct surgetap_call *call)
{
	const struct vpn_match *match;

	if (judge_request(call))
		return SURGETAP_DONE;
	match = try_recipes(call);
	if (match != NULL)
		surgetap_report(
			call, match->grade, TUNNEL, match->confidence_percent, match->reason);
	if (match != NULL && match->companion != 0)
		companions_expect(call->worker_state, call->flow, match->companion);
	if (match != NULL && match->grade == SURGETAP_GRADE_DPI)
		return SURGETAP_DONE;
	return call->payload->index + 1 < vpn_payloads(call->flow_state) ? SURGETAP_MORE
									 : SURGETAP_DONE;
}

/* A name below DNS, HTTP and the like was asked for, not used. */
static bool is_carrier(const char *master, const char *protocol)
{
	static const char *const carriers[] = {"unknown", "tls", "dtls", "quic"};

	for (size_t i = 0; i < sizeof carriers / sizeof carriers[0]; i++) {
		if (surgetap_name_is(master, carriers[i]))
			return true;
	}
	return strcmp(master, protocol) == 0;
}

static void judge_verdict(const struct surgetap_call *call)
{
	const struct surgetap_flow *flow = call->flow;

	if (!is_carrier(flow->master, flow->protocol))
		return;
	for (size_t i = 0; i < sizeof verdict_rules / sizeof verdict_rules[0]; i++) {
		const struct verdict_rule *rule = &verdict_rules[i];

		if (!surgetap_name_is(rule->protocol, flow->protocol))
			continue;
		if ((rule->transport != 0 && rule->transport != flow->transport) ||
			(rule->is_false != NULL && rule->is_false(flow)))
			return;
		surgetap_report_verdict(
			call, rule->cap, rule->kind, rule->confidence_percent, rule->protocol);
		return;
	}
}

static void judge_transport(const struct surgetap_call *call)
{
	for (size_t i = 0; i < sizeof tunnel_transports / sizeof tunnel_transports[0]; i++) {
		if (tunnel_transports[i].transport == call->flow->transport)
			surgetap_report(call, SURGETAP_GRADE_DPI, TUNNEL,
				tunnel_transports[i].confidence_percent,
				tunnel_transports[i].reason);
	}
}

/* Returns true when the server's name settles the flow. */
static bool judge_name(const struct surgetap_call *call)
{
	const struct vpn_provider *provider;

	if (call->flow->sni == NULL)
		return false;
	provider = vpn_provider_find(call->flow->sni);
	if (provider != NULL)
		report_provider(call, provider, provider->kind, "server name");
	return provider != NULL;
}

static bool is_cdn(const struct surgetap_flow *flow)
{
	return flow->place.network == SURGETAP_NETWORK_CDN ||
	       strcmp(flow->protocol, "cloudflare") == 0;
}

/* A CDN serves many sites from one address and needs the name, which every browser sends. Psiphon
 * makes a browser's hello, HTTP/2 and all, and leaves the name out, so that it cannot be blocked.
 * Whoever encrypts the name speaks TLS 1.3. */
static void judge_fronting(const struct surgetap_call *call)
{
	const struct surgetap_flow *flow = call->flow;

	if (flow->transport == TCP && flow->answered &&
		flow->confidence == SURGETAP_CONFIDENCE_DPI && flow->sni == NULL &&
		flow->alpn != NULL && strncmp(flow->alpn, "h2", 2) == 0 &&
		flow->tls_version == 0x0303 && is_cdn(flow))
		surgetap_report(call, SURGETAP_GRADE_HEURISTIC, TUNNEL, 67,
			"Psiphon: a browser's hello to a CDN without the site's name");
}

/* The recipes have seen what nDPI has seen. Only a verdict that is worth little waits for more,
 * what may carry a tunnel (a proxy, TLS), datagrams that came ahead of an answer and have no name,
 * packets that count, a hello like OpenConnect's, and what has begun like OpenVPN, with a reset or
 * with random blocks, which now and then begin like RTP. On DNS's port nDPI says DNS at once, also
 * of what is no question. */
static bool is_worth_waiting(const struct surgetap_call *call)
{
	static const char *const names[] = {"openvpn", "socks", "http_connect", "http_proxy"};
	const struct vpn_memory *memory = call->flow_state;

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		if (surgetap_name_is(call->flow->protocol, names[i]) ||
			surgetap_name_is(call->flow->master, names[i]))
			return true;
	}
	return memory->may_be_openconnect || memory->dns_tunnel > 0 || vpn_has_counter(memory) ||
	       memory->static_key.run > 0 || vpn_may_be_openvpn(memory) || vpn_may_nest(memory) ||
	       (vpn_may_be_altered(memory) &&
		       call->flow->confidence <= SURGETAP_CONFIDENCE_GUESS) ||
	       (memory->is_no_question && surgetap_name_is(call->flow->protocol, "dns"));
}

static void judge_companion(const struct surgetap_call *call)
{
	if (companions_has(call->worker_state, call->flow))
		surgetap_report(call, SURGETAP_GRADE_CACHE, TUNNEL, 88,
			"goes with a VPN handshake of the same hosts and port");
}

static enum surgetap_next on_classified(const struct surgetap_call *call)
{
	judge_transport(call);
	if (judge_name(call))
		return SURGETAP_DONE;
	judge_verdict(call);
	judge_fronting(call);
	judge_companion(call);
	return is_worth_waiting(call) ? SURGETAP_MORE : SURGETAP_DONE;
}

/* The handshake that gives a flow away may come after it: AnyConnect opens TLS before its DTLS. */
static void on_ended(const struct surgetap_call *call)
{
	judge_companion(call);
}

static const struct surgetap_technique techniques[] = {
	{"vpn", "tunnels to a VPN server or provider", "TA0011", "T1572", 2, true},
	{NULL, NULL, NULL, NULL, 0, false},
};

SURGETAP_PLUGIN = {
	.abi = SURGETAP_ABI,
	.size = sizeof(struct surgetap_plugin),
	.name = "vpn",
	.version = "1",
	.summary = "VPN protocols by handshake, transport and provider names",
	.techniques = techniques,
	.worker_state_size = sizeof(struct companions),
	.flow_state_size = sizeof(struct vpn_memory),
	.wants = SURGETAP_WANTS_PACKETS | SURGETAP_WANTS_CLASSIFIED | SURGETAP_WANTS_ENDED,
	.on_packet = on_packet,
	.on_classified = on_classified,
	.on_ended = on_ended,
};

_Static_assert(sizeof(struct companions) <= 1 << 20, "the ABI's limit of worker state");
_Static_assert(sizeof(struct vpn_memory) <= 256, "the ABI's limit of flow state");
