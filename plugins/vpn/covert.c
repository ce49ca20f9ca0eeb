/* SPDX-License-Identifier: Apache-2.0 */
/* Tunnels that hide in something else, or in nothing. */
#include "recipe.h"

#include <string.h>

#define DNS_HEADER_BYTES 12u
#define DNS_TYPE_NULL 10
#define DNS_TYPE_PRIVATE 65399
#define DNS_ANSWER_BYTES 12u /* a pointer to the name, type, class, time to live, length */

#define STATIC_HEAD_BYTES 36u /* SHA-1's HMAC and the initial value of AES in CBC mode */
#define STATIC_BLOCK_BYTES 16u
#define STATIC_RUN 10u

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

/*
 * iodine's handshake (its src/iodined.c): the client asks for a name that begins with v, of a type
 * that nothing else asks for; the server's answer begins with VACK, VNAK or VFUL.
 */
const struct vpn_match *vpn_iodine(struct vpn_memory *memory, const struct surgetap_flow *flow,
	const struct surgetap_payload *payload)
{
	static const struct vpn_match iodine = {
		SURGETAP_GRADE_DPI, 97, "iodine: version handshake within DNS", 0};
	const uint8_t *bytes = payload->data;
	uint32_t at;
	uint16_t type;

	(void)flow;
	if (payload->captured_bytes < DNS_HEADER_BYTES || surgetap_be16(bytes + 4) != 1)
		return NULL;
	at = find_type(payload);
	if (at == 0)
		return NULL;
	type = surgetap_be16(bytes + at);
	if (type != DNS_TYPE_NULL && type != DNS_TYPE_PRIVATE)
		return NULL;
	memory->is_dns_tunnel_possible = true;
	at += 4 + DNS_ANSWER_BYTES;
	if ((bytes[2] & 0x80) == 0 || surgetap_be16(bytes + 6) == 0 ||
		(bytes[DNS_HEADER_BYTES + 1] | 0x20) != 'v' || at + 4 > payload->captured_bytes)
		return NULL;
	return memcmp(bytes + at, "VACK", 4) == 0 || memcmp(bytes + at, "VNAK", 4) == 0 ||
			       memcmp(bytes + at, "VFUL", 4) == 0
		       ? &iodine
		       : NULL;
}

/* A share of bits that random bytes have, from 52 bytes on. */
static bool has_even_bits(const struct surgetap_payload *payload)
{
	uint32_t bits = 0;

	for (uint32_t i = 0; i < payload->captured_bytes; i++)
		bits += (uint32_t)__builtin_popcount(payload->data[i]);
	return bits > 3 * payload->captured_bytes && bits < 5 * payload->captured_bytes;
}

/*
 * OpenVPN with a static key has neither opcode nor handshake: HMAC, initial value, whole blocks.
 * From the first packet on, all are random, both ways, and of such a length, which changes: ten in
 * a row.
 */
const struct vpn_match *vpn_openvpn_static(struct vpn_memory *memory,
	const struct surgetap_flow *flow, const struct surgetap_payload *payload)
{
	static const struct vpn_match blocks = {SURGETAP_GRADE_HEURISTIC, 85,
		"random whole blocks behind HMAC and IV: OpenVPN with a static key, tinc", 0};
	struct vpn_static *seen = &memory->static_key;

	(void)flow;
	if (payload->index == 0) {
		seen->all = 0xff;
		seen->bytes = (uint16_t)payload->length_bytes;
	}
	if (payload->index != seen->run || payload->length_bytes <= STATIC_HEAD_BYTES ||
		(payload->length_bytes - STATIC_HEAD_BYTES) % STATIC_BLOCK_BYTES != 0 ||
		!has_even_bits(payload))
		return NULL;
	seen->run++;
	seen->any |= payload->data[0];
	seen->all &= payload->data[0];
	seen->varies |= payload->length_bytes != seen->bytes;
	seen->sides |= payload->from_client ? 1 : 2;
	return seen->run >= STATIC_RUN && seen->sides == 3 && seen->varies && seen->any == 0xff &&
			       seen->all == 0
		       ? &blocks
		       : NULL;
}
