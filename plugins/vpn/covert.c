/* SPDX-License-Identifier: Apache-2.0 */
/* Tunnels that hide in something else, or in nothing. */
#include "recipe.h"

#include <string.h>

#define TCP 6
#define DNS_HEADER_BYTES 12u
#define DNS_TYPE_NULL 10
#define DNS_TYPE_PRIVATE 65399
#define DNS_ANSWER_BYTES 12u /* a pointer to the name, type, class, time to live, length */

#define STATIC_HEAD_BYTES 36u /* SHA-1's HMAC and the initial value of AES in CBC mode */
#define STATIC_BLOCK_BYTES 16u
#define STATIC_RUN 10u
#define STATIC_RUN_TCP 6u /* there a length stands before each and must fit */
#define STATIC_LENGTH_BYTES 2u

/* Where the question's type stands; 0 when the name does not end within the payload. */
static uint32_t find_type(const struct surgetap_payload *payload)
{
	uint32_t at = DNS_HEADER_BYTES;

	while (at < payload->captured_bytes && payload->data[at] != 0) {
		if (payload->data[at] > 63)
			return 0;
		at += 1u + payload->data[at];
	}
	return at + 5 <= payload->captured_bytes ? at + 1 : 0;
}

/* Where a message of DNS with one question has it behind its type; 0 when that is no type which
 * tunnels use. */
static uint32_t find_tunnel_question(const struct surgetap_payload *payload)
{
	uint32_t at;
	uint16_t type;

	if (payload->captured_bytes < DNS_HEADER_BYTES || surgetap_be16(payload->data + 4) != 1)
		return 0;
	at = find_type(payload);
	if (at == 0)
		return 0;
	type = surgetap_be16(payload->data + at);
	return type == DNS_TYPE_NULL || type == DNS_TYPE_PRIVATE ? at + 2 : 0;
}

/*
 * iodine's handshake (its src/iodined.c): the client asks for a name that begins with v, of a type
 * that nothing else asks for; the server's answer begins with VACK, VNAK or VFUL.
 */
const struct vpn_match *vpn_iodine(struct vpn_memory *memory, const struct surgetap_flow *flow,
	const struct surgetap_payload *payload)
{
	static const struct vpn_match iodine = {
		SURGETAP_GRADE_DPI, 67, "iodine: version handshake within DNS", 0};
	const uint8_t *bytes = payload->data;
	uint32_t at = find_tunnel_question(payload);

	(void)memory;
	(void)flow;
	if (at == 0)
		return NULL;
	at += 2 + DNS_ANSWER_BYTES;
	if ((bytes[2] & 0x80) == 0 || surgetap_be16(bytes + 6) == 0 ||
		(bytes[DNS_HEADER_BYTES + 1] | 0x20) != 'v' || at + 4 > payload->captured_bytes)
		return NULL;
	return memcmp(bytes + at, "VACK", 4) == 0 || memcmp(bytes + at, "VNAK", 4) == 0 ||
			       memcmp(bytes + at, "VFUL", 4) == 0
		       ? &iodine
		       : NULL;
}

/* Joined midway, or of one direction: several messages with records of such a type. */
const struct vpn_match *vpn_iodine_data(struct vpn_memory *memory, const struct surgetap_flow *flow,
	const struct surgetap_payload *payload)
{
	enum { MESSAGES_MIN = 4 };
	static const struct vpn_match data = {SURGETAP_GRADE_HEURISTIC, 67,
		"iodine: records of a type that only tunnels ask for", 0};

	(void)flow;
	memory->dns_tunnel += find_tunnel_question(payload) != 0;
	return memory->dns_tunnel >= MESSAGES_MIN ? &data : NULL;
}

/* A share of bits that random bytes have, from 52 bytes on. */
static bool has_even_bits(const uint8_t *bytes, uint32_t count)
{
	uint32_t bits = 0;

	for (uint32_t i = 0; i < count; i++)
		bits += (uint32_t)__builtin_popcount(bytes[i]);
	return bits > 3 * count && bits < 5 * count;
}

static bool has_whole_blocks(uint32_t bytes)
{
	return bytes > STATIC_HEAD_BYTES && (bytes - STATIC_HEAD_BYTES) % STATIC_BLOCK_BYTES == 0;
}

/* Counts a message that fits. Returns true once both sides have sent some, or the one that the tap
 * sees, of changing length. */
static bool count_message(struct vpn_static *seen, const struct surgetap_flow *flow,
	const uint8_t *message, uint32_t bytes, bool from_client)
{
	if (seen->run == 0) {
		seen->all = 0xff;
		seen->bytes = (uint16_t)bytes;
	}
	seen->run += seen->run < UINT8_MAX;
	seen->any |= message[0];
	seen->all &= message[0];
	seen->varies |= bytes != seen->bytes;
	seen->sides |= from_client ? 1 : 2;
	return (seen->sides == 3 || vpn_is_one_way(flow)) && seen->varies;
}

/*
 * OpenVPN with a static key has neither opcode nor handshake: HMAC, initial value, whole blocks.
 * From the first packet on, all are random, both ways, and of such a length, which changes: ten in
 * a row.
 */
const struct vpn_match *vpn_openvpn_static(struct vpn_memory *memory,
	const struct surgetap_flow *flow, const struct surgetap_payload *payload)
{
	static const struct vpn_match blocks = {SURGETAP_GRADE_HEURISTIC, 75,
		"random whole blocks behind HMAC and IV: OpenVPN with a static key, tinc", TCP};
	struct vpn_static *seen = &memory->static_key;

	if (payload->index != seen->run || !has_whole_blocks(payload->length_bytes) ||
		payload->captured_bytes == 0 ||
		!has_even_bits(payload->data, payload->captured_bytes))
		return NULL;
	return count_message(
		       seen, flow, payload->data, payload->length_bytes, payload->from_client) &&
			       seen->run >= STATIC_RUN && seen->any == 0xff && seen->all == 0
		       ? &blocks
		       : NULL;
}

/* The same over TCP, from the first segment on. A segment that ends within a message ends it. */
const struct vpn_match *vpn_openvpn_static_tcp(struct vpn_memory *memory,
	const struct surgetap_flow *flow, const struct surgetap_payload *payload)
{
	static const struct vpn_match blocks = {SURGETAP_GRADE_HEURISTIC, 67,
		"random whole blocks behind length, HMAC and IV: OpenVPN with a static key", 0};
	struct vpn_static *seen = &memory->static_key;
	uint32_t at = 0, end = payload->captured_bytes;
	bool fits = false;

	if (payload->index > 0 && seen->run == 0)
		return NULL;
	while (end - at > STATIC_LENGTH_BYTES) {
		const uint8_t *message = payload->data + at + STATIC_LENGTH_BYTES;
		uint32_t bytes = surgetap_be16(payload->data + at);

		at += STATIC_LENGTH_BYTES + bytes;
		if (!has_whole_blocks(bytes) || at > end || !has_even_bits(message, bytes)) {
			seen->run = 0;
			return NULL;
		}
		fits = count_message(seen, flow, message, bytes, payload->from_client);
	}
	return fits && seen->run >= STATIC_RUN_TCP ? &blocks : NULL;
}
