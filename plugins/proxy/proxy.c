/* SPDX-License-Identifier: Apache-2.0 */
#include "handshake.h"
#include "imitation.h"
#include "mse.h"
#include "nested.h"
#include "opaque.h"
#include "peers.h"

#include <surgetap/evidence.h>
#include <surgetap/name.h>

#include <string.h>

#define TCP 6
/* Of this plugin's; the plugins tor and tls declare them too. */
#define TECHNIQUE_TOR 1
#define TECHNIQUE_TLS 2

struct memory {
	struct proxy_handshake handshake;
	struct opaque opaque;
	struct imitation imitation;
	struct mse mse;
	struct nested nested;
	bool is_opaque_over; /* nothing more to be learnt from payloads */
	bool is_named_early; /* nDPI gave a doubtful name before both sides had spoken */
};

/* Returns true when the server has answered a request. */
static bool judge_answer(const struct surgetap_call *call)
{
	const struct memory *memory = call->flow_state;
	enum proxy_answer answer = proxy_handshake_answer(&memory->handshake, call->payload);
	const char *name = proxy_handshake_name(&memory->handshake);
	char reason[SURGETAP_REASON_SIZE];

	if (answer == PROXY_ANSWER_NONE)
		return false;
	snprintf(reason, sizeof reason, "%s: request and answer agree%s", name,
		answer == PROXY_ANSWER_REFUSED ? ", refused" : "");
	surgetap_report(call, SURGETAP_GRADE_DPI,
		answer == PROXY_ANSWER_GRANTED ? SURGETAP_KIND_TUNNEL : SURGETAP_KIND_CONTACT,
		proxy_handshake_confidence(&memory->handshake), reason);
	return true;
}

/* The tap sees one direction alone: what follows a request, or a grant, proves the other. Returns
 * true when it does. */
static bool judge_one_way(const struct surgetap_call *call)
{
	static const struct {
		uint8_t confidence_percent;
		const char *reason;
	} reasons[] = {
		[PROXY_REQUEST_SOCKS4] = {75, "SOCKS 4: one direction, in the order of a session"},
		[PROXY_REQUEST_SOCKS5] = {91, "SOCKS 5: one direction, in the order of a session"},
		[PROXY_REQUEST_CONNECT] = {80,
			"HTTP CONNECT: one direction, in the order of a session"},
	};
	struct memory *memory = call->flow_state;
	enum proxy_request request = PROXY_REQUEST_NONE;

	if (call->payload->from_client && call->flow->packets_to_client == 0 &&
		proxy_handshake_goes_on(&memory->handshake, call->payload))
		request = (enum proxy_request)memory->handshake.request;
	else if (!call->payload->from_client && call->flow->packets_to_server == 0)
		request = proxy_handshake_grants(&memory->handshake, call->payload);
	if (request != PROXY_REQUEST_NONE)
		surgetap_report(call, SURGETAP_GRADE_HEURISTIC, SURGETAP_KIND_TUNNEL,
			reasons[request].confidence_percent, reasons[request].reason);
	return request != PROXY_REQUEST_NONE;
}

/* Something was asked that the server has yet to answer, or TLS may yet show what it carries. */
static bool is_pending(const struct memory *memory)
{
	return memory->handshake.request != PROXY_REQUEST_NONE || memory->handshake.is_chosen ||
	       memory->imitation.is_asked || nested_is_open(&memory->nested);
}

/* Returns true when the flow turns out to be Shadowsocks that passes for TLS. */
static bool judge_imitation(const struct surgetap_call *call)
{
	static const struct {
		uint8_t confidence_percent;
		const char *reason;
	} forms[] = {
		[IMITATION_NONE] = {0, NULL},
		[IMITATION_HELLOS] = {75,
			"simple-obfs: ticket before the name, Finished of impossible length"},
		[IMITATION_ASK] = {75, "simple-obfs: one direction, ticket before the name"},
		[IMITATION_ANSWER] = {75,
			"simple-obfs: ServerHello in a record of its own version"},
	};
	struct memory *memory = call->flow_state;
	enum imitation_form form = imitation_add(&memory->imitation, call->flow, call->payload);
	const struct surgetap_evidence no_tls = {TECHNIQUE_TLS, SURGETAP_GRADE_HEURISTIC,
		SURGETAP_KIND_IMITATION, forms[form].confidence_percent, forms[form].reason};

	if (form == IMITATION_NONE)
		return false;
	surgetap_report(call, SURGETAP_GRADE_HEURISTIC, SURGETAP_KIND_TUNNEL,
		forms[form].confidence_percent, forms[form].reason);
	call->host->report(call, &no_tls);
	return true;
}

/* Returns true when the flow turns out to be TLS within TLS. */
static bool judge_nested(const struct surgetap_call *call)
{
	static const struct {
		uint8_t confidence_percent;
		const char *reason;
	} forms[] = {
		[NESTED_NONE] = {0, NULL},
		[NESTED_FINISHED] = {75, "TLS inside TLS: size of a second handshake's end"},
		[NESTED_HANDSHAKE] = {67, "TLS inside TLS: sizes of a second handshake, no HTTP"},
		[NESTED_WEBSOCKET] = {80,
			"TLS inside WebSocket inside TLS: sizes of a second handshake"},
	};
	struct memory *memory = call->flow_state;
	enum nested_form form = nested_add(&memory->nested, call->flow, call->payload);

	if (form != NESTED_NONE)
		surgetap_report(call, SURGETAP_GRADE_HEURISTIC, SURGETAP_KIND_TUNNEL,
			forms[form].confidence_percent, forms[form].reason);
	return form != NESTED_NONE;
}

/* Ports on which random bytes are at home: games, file sharing, VPN protocols, chat. */
static bool has_other_reason(const struct surgetap_flow *flow)
{
	static const char *const categories[] = {
		"Game", "Download", "FileSharing", "VPN", "Chat", "VoIP", "Streaming", "Mining"};

	for (size_t i = 0; i < sizeof categories / sizeof categories[0]; i++) {
		if (surgetap_name_is(flow->category, categories[i]))
			return true;
	}
	return false;
}

/* nDPI's word is a guess, or one of those that random bytes earn: of 10,000 random flows eight were
 * called Z39.50, two RTMP. On port 53 it calls DNS whatever comes; DNS would begin with its length.
 */
static bool is_doubtful(const struct surgetap_flow *flow)
{
	return flow->confidence <= SURGETAP_CONFIDENCE_GUESS ||
	       surgetap_name_is(flow->protocol, "z39.50") ||
	       surgetap_name_is(flow->protocol, "rtmp") || surgetap_name_is(flow->protocol, "dns");
}

/* A bridge into Tor is a proxy too. */
static void judge_obfs4(const struct surgetap_call *call)
{
	static const struct surgetap_evidence tor = {TECHNIQUE_TOR, SURGETAP_GRADE_HEURISTIC,
		SURGETAP_KIND_TUNNEL, 80,
		"obfs4: fully encrypted, greetings as long as its padding"};
	const struct memory *memory = call->flow_state;

	if (opaque_is_obfs4(&memory->opaque))
		call->host->report(call, &tor);
}

/* From the first byte of a connection, which the client must have opened: in the middle of one,
 * anything encrypted is random. */
static void judge_opaque(const struct surgetap_call *call)
{
	const struct surgetap_flow *flow = call->flow;
	const struct memory *memory = call->flow_state;

	if (flow->transport == TCP && flow->complete && flow->answered && is_doubtful(flow) &&
		opaque_is_seen(&memory->opaque) && !has_other_reason(flow) &&
		!peers_has(call->worker_state, flow)) {
		surgetap_report(call, SURGETAP_GRADE_HEURISTIC, SURGETAP_KIND_TUNNEL, 93,
			"fully encrypted from the first byte, both ways");
		judge_obfs4(call);
	}
}

/* Takes part in BitTorrent: asks a tracker for peers, or is one. */
static void note_peers(const struct surgetap_call *call)
{
	struct memory *memory = call->flow_state;

	if (peers_is_announce(call->payload) || mse_add(&memory->mse, call->payload))
		peers_note(call->worker_state, call->flow);
}

static enum surgetap_next on_packet(const struct surgetap_call *call)
{
	struct memory *memory = call->flow_state;

	if (call->flow->transport != TCP)
		return SURGETAP_DONE;
	note_peers(call);
	if (judge_one_way(call))
		return SURGETAP_DONE;
	if (call->payload->from_client)
		proxy_handshake_ask(&memory->handshake, call->payload);
	else if (judge_answer(call))
		return SURGETAP_DONE;
	if (judge_imitation(call) || judge_nested(call))
		return SURGETAP_DONE;
	if (!memory->is_opaque_over)
		memory->is_opaque_over = !opaque_add(&memory->opaque, call->payload);
	if (memory->is_named_early)
		judge_opaque(call);
	return memory->is_opaque_over && !is_pending(memory) ? SURGETAP_DONE : SURGETAP_MORE;
}

/* What nDPI names by itself. It takes whatever it does not know on port 1080 for SOCKS, be it HTTP:
 * request and answer prove it, or nothing does. */
static void judge_verdict(const struct surgetap_call *call)
{
	static const struct {
		const char *name;
		enum surgetap_grade best;
	} names[] = {{"socks", SURGETAP_GRADE_GUESS}, {"http_connect", SURGETAP_GRADE_DPI}};
	const struct surgetap_flow *flow = call->flow;

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		if (flow->answered && (surgetap_name_is(flow->protocol, names[i].name) ||
					      surgetap_name_is(flow->master, names[i].name)))
			surgetap_report_verdict(
				call, names[i].best, SURGETAP_KIND_TUNNEL, 95, names[i].name);
	}
}

static bool is_bittorrent(const struct surgetap_flow *flow)
{
	return flow->confidence >= SURGETAP_CONFIDENCE_CACHE &&
	       (strcmp(flow->protocol, "bittorrent") == 0 ||
		       strcmp(flow->master, "bittorrent") == 0);
}

/* nDPI may name CONNECT before the proxy has answered. */
static enum surgetap_next on_classified(const struct surgetap_call *call)
{
	struct memory *memory = call->flow_state;

	if (is_bittorrent(call->flow))
		peers_note(call->worker_state, call->flow);
	judge_opaque(call);
	memory->is_named_early = call->flow->confidence > SURGETAP_CONFIDENCE_GUESS &&
				 is_doubtful(call->flow) && !memory->is_opaque_over;
	if (is_pending(memory) || memory->is_named_early)
		return SURGETAP_MORE;
	judge_verdict(call);
	return SURGETAP_DONE;
}

static const struct surgetap_technique techniques[] = {
	{"proxy", "proxies, open or disguised", "TA0011", "T1090", 2, false},
	[TECHNIQUE_TOR] = {"tor", "connections into the Tor network", "TA0011", "T1090.003", 2,
		true},
	[TECHNIQUE_TLS] = {"tls", "encrypted channels: TLS, DTLS, QUIC", "TA0011", "T1573.002", 3,
		true},
	{NULL, NULL, NULL, NULL, 0, false},
};

SURGETAP_PLUGIN = {
	.abi = SURGETAP_ABI,
	.size = sizeof(struct surgetap_plugin),
	.name = "proxy",
	.version = "1",
	.summary = "SOCKS, HTTP CONNECT, fully encrypted protocols, TLS inside TLS",
	.techniques = techniques,
	.worker_state_size = sizeof(struct peers),
	.flow_state_size = sizeof(struct memory),
	.wants = SURGETAP_WANTS_PACKETS | SURGETAP_WANTS_CLASSIFIED,
	.on_packet = on_packet,
	.on_classified = on_classified,
};

_Static_assert(sizeof(struct peers) <= 1 << 20, "the ABI's limit of worker state");
_Static_assert(sizeof(struct memory) <= 256, "the ABI's limit of flow state");
