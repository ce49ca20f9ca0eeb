/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/repeat.h"

#define TCP 6
#define HASHED_BYTES 64u

/* FNV-1a. Who makes two datagrams alike in it has the second one passed over, as he could by not
 * sending it. */
static uint32_t hash_payload(const struct packet *packet)
{
	uint32_t count = packet->payload_captured_bytes, hash = 2166136261u;
	if (count > HASHED_BYTES)
		count = HASHED_BYTES;
	for (uint32_t i = 0; i < count; i++)
		hash = (hash ^ packet->payload[i]) * 16777619u;
	return hash;
}

bool repeat_is_seen(struct repeat *repeat, const struct packet *packet, bool from_client)
{
	struct repeat_payload *payloads = repeat->payloads[from_client];
	uint32_t mark = packet->transport == TCP ? packet->tcp_sequence : hash_payload(packet);
	for (uint32_t i = 0; i < REPEAT_DEPTH; i++)
		if (payloads[i].mark == mark && payloads[i].bytes == packet->payload_bytes)
			return true;
	payloads[repeat->next[from_client]++ % REPEAT_DEPTH] =
		(struct repeat_payload){mark, packet->payload_bytes};
	return false;
}
