/* SPDX-License-Identifier: Apache-2.0 */
/*
 * OpenVPN's control channel: opcode (5 bits) and key id (3 bits), then the sender's session id.
 * Source: OpenVPN's doc/doxygen (network protocol); the pair of resets as a fingerprint: Xue et
 * al., "OpenVPN is Open to VPN Fingerprinting", USENIX Security 2022.
 */
#include "recipe.h"

#include <string.h>

enum opcode {
	OPCODE_RESET_CLIENT_V1 = 1,
	OPCODE_RESET_SERVER_V1 = 2,
	OPCODE_CONTROL_V1 = 4,
	OPCODE_ACK_V1 = 5,
	OPCODE_RESET_CLIENT_V2 = 7,
	OPCODE_RESET_SERVER_V2 = 8,
	OPCODE_DATA_V2 = 9,
	OPCODE_RESET_CLIENT_V3 = 10, /* tls-crypt-v2 */
	OPCODE_CONTROL_WKC_V1 = 11,
};

#define RESET_BYTES 14u         /* opcode, session id, no acknowledgement, packet id */
#define RESET_WRAPPED_BYTES 54u /* the same below tls-crypt: packet id, time, 32 bytes of tag */
#define ACKNOWLEDGEMENT_BYTES                                                                      \
	12u /* a packet id and the peer's session id in the server's reset                         \
	     */
#define EARLY_NEGOTIATION_BYTES 6u
#define CONTROL_BYTES_MAX 1600u
#define CONTROLS_MIN 2 /* of each side */

static const struct vpn_match pair = {
	SURGETAP_GRADE_DPI, 97, "OpenVPN: client and server reset agree", 0};
static const struct vpn_match session = {
	SURGETAP_GRADE_DPI, 75, "OpenVPN: reset and control packets of one session", 0};
static const struct vpn_match data = {SURGETAP_GRADE_HEURISTIC, 67,
	"OpenVPN: data packets with one peer id and rising packet ids", 0};

static const struct vpn_match midway = {SURGETAP_GRADE_HEURISTIC, 96,
	"OpenVPN: control packets of one session each way, joined midway", 0};
static const struct vpn_match scrambled = {
	SURGETAP_GRADE_HEURISTIC, 75, "OpenVPN: scrambled resets, sizes and first bytes fit", 0};

/* Resets below an HMAC of MD5, SHA-1, SHA-256 (or tls-crypt), SHA-384, SHA-512. */
static const uint8_t protected_reset_bytes[] = {38, 42, 54, 70, 86};

static bool is_client_reset(uint8_t opcode)
{
	return opcode == OPCODE_RESET_CLIENT_V1 || opcode == OPCODE_RESET_CLIENT_V2 ||
	       opcode == OPCODE_RESET_CLIENT_V3;
}

static bool is_server_reset(uint8_t opcode)
{
	return opcode == OPCODE_RESET_SERVER_V1 || opcode == OPCODE_RESET_SERVER_V2;
}

static bool is_control(uint8_t opcode)
{
	return opcode == OPCODE_CONTROL_V1 || opcode == OPCODE_ACK_V1 ||
	       opcode == OPCODE_CONTROL_WKC_V1;
}

/* The server's reset is the client's plus an acknowledgement; tls-crypt-v2 puts the client's key
 * into the client's reset and may add what was negotiated to the server's. */
static const struct vpn_match *match_pair(
	const struct vpn_openvpn_side *client, const struct vpn_openvpn_side *server)
{
	bool is_v1 = client->opcode == OPCODE_RESET_CLIENT_V1;

	if (!is_client_reset(client->opcode) || !is_server_reset(server->opcode) ||
		client->session == server->session ||
		is_v1 != (server->opcode == OPCODE_RESET_SERVER_V1))
		return NULL;
	if (client->opcode == OPCODE_RESET_CLIENT_V3)
		return client->bytes > RESET_WRAPPED_BYTES &&
				       (server->bytes == RESET_WRAPPED_BYTES +
								 ACKNOWLEDGEMENT_BYTES ||
					       server->bytes == RESET_WRAPPED_BYTES +
									ACKNOWLEDGEMENT_BYTES +
									EARLY_NEGOTIATION_BYTES)
			       ? &pair
			       : NULL;
	return server->bytes == client->bytes + ACKNOWLEDGEMENT_BYTES ? &pair : NULL;
}

/*
 * The scramble patch XORs each message with one mask: the first bytes differ as those of the two
 * resets do, and the sizes stay what they are.
 */
static const struct vpn_match *inspect_scrambled(
	struct vpn_memory *memory, const uint8_t *message, uint32_t bytes, bool from_client)
{
	struct vpn_openvpn_side *own = &memory->openvpn[from_client];
	const struct vpn_openvpn_side *client = &memory->openvpn[1], *server = &memory->openvpn[0];

	if (own->first_bytes != 0)
		return NULL;
	own->first = message[0];
	own->first_bytes = bytes < UINT16_MAX ? (uint16_t)bytes : UINT16_MAX;
	if (client->first_bytes == 0 ||
		server->first_bytes != client->first_bytes + ACKNOWLEDGEMENT_BYTES ||
		(client->first ^ server->first) !=
			(OPCODE_RESET_CLIENT_V2 << 3 ^ OPCODE_RESET_SERVER_V2 << 3))
		return NULL;
	for (size_t i = 0; i < sizeof protected_reset_bytes; i++) {
		if (client->first_bytes == protected_reset_bytes[i])
			return &scrambled;
	}
	return NULL;
}

/* A session id is random. What begins with a blank or a bracket and goes on like text is none. */
static bool is_text(const uint8_t *session_id)
{
	for (size_t i = 0; i < sizeof(uint64_t); i++) {
		if (session_id[i] < 0x20 || session_id[i] > 0x7e)
			return false;
	}
	return true;
}

/* Joined in the middle of the handshake: each side keeps to a session of its own. */
static const struct vpn_match *count_controls(struct vpn_openvpn_side *side,
	const struct vpn_openvpn_side *peer, const uint8_t *session_id)
{
	uint64_t id = surgetap_be64(session_id);

	if (is_text(session_id))
		return NULL;
	if (side->session != id)
		side->controls = 0;
	side->controls += side->controls < UINT8_MAX;
	side->session = id;
	return side->controls >= CONTROLS_MIN && peer->controls >= CONTROLS_MIN &&
			       side->session != peer->session
		       ? &midway
		       : NULL;
}

/* `message` starts at the opcode; `bytes` is its length on the wire, of which 9 are readable. */
static const struct vpn_match *inspect_plain(
	struct vpn_memory *memory, const uint8_t *message, uint32_t bytes, bool from_client)
{
	uint8_t opcode = message[0] >> 3, key_id = message[0] & 7;
	struct vpn_openvpn_side *side = &memory->openvpn[from_client];
	const struct vpn_openvpn_side *peer = &memory->openvpn[!from_client];
	uint64_t session_id = surgetap_be64(message + 1);

	if (opcode == OPCODE_DATA_V2)
		return vpn_counter_run(
			       &side->data, surgetap_be32(message), surgetap_be32(message + 4)) >= 3
			       ? &data
			       : NULL;
	if (session_id == 0 || key_id != 0 || bytes > CONTROL_BYTES_MAX)
		return NULL;
	/* who is the client may be mistaken when the capture begins in the middle */
	if (is_client_reset(opcode) || is_server_reset(opcode)) {
		if (bytes < RESET_BYTES)
			return NULL;
		side->opcode = opcode;
		side->session = session_id;
		side->bytes = bytes;
		return is_client_reset(opcode) ? match_pair(side, peer) : match_pair(peer, side);
	}
	if (!is_control(opcode))
		return NULL;
	if (side->opcode != 0)
		return side->session == session_id ? &session : NULL;
	return count_controls(side, peer, message + 1);
}

static const struct vpn_match *inspect_message(
	struct vpn_memory *memory, const uint8_t *message, uint32_t bytes, bool from_client)
{
	const struct vpn_match *hidden = inspect_scrambled(memory, message, bytes, from_client);
	const struct vpn_match *plain = inspect_plain(memory, message, bytes, from_client);

	return plain != NULL ? plain : hidden;
}

const struct vpn_match *vpn_openvpn_udp(struct vpn_memory *memory, const struct surgetap_flow *flow,
	const struct surgetap_payload *payload)
{
	(void)flow;
	if (payload->captured_bytes < 9)
		return NULL;
	return inspect_message(memory, payload->data, payload->length_bytes, payload->from_client);
}

/* Fills the start of the stream. Returns true with the payload that completes it. */
static bool gather_head(struct vpn_openvpn_side *side, const struct surgetap_payload *payload)
{
	uint32_t missing = VPN_OPENVPN_HEAD - side->head_bytes;
	uint32_t count = payload->captured_bytes < missing ? payload->captured_bytes : missing;

	memcpy(side->head + side->head_bytes, payload->data, count);
	side->head_bytes += count;
	return missing > 0 && count == missing;
}

/* The first message of a stream may come in small pieces. After it, several messages may share a
 * segment, or one span several: looked at is what a segment begins with. */
const struct vpn_match *vpn_openvpn_tcp(struct vpn_memory *memory, const struct surgetap_flow *flow,
	const struct surgetap_payload *payload)
{
	struct vpn_openvpn_side *side = &memory->openvpn[payload->from_client];
	const uint8_t *message = payload->data;
	uint16_t bytes;

	(void)flow;
	if (gather_head(side, payload))
		message = side->head;
	else if (side->head_bytes < VPN_OPENVPN_HEAD || payload->captured_bytes < VPN_OPENVPN_HEAD)
		return NULL;
	bytes = surgetap_be16(message);
	if (bytes < RESET_BYTES)
		return NULL;
	return inspect_message(memory, message + 2, bytes, payload->from_client);
}
