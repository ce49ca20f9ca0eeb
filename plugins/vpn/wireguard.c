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
#define TYPE_MASK 0x3f /* WARP sets the bits above, which makes it look like QUIC */

static const struct vpn_match pair = {
	SURGETAP_GRADE_DPI, 86, "WireGuard: the response names the initiation's index", 0};
static const struct vpn_match data = {
	SURGETAP_GRADE_DPI, 67, "WireGuard: data packets with one index and rising counters", 0};
static const struct vpn_match hidden_data = {SURGETAP_GRADE_HEURISTIC, 67,
	"WireGuard, altered: data packets with one index and rising counters", 0};
static const struct vpn_match one_side = {
	SURGETAP_GRADE_HEURISTIC, 50, "WireGuard: a handshake message of the exact size", 0};

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
	run = vpn_counter_run(&memory->wireguard[payload->from_client].data, surgetap_be64(bytes),
		surgetap_le32(bytes + 8));
	if (run < DATA_RUN)
		return NULL;
	return is_plain ? &data : &hidden_data;
}

const struct vpn_match *vpn_wireguard(struct vpn_memory *memory, const struct surgetap_flow *flow,
	const struct surgetap_payload *payload)
{
	(void)flow;
	if (payload->captured_bytes < 16 || payload->length_bytes < DATA_BYTES_MIN)
		return NULL;
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
