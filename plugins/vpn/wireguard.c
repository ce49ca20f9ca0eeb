/* SPDX-License-Identifier: Apache-2.0 */
/*
 * WireGuard: type, three reserved bytes, fixed layouts. The response repeats the initiation's
 * index, which tells the pair from chance even where a provider pads the messages or uses the
 * reserved bytes (Cloudflare WARP does). Source: Donenfeld, "WireGuard: Next Generation Kernel
 * Network Tunnel", section 5.4.
 */
#include "recipe.h"

enum type {
	TYPE_INITIATION = 1,
	TYPE_RESPONSE = 2,
	TYPE_COOKIE = 3,
	TYPE_DATA = 4,
};

#define INITIATION_BYTES 148u
#define RESPONSE_BYTES 92u
#define DATA_BYTES_MIN 32u
#define DATA_RUN 3
#define DATA_RUN_ONE_WAY 6
#define COUNTER_MAX 64u /* of a side's first packet of data that was seen */
#define TCP_LENGTH_BYTES 2u
#define TYPE_MASK 0x3f /* WARP sets the bits above, which makes it look like QUIC */

static const struct vpn_match pair = {
	SURGETAP_GRADE_DPI, 88, "WireGuard: the response names the initiation's index", 0};
static const struct vpn_match data = {
	SURGETAP_GRADE_DPI, 67, "WireGuard: data packets with one index and rising counters", 0};
static const struct vpn_match hidden_data = {SURGETAP_GRADE_HEURISTIC, 67,
	"WireGuard, altered: data packets with one index and rising counters", 0};
static const struct vpn_match altered = {SURGETAP_GRADE_HEURISTIC, 75,
	"WireGuard with headers of its own: data both ways, counters rise", 0};
static const struct vpn_match altered_one_way = {SURGETAP_GRADE_HEURISTIC, 75,
	"WireGuard with headers of its own: data of one direction, counters rise", 0};
static const struct vpn_match one_side = {
	SURGETAP_GRADE_HEURISTIC, 67, "WireGuard: a handshake message of the exact size", 0};

/* Providers append junk to the handshake: what counts for the pair is the index. */
static const struct vpn_match *inspect_handshake(
	struct vpn_memory *memory, const struct surgetap_payload *payload, uint32_t exact_bytes)
{
	const uint8_t *bytes = payload->data;
	struct vpn_wireguard_side *own = &memory->wireguard[payload->from_client];
	const struct vpn_wireguard_side *peer = &memory->wireguard[!payload->from_client];

	if (payload->length_bytes < exact_bytes)
		return NULL;
	own->type = bytes[0] & TYPE_MASK;
	own->sender = surgetap_le32(bytes + 4);
	if (own->type == TYPE_RESPONSE && peer->type == TYPE_INITIATION &&
		surgetap_le32(bytes + 8) == peer->sender)
		return &pair;
	return surgetap_le32(bytes) == own->type && payload->length_bytes == exact_bytes ? &one_side
											 : NULL;
}

/* WARP fills the reserved bytes and does not pad: there type, reserved bytes and index stay the
 * same. */
static const struct vpn_match *inspect_data(
	struct vpn_memory *memory, const struct surgetap_payload *payload)
{
	const uint8_t *bytes = payload->data;
	bool is_plain = surgetap_le32(bytes) == TYPE_DATA && payload->length_bytes % 16 == 0;
	uint8_t run;

	if (surgetap_le32(bytes + 12) != 0)
		return NULL;
	run = vpn_counter_run(&memory->data[payload->from_client], surgetap_be64(bytes),
		surgetap_le32(bytes + 8));
	if (run < DATA_RUN)
		return NULL;
	return is_plain ? &data : &hidden_data;
}

/*
 * AmneziaWG (docs.amnezia.org) puts numbers of its own in the place of types, the same both ways,
 * and junk before and into the handshake; up to version 1.5 its data packets are WireGuard's: the
 * number, an index that each end has drawn, a counter from 0, whole blocks of 16 bytes.
 */
static const struct vpn_match *inspect_altered(struct vpn_memory *memory,
	const struct surgetap_flow *flow, const struct surgetap_payload *payload)
{
	const uint8_t *bytes = payload->data;
	struct vpn_counter *own = &memory->data[payload->from_client];
	const struct vpn_counter *peer = &memory->data[!payload->from_client];
	uint32_t counter = surgetap_le32(bytes + 8);

	if (surgetap_le32(bytes + 12) != 0 || payload->length_bytes % 16 != 0 ||
		(own->run == 0 && counter > COUNTER_MAX))
		return NULL;
	vpn_counter_run(own, surgetap_be64(bytes), counter);
	if (vpn_is_one_way(flow))
		return own->run >= DATA_RUN_ONE_WAY ? &altered_one_way : NULL;
	return own->run + peer->run > DATA_RUN && own->run > 0 && peer->run > 0 &&
			       own->id >> 32 == peer->id >> 32 && own->id != peer->id
		       ? &altered
		       : NULL;
}

/* A question to DNS asks one thing (RFC 1035, 4.1.1). */
static void count_datagrams(struct vpn_memory *memory, const struct surgetap_payload *payload)
{
	if (payload->index == 0)
		memory->is_no_question =
			payload->captured_bytes >= 6 && surgetap_be16(payload->data + 4) != 1;
	memory->is_answered |= !payload->from_client;
	memory->datagrams_ahead += !memory->is_answered && memory->datagrams_ahead < 255;
}

static bool is_message(const struct surgetap_payload *payload)
{
	return payload->captured_bytes >= 16 && payload->length_bytes >= DATA_BYTES_MIN;
}

static const struct vpn_match *inspect_message(
	struct vpn_memory *memory, const struct surgetap_payload *payload)
{
	switch (payload->data[0] & TYPE_MASK) {
	case TYPE_INITIATION:
		return inspect_handshake(memory, payload, INITIATION_BYTES);
	case TYPE_RESPONSE:
		return inspect_handshake(memory, payload, RESPONSE_BYTES);
	case TYPE_DATA:
		return inspect_data(memory, payload);
	default:
		return NULL;
	}
}

const struct vpn_match *vpn_wireguard(struct vpn_memory *memory, const struct surgetap_flow *flow,
	const struct surgetap_payload *payload)
{
	const struct vpn_match *match;

	count_datagrams(memory, payload);
	if (!is_message(payload))
		return NULL;
	match = inspect_message(memory, payload);
	/* both count in one place, and a packet counts once */
	return match != NULL || (payload->data[0] & TYPE_MASK) == TYPE_DATA
		       ? match
		       : inspect_altered(memory, flow, payload);
}

/* Mullvad's udp2tcp and its like: each datagram behind its length, of two bytes. */
const struct vpn_match *vpn_wireguard_tcp(struct vpn_memory *memory,
	const struct surgetap_flow *flow, const struct surgetap_payload *payload)
{
	struct surgetap_payload message = *payload;

	(void)flow;
	if (payload->captured_bytes < TCP_LENGTH_BYTES ||
		surgetap_be16(payload->data) + TCP_LENGTH_BYTES != payload->length_bytes)
		return NULL;
	message.data += TCP_LENGTH_BYTES;
	message.captured_bytes -= TCP_LENGTH_BYTES;
	message.length_bytes -= TCP_LENGTH_BYTES;
	return is_message(&message) ? inspect_message(memory, &message) : NULL;
}
