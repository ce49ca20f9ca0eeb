/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/repeat.h"

#define FIRST_BYTES 48u
#define LAST_BYTES 16u /* of what is encrypted, datagrams of one length may begin alike */

static uint32_t hash_on(uint32_t hash, const uint8_t *bytes, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		hash = (hash ^ bytes[i]) * 16777619u;
	return hash;
}

/* FNV-1a. Who makes two datagrams alike in it has the second one passed over, as he could by not
 * sending it. */
static uint32_t hash_payload(const struct packet *packet)
{
	const uint8_t *payload = packet->payload;
	uint32_t count = packet->payload_captured_bytes, hash = 2166136261u;
	if (count <= FIRST_BYTES + LAST_BYTES)
		return hash_on(hash, payload, count);
	/* A first fragment and the whole datagram are the same one. */
	if (packet->fragment != PACKET_FRAGMENT_NONE)
		return hash_on(hash, payload, FIRST_BYTES);
	hash = hash_on(hash, payload, FIRST_BYTES);
	return hash_on(hash, payload + count - LAST_BYTES, LAST_BYTES);
}

bool repeat_is_seen(struct repeat *repeat, const struct packet *packet, bool from_client)
{
	struct repeat_payload *payloads = repeat->payloads[from_client];
	if (packet->payload_captured_bytes == 0)
		return false;
	uint32_t mark = hash_payload(packet);
	for (uint32_t i = 0; i < REPEAT_DEPTH; i++)
		if (payloads[i].mark == mark && payloads[i].bytes == packet->payload_bytes)
			return true;
	payloads[repeat->next[from_client]++ % REPEAT_DEPTH] =
		(struct repeat_payload){mark, packet->payload_bytes};
	return false;
}
