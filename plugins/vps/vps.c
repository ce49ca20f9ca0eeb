/* SPDX-License-Identifier: Apache-2.0 */
#include "recipe.h"

#include <surgetap/evidence.h>
#include <surgetap/name.h>

#include <string.h>

#define TCP 6

#define RANDOM_BYTES_MIN 64u
#define RANDOM_BYTES_MAX 256u

/* What one side has sent, up to RANDOM_BYTES_MAX. */
struct side {
	uint32_t bytes, bits, printable;
};

struct memory {
	struct side sides[2]; /* [0] the server's, [1] the client's */
	struct vps_exchange exchange;
	bool is_told; /* a recipe has reported the flow */
};

/* What a protocol with a rented server says of it: administration and tunnels are use, the web is a
 * visit. */
enum meaning {
	MEANING_NONE,
	MEANING_SERVER,
	MEANING_WEB,
	MEANING_TLS, /* depends on the server name */
};

struct service {
	const char *protocol;
	enum meaning meaning;
	uint8_t percent; /* of use, as measured: see vps.md; 50 where nothing is */
};

static const struct service services[] = {
	{"ssh", MEANING_SERVER, 83},
	{"rdp", MEANING_SERVER, 67},
	{"vnc", MEANING_SERVER, 67},
	{"telnet", MEANING_SERVER, 67},
	{"rsync", MEANING_SERVER, 67},
	{"ftp_control", MEANING_SERVER, 67},
	{"openvpn", MEANING_SERVER, 50},
	{"wireguard", MEANING_SERVER, 50},
	{"ipsec", MEANING_SERVER, 50},
	{"pptp", MEANING_SERVER, 50},
	{"l2tp", MEANING_SERVER, 50},
	{"tinc", MEANING_SERVER, 50},
	{"softether", MEANING_SERVER, 50},
	{"http_proxy", MEANING_SERVER, 50},
	{"postgresql", MEANING_SERVER, 50},
	{"mysql", MEANING_SERVER, 75},
	{"mongodb", MEANING_SERVER, 67},
	{"redis", MEANING_SERVER, 50},
	{"gre", MEANING_SERVER, 50},
	{"ip_in_ip", MEANING_SERVER, 50},
	{"http", MEANING_WEB, 0},
	{"quic", MEANING_TLS, 0},
	{"tls", MEANING_TLS, 0},
	{"dtls", MEANING_TLS, 0},
};

/* What a protocol is; NULL for one that says nothing. */
static const struct service *find_service(const char *protocol)
{
	for (size_t i = 0; i < sizeof services / sizeof services[0]; i++) {
		if (surgetap_name_is(services[i].protocol, protocol))
			return &services[i];
	}
	return NULL;
}

static void report(const struct surgetap_call *call, enum surgetap_grade grade,
	enum surgetap_kind kind, uint8_t confidence_percent, const char *what)
{
	char reason[SURGETAP_REASON_SIZE];

	snprintf(reason, sizeof reason, "%s to a rentable server (AS%u)", what,
		call->flow->place.asn);
	surgetap_report(call, grade, kind, confidence_percent, reason);
}

static bool is_bare_address(const char *name)
{
	return name[strspn(name, "0123456789.")] == '\0' ||
	       (strchr(name, ':') != NULL &&
		       name[strspn(name, "0123456789abcdefABCDEF:.[]")] == '\0');
}

/* Only who has seen the ClientHello knows that it names nobody. */
static bool has_client_hello(const struct surgetap_flow *flow)
{
	return flow->hello == SURGETAP_HELLO_WHOLE;
}

/* Ports of services that speak TLS from its first byte: IANA's for AMQP, Redis, MQTT and memcached;
 * those in the manuals of Azure's Redis, Cassandra and MongoDB. */
static bool is_service_port(uint16_t port)
{
	static const uint16_t ports[] = {5671, 6379, 6380, 8883, 9042, 9142, 11211, 27017};

	for (size_t i = 0; i < sizeof ports / sizeof ports[0]; i++) {
		if (ports[i] == port)
			return true;
	}
	return false;
}

/* Clients of the web say which HTTP they speak (ALPN, RFC 7301), those of databases say nothing. */
static bool is_tls_of_service(const struct surgetap_flow *flow)
{
	return flow->transport == TCP && is_service_port(flow->server.port) &&
	       has_client_hello(flow) && flow->alpn == NULL;
}

/* Web sites have a name and a certificate that somebody vouches for. */
static void judge_tls(const struct surgetap_call *call)
{
	const struct surgetap_flow *flow = call->flow;
	enum surgetap_grade grade = surgetap_grade_of(flow->confidence);

	if (grade <= SURGETAP_GRADE_GUESS)
		return;
	if (flow->tls_self_signed)
		report(call, grade, SURGETAP_KIND_TUNNEL, 67, "TLS with a self-signed certificate");
	else if (flow->sni == NULL && has_client_hello(flow) && strcmp(flow->protocol, "tls") == 0)
		report(call, grade, SURGETAP_KIND_TUNNEL, 81, "TLS without a server name");
	else if (flow->sni != NULL && is_bare_address(flow->sni))
		report(call, grade, SURGETAP_KIND_TUNNEL, 83, "TLS to a bare address");
	else if (is_tls_of_service(flow))
		report(call, SURGETAP_GRADE_HEURISTIC, SURGETAP_KIND_TUNNEL, 67,
			"TLS without ALPN on a service's port");
	else
		report(call, grade, SURGETAP_KIND_CONTACT, 90, "web traffic");
}

/* Random bytes have four bits set of eight; 3.4 to 4.6 is what the Great Firewall takes for
 * encrypted (Wu et al., "How the Great Firewall of China Detects and Blocks Fully Encrypted
 * Traffic", USENIX Security 2023). */
static bool is_random(const struct side *side)
{
	return side->bytes >= RANDOM_BYTES_MIN && 10 * side->bits > 34 * side->bytes &&
	       10 * side->bits < 46 * side->bytes && 2 * side->printable < side->bytes;
}

/* Nothing that nDPI knows, random both ways: most likely encrypted. Datagrams are left out: games
 * and calls with peers on rented servers look the same. */
static void judge_unknown(const struct surgetap_call *call)
{
	const struct surgetap_flow *flow = call->flow;
	const struct memory *memory = call->flow_state;

	if (flow->confidence == SURGETAP_CONFIDENCE_NONE && flow->transport == TCP &&
		flow->sample_count >= 4 && is_random(&memory->sides[0]) &&
		is_random(&memory->sides[1]))
		report(call, SURGETAP_GRADE_HEURISTIC, SURGETAP_KIND_TUNNEL, 86,
			"unknown random bytes");
}

/* Counts what is random in the first bytes of a side. */
static void count_bits(struct side *side, const struct surgetap_payload *payload)
{
	uint32_t count = payload->captured_bytes;

	if (count > RANDOM_BYTES_MAX - side->bytes)
		count = RANDOM_BYTES_MAX - side->bytes;
	for (uint32_t i = 0; i < count; i++) {
		side->bits += (uint32_t)__builtin_popcount(payload->data[i]);
		side->printable += payload->data[i] >= ' ' && payload->data[i] <= '~';
	}
	side->bytes += count;
}

static enum surgetap_next on_packet(const struct surgetap_call *call)
{
	const struct surgetap_flow *flow = call->flow;
	const struct surgetap_payload *payload = call->payload;
	struct memory *memory = call->flow_state;
	const struct vps_recipe *match;

	if (flow->place.network != SURGETAP_NETWORK_RENTABLE)
		return SURGETAP_DONE;
	match = vps_recipes_match(&memory->exchange, flow->transport, payload);
	if (match != NULL) {
		report(call, match->grade, SURGETAP_KIND_TUNNEL, match->confidence_percent,
			match->reason);
		memory->is_told = true;
		return SURGETAP_DONE;
	}
	if (flow->transport == TCP)
		count_bits(&memory->sides[payload->from_client], payload);
	return payload->index + 1 < VPS_PAYLOADS ? SURGETAP_MORE : SURGETAP_DONE;
}

/* IP in IP, 6in4, GRE, ESP, AH, L2TPv3. */
static bool is_tunnel(uint8_t transport)
{
	return transport == 4 || transport == 41 || transport == 47 || transport == 50 ||
	       transport == 51 || transport == 115;
}

/* By the verdict, the flow's transport and what it looks like. */
static void judge(const struct surgetap_call *call)
{
	const struct surgetap_flow *flow = call->flow;
	const struct service *service;
	char what[64];

	if (is_tunnel(flow->transport)) {
		report(call, SURGETAP_GRADE_DPI, SURGETAP_KIND_TUNNEL, 50, "a tunnel");
		return;
	}
	service = find_service(flow->protocol);
	if (service == NULL)
		service = find_service(flow->master);
	switch (service != NULL ? service->meaning : MEANING_NONE) {
	case MEANING_SERVER:
		snprintf(what, sizeof what, "%.40s", flow->protocol);
		report(call, surgetap_grade_of(flow->confidence), SURGETAP_KIND_TUNNEL,
			service->percent, what);
		break;
	case MEANING_WEB:
		if (flow->confidence == SURGETAP_CONFIDENCE_DPI)
			report(call, SURGETAP_GRADE_DPI, SURGETAP_KIND_CONTACT, 90, "web traffic");
		break;
	case MEANING_TLS:
		judge_tls(call);
		break;
	case MEANING_NONE:
		judge_unknown(call);
		break;
	}
}

/* nDPI may have a name for an opening before it is answered. */
static enum surgetap_next on_classified(const struct surgetap_call *call)
{
	const struct memory *memory = call->flow_state;

	if (call->flow->place.network != SURGETAP_NETWORK_RENTABLE || memory->is_told)
		return SURGETAP_DONE;
	judge(call);
	return memory->exchange.open != 0 ? SURGETAP_MORE : SURGETAP_DONE;
}

static const struct surgetap_technique techniques[] = {
	{"vps", "use of rented servers", "TA0042", "T1583.003", 2, true},
	{NULL, NULL, NULL, NULL, 0, false},
};

SURGETAP_PLUGIN = {
	.abi = SURGETAP_ABI,
	.size = sizeof(struct surgetap_plugin),
	.name = "vps",
	.version = "1",
	.summary = "servers in networks where anybody can rent one",
	.techniques = techniques,
	.flow_state_size = sizeof(struct memory),
	.wants = SURGETAP_WANTS_PACKETS | SURGETAP_WANTS_CLASSIFIED,
	.on_packet = on_packet,
	.on_classified = on_classified,
};
