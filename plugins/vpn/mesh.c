/* SPDX-License-Identifier: Apache-2.0 */
/* Overlays whose hosts find one another: tinc, Tailscale, Nebula, n2n, ZeroTier. */
#include "recipe.h"

#include <ctype.h>
#include <string.h>

#define UDP 17
#define MATCH static const struct vpn_match

/* tinc's first line: "0 <name> 17[.<minor>]". */
const struct vpn_match *vpn_tinc(struct vpn_memory *memory, const struct surgetap_flow *flow,
	const struct surgetap_payload *payload)
{
	MATCH tinc = {SURGETAP_GRADE_DPI, 80, "tinc: greeting of protocol 17", UDP};
	uint32_t end = payload->captured_bytes < 80 ? payload->captured_bytes : 80, i = 2;
	const uint8_t *text = payload->data;

	(void)memory;
	(void)flow;
	if (!surgetap_begins_with(payload, "0 ", 2))
		return NULL;
	while (i < end && (isalnum(text[i]) || text[i] == '_'))
		i++;
	if (i == 2 || end - i < 4 || memcmp(text + i, " 17", 3) != 0 ||
		(text[i + 3] != '\n' && text[i + 3] != '.'))
		return NULL;
	return &tinc;
}

/* Tailscale's discovery messages: magic "TS", speech balloon; then key and nonce. */
const struct vpn_match *vpn_tailscale(struct vpn_memory *memory, const struct surgetap_flow *flow,
	const struct surgetap_payload *payload)
{
	MATCH tailscale = {SURGETAP_GRADE_DPI, 67, "Tailscale: discovery message", 0};

	(void)memory;
	(void)flow;
	return surgetap_begins_with(payload, "TS\xf0\x9f\x92\xac", 6) && payload->length_bytes >= 62
		       ? &tailscale
		       : NULL;
}

/* Nebula's header: version 1 and type 0 (handshake), reserved bytes, the receiver's index (0 in the
 * first message), a counter that starts with 1. The answer names an index and counts 2. */
const struct vpn_match *vpn_nebula(struct vpn_memory *memory, const struct surgetap_flow *flow,
	const struct surgetap_payload *payload)
{
	static const uint8_t first[] = {0x10, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
	static const uint8_t counter[] = {0, 0, 0, 0, 0, 0, 0, 2};
	MATCH nebula = {SURGETAP_GRADE_DPI, 67, "Nebula: both messages of the handshake", 0};

	(void)flow;
	if (payload->from_client)
		memory->nebula_asked |= surgetap_begins_with(payload, first, sizeof first);
	else if (memory->nebula_asked && surgetap_begins_with(payload, first, 4) &&
		 payload->captured_bytes >= 16 && surgetap_be32(payload->data + 4) != 0 &&
		 memcmp(payload->data + 8, counter, sizeof counter) == 0)
		return &nebula;
	return NULL;
}

/* Joined midway, or of one direction: later messages (type 1 and above, subtype at most 1) of one
 * index with a counter that rises, whose upper half stays zero. */
const struct vpn_match *vpn_nebula_data(struct vpn_memory *memory, const struct surgetap_flow *flow,
	const struct surgetap_payload *payload)
{
	enum { MESSAGE = 0x11, TYPE_LAST = 0x15, BYTES_MIN = 32, RUN = 3 };
	MATCH data = {SURGETAP_GRADE_HEURISTIC, 67,
		"Nebula: packets with one index and rising counters", 0};
	const uint8_t *bytes = payload->data;

	(void)flow;
	if (payload->captured_bytes < 16 || payload->length_bytes < BYTES_MIN ||
		bytes[0] < MESSAGE || bytes[0] > TYPE_LAST || bytes[1] > 1 ||
		surgetap_be16(bytes + 2) != 0 || surgetap_be32(bytes + 4) == 0 ||
		surgetap_be32(bytes + 8) != 0 || surgetap_be32(bytes + 12) == 0)
		return NULL;
	return vpn_counter_run(&memory->data[payload->from_client], surgetap_be32(bytes + 4),
		       surgetap_be32(bytes + 12)) >= RUN
		       ? &data
		       : NULL;
}

/* n2n of version 1 (its n2n_wire.h): version, message type, two bytes, the community's name in 16,
 * the sender's and the receiver's MAC address. */
enum { N2N_VERSION = 1, N2N_NAME_AT = 4, N2N_NAME_BYTES = 16, N2N_SENDER_AT = 20 };
enum { N2N_MAC_BYTES = 6, N2N_HEAD_BYTES = N2N_SENDER_AT + 2 * N2N_MAC_BYTES };

static bool is_n2n(const struct surgetap_payload *payload)
{
	return payload->captured_bytes >= N2N_HEAD_BYTES && payload->data[0] == N2N_VERSION &&
	       isprint(payload->data[N2N_NAME_AT]);
}

/* A supernode acknowledges a registration to its
 * sender, another edge to nobody. */
const struct vpn_match *vpn_n2n(struct vpn_memory *memory, const struct surgetap_flow *flow,
	const struct surgetap_payload *payload)
{
	enum { REGISTER = 1, REGISTER_ACK = 4 };
	MATCH n2n = {SURGETAP_GRADE_DPI, 75, "n2n: registration and acknowledgement agree", 0};
	static const uint8_t nobody[N2N_MAC_BYTES];
	struct vpn_n2n *seen = &memory->n2n;
	const uint8_t *bytes = payload->data, *receiver = bytes + N2N_SENDER_AT + N2N_MAC_BYTES;

	(void)flow;
	if (!is_n2n(payload))
		return NULL;
	if (bytes[1] == REGISTER && seen->from == 0) {
		memcpy(seen->sender, bytes + N2N_SENDER_AT, sizeof seen->sender);
		memcpy(seen->name, bytes + N2N_NAME_AT, sizeof seen->name);
		seen->from = payload->from_client ? 1 : 2;
	}
	return bytes[1] == REGISTER_ACK && seen->from == (payload->from_client ? 2 : 1) &&
			       strncmp(seen->name, (const char *)bytes + N2N_NAME_AT,
				       sizeof seen->name) == 0 &&
			       (memcmp(receiver, seen->sender, sizeof nobody) == 0 ||
				       memcmp(receiver, nobody, sizeof nobody) == 0)
		       ? &n2n
		       : NULL;
}

/* Joined midway, or of one direction: packets for one community, each from one host's address to
 * another's. */
const struct vpn_match *vpn_n2n_packets(struct vpn_memory *memory, const struct surgetap_flow *flow,
	const struct surgetap_payload *payload)
{
	enum { PACKET = 3, GROUP = 1, PACKETS_MIN = 3 };
	MATCH packets = {SURGETAP_GRADE_HEURISTIC, 75, "n2n: packets of one community", 0};
	struct vpn_n2n *seen = &memory->n2n;
	const uint8_t *bytes = payload->data, *sender = bytes + N2N_SENDER_AT;
	const char *name = (const char *)bytes + N2N_NAME_AT;

	(void)flow;
	if (!is_n2n(payload) || bytes[1] != PACKET || (sender[0] & GROUP) != 0 ||
		memchr(name, 0, N2N_NAME_BYTES) == NULL ||
		memcmp(sender, sender + N2N_MAC_BYTES, N2N_MAC_BYTES) == 0)
		return NULL;
	if (seen->from == 0 && seen->packets == 0)
		memcpy(seen->name, name, sizeof seen->name);
	seen->packets += strncmp(seen->name, name, sizeof seen->name) == 0;
	return seen->packets >= PACKETS_MIN ? &packets : NULL;
}

/* ZeroTier's HELLO, the one message in the clear (its node/Packet.hpp): eight bytes of counter, the
 * receiver's address and the sender's of five, flags with the cipher (0: signed only), a code of
 * eight, the verb. Then versions and time, and the sender's identity, which begins with its address
 * once more and the kind of its key. */
const struct vpn_match *vpn_zerotier(struct vpn_memory *memory, const struct surgetap_flow *flow,
	const struct surgetap_payload *payload)
{
	enum { RECEIVER_AT = 8, SENDER_AT = 13, ADDRESS_BYTES = 5, FLAGS_AT = 18, VERB_AT = 27 };
	enum { VERSION_AT = 28, VERSION_MIN = 4, VERSION_MAX = 31, IDENTITY_AT = 41 };
	enum { KEY_KIND_AT = IDENTITY_AT + ADDRESS_BYTES, KEY_BYTES = 64 };
	enum { CIPHER_MASK = 0x38, VERB_MASK = 0x1f, VERB_HELLO = 1 };
	MATCH zerotier = {SURGETAP_GRADE_DPI, 67, "ZeroTier: HELLO with its sender's identity", 0};
	const uint8_t *bytes = payload->data;

	(void)memory;
	(void)flow;
	return payload->captured_bytes > KEY_KIND_AT &&
			       payload->length_bytes > KEY_KIND_AT + KEY_BYTES &&
			       (bytes[FLAGS_AT] & CIPHER_MASK) == 0 &&
			       (bytes[VERB_AT] & VERB_MASK) == VERB_HELLO &&
			       bytes[VERSION_AT] >= VERSION_MIN &&
			       bytes[VERSION_AT] <= VERSION_MAX && bytes[KEY_KIND_AT] <= 1 &&
			       memcmp(bytes + SENDER_AT, bytes + IDENTITY_AT, ADDRESS_BYTES) == 0 &&
			       memcmp(bytes + SENDER_AT, bytes + RECEIVER_AT, ADDRESS_BYTES) != 0 &&
			       bytes[SENDER_AT] != 0xff && surgetap_be32(bytes + SENDER_AT) != 0
		       ? &zerotier
		       : NULL;
}

/* Joined midway: encrypted messages both ways, with the same two addresses, which change places. */
const struct vpn_match *vpn_zerotier_addresses(struct vpn_memory *memory,
	const struct surgetap_flow *flow, const struct surgetap_payload *payload)
{
	enum { RECEIVER_AT = 8, SENDER_AT = 13, ADDRESS_BYTES = 5, FLAGS_AT = 18, BYTES_MIN = 28 };
	enum { CIPHER_MASK = 0x38, CIPHER_SALSA = 0x08, CIPHER_AES = 0x18, FRAGMENT = 0xff };
	MATCH addresses = {SURGETAP_GRADE_HEURISTIC, 67,
		"ZeroTier: two addresses that change places, both ways", 0};
	struct vpn_zerotier *seen = &memory->zerotier;
	const uint8_t *bytes = payload->data;
	uint8_t from = payload->from_client ? 1 : 2, cipher;

	(void)flow;
	if (payload->captured_bytes <= FLAGS_AT || payload->length_bytes < BYTES_MIN)
		return NULL;
	cipher = bytes[FLAGS_AT] & CIPHER_MASK;
	if ((cipher != CIPHER_SALSA && cipher != CIPHER_AES) || bytes[SENDER_AT] == FRAGMENT ||
		surgetap_be32(bytes + SENDER_AT) == 0 || surgetap_be32(bytes + RECEIVER_AT) == 0 ||
		memcmp(bytes + SENDER_AT, bytes + RECEIVER_AT, ADDRESS_BYTES) == 0)
		return NULL;
	if (seen->from == 0) {
		memcpy(seen->receiver, bytes + RECEIVER_AT, ADDRESS_BYTES);
		memcpy(seen->sender, bytes + SENDER_AT, ADDRESS_BYTES);
		seen->from = from;
	}
	return seen->from != from &&
			       memcmp(bytes + RECEIVER_AT, seen->sender, ADDRESS_BYTES) == 0 &&
			       memcmp(bytes + SENDER_AT, seen->receiver, ADDRESS_BYTES) == 0
		       ? &addresses
		       : NULL;
}
