/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Source: Xue et al., "Fingerprinting Obfuscated Proxy Traffic with Encapsulated TLS Handshakes",
 * USENIX Security 2024, for the idea; the sizes follow from RFC 8446, RFC 5246 and RFC 6455.
 * A handshake: the client's hello, with the proxy's request in front; the server's, with
 * certificates, several times as long; the client's end of it, short.
 */
#include "nested.h"

#define ASK_BYTES_MIN 250u
#define ASK_BYTES_MAX 2500u
#define ANSWER_BYTES_MIN 600u
#define ANSWER_BYTES_MAX 9000u
#define HELLO_BYTES_MIN 500u /* most pad to 517 or exceed it */
#define HEAD_BYTES_MAX 160u  /* of a proxy's request whose hello comes as a message of its own */
#define NEXT_BYTES_MIN 58u   /* the shortest Finished */
#define NEXT_BOTH_BYTES_MIN 104u
#define EXTENSIONS_EMPTY 6u
#define SWITCHING_BYTES 129u /* the answer of RFC 6455, 4.2.2, with no other header */
#define UPGRADE_BYTES_MIN 150u
#define UPGRADE_BYTES_MAX 700u

/* How a client ends a handshake: TLS 1.3's Finished with SHA-256 or SHA-384, alone or behind
 * ChangeCipherSpec; TLS 1.2's key exchange with X25519 or P-256, ChangeCipherSpec, and Finished in
 * ChaCha20-Poly1305 or GCM. Around it: nothing, vmess's length and tag, Shadowsocks' two tags. */
static bool is_end(uint32_t bytes)
{
	static const uint8_t ends[] = {58, 64, 74, 80, 85, 93, 118, 126}, around[] = {0, 18, 34};

	for (size_t i = 0; i < sizeof ends; i++) {
		for (size_t k = 0; k < sizeof around; k++) {
			if (bytes == (uint32_t)ends[i] + around[k])
				return true;
		}
	}
	return false;
}

static bool is_within(uint32_t bytes, uint32_t least, uint32_t most)
{
	return bytes >= least && bytes <= most;
}

/* The client's second turn begins. */
static enum nested_form judge_end(const struct nested *nested)
{
	return !nested->is_websocket && nested->is_single &&
			       is_within(nested->ask, ASK_BYTES_MIN, ASK_BYTES_MAX) &&
			       is_within(nested->answer, ANSWER_BYTES_MIN, ANSWER_BYTES_MAX) &&
			       is_end(nested->next_first)
		       ? NESTED_FINISHED
		       : NESTED_NONE;
}

/* The client's second turn is over; its request may have come with the handshake's end. To whom
 * HTTP was offered and who took up nothing is no web server. */
static enum nested_form judge_proportions(
	const struct nested *nested, const struct surgetap_flow *flow)
{
	/* frames of a WebSocket keep the end apart from the requests behind it */
	uint32_t end = nested->is_websocket ? nested->next_first : nested->next;

	if (!nested->is_single || !is_within(nested->ask, HELLO_BYTES_MIN, ASK_BYTES_MAX) ||
		!is_within(nested->answer, ANSWER_BYTES_MIN, ANSWER_BYTES_MAX) ||
		2 * end > nested->ask)
		return NESTED_NONE;
	if (nested->is_websocket)
		return nested->next_first >= NEXT_BYTES_MIN ? NESTED_WEBSOCKET : NESTED_NONE;
	return nested->inside.extensions == EXTENSIONS_EMPTY && flow->alpn != NULL &&
			       nested->next >= NEXT_BOTH_BYTES_MIN
		       ? NESTED_HANDSHAKE
		       : NESTED_NONE;
}

static void begin(struct nested *nested, const struct surgetap_inside_message *message)
{
	nested->ask_turn = message->turn;
	nested->is_single = true;
	nested->turns = 0;
	nested->ask = message->bytes;
	nested->answer = nested->next = 0;
}

/* One more message of the turn. */
static void go_on(struct nested *nested, uint32_t bytes)
{
	if (nested->turns == 0 && nested->is_single && nested->ask <= HEAD_BYTES_MAX &&
		bytes >= HELLO_BYTES_MIN) {
		nested->ask = bytes; /* the request came ahead */
	} else if (nested->turns == 0) {
		nested->ask += bytes;
		nested->is_single = false;
	} else if (nested->turns == 1) {
		nested->answer += bytes;
		nested->is_switching |= bytes == SWITCHING_BYTES;
	} else {
		nested->next += bytes;
	}
}

static bool is_upgraded(const struct nested *nested)
{
	return nested->is_switching && !nested->is_websocket && nested->is_single &&
	       is_within(nested->ask, UPGRADE_BYTES_MIN, UPGRADE_BYTES_MAX);
}

static enum nested_form add_message(struct nested *nested, const struct surgetap_flow *flow,
	const struct surgetap_inside_message *message)
{
	bool is_turn = message->turn != nested->ask_turn + nested->turns;

	if (nested->ask_turn == 0) {
		if (message->from_client)
			begin(nested, message);
		return NESTED_NONE;
	}
	nested->turns = (uint8_t)(message->turn - nested->ask_turn);
	if (is_turn && nested->turns == 2 && is_upgraded(nested)) {
		nested->is_websocket = true;
		begin(nested, message);
		return NESTED_NONE;
	}
	if (nested->turns == NESTED_TURNS)
		return judge_proportions(nested, flow);
	go_on(nested, message->bytes);
	if (!is_turn || nested->turns != 2)
		return NESTED_NONE;
	nested->next_first = message->bytes;
	return judge_end(nested);
}

enum nested_form nested_add(struct nested *nested, const struct surgetap_flow *flow,
	const struct surgetap_payload *payload)
{
	struct surgetap_inside_cursor cursor = {
		payload->data, payload->captured_bytes, payload->length_bytes};
	struct surgetap_inside_message message;
	enum nested_form form = NESTED_NONE;

	nested->is_begun = true;
	while (form == NESTED_NONE && nested->turns < NESTED_TURNS &&
		surgetap_inside_next(&nested->inside, &cursor, payload->from_client, &message))
		form = add_message(nested, flow, &message);
	return form;
}
