/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/repeat.h"

#include <string.h>

#define FIRST_BYTES 48u
#define LAST_BYTES 16u /* of what is encrypted, datagrams of one length may begin alike */

#define START UINT64_C(0xcbf29ce484222325)
#define FACTOR UINT64_C(0x9e3779b97f4a7c15) /* 2^64 by the golden ratio: bits spread upwards */

static uint64_t mix(uint64_t hash, uint64_t word)
{
	hash = (hash ^ word) * FACTOR;
	return hash ^ hash >> 32;
}

static uint64_t hash_on(uint64_t hash, const uint8_t *bytes, uint32_t count)
{
	uint64_t word;
	for (; count >= sizeof word; bytes += sizeof word, count -= sizeof word) {
		memcpy(&word, bytes, sizeof word);
		hash = mix(hash, word);
	}
	word = 0;
	memcpy(&word, bytes, count);
	return mix(hash, word);
}

/* No keyed hash: who makes two datagrams alike in it has the second one passed over, as he could by
 * not sending it. */
static uint32_t hash_payload(const struct packet *packet)
{
	const uint8_t *payload = packet->payload;
	uint32_t count = packet->payload_captured_bytes;
	if (count <= FIRST_BYTES + LAST_BYTES)
		return (uint32_t)hash_on(START, payload, count);
	uint64_t hash = hash_on(START, payload, FIRST_BYTES);
	/* A first fragment and the whole datagram are the same one. */
	if (packet->fragment == PACKET_FRAGMENT_NONE)
		hash = hash_on(hash, payload + count - LAST_BYTES, LAST_BYTES);
	return (uint32_t)hash;
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
