/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/kept.h"

#include <string.h>

bool kept_put(struct head_pool *pool, struct head *head, const struct packet *packet)
{
	if (head->bytes + sizeof *packet + packet->ip_captured_bytes > HEAD_BYTES_MAX)
		return false;
	head_begin(pool, head);
	head_put(pool, head, head->bytes, (const uint8_t *)packet, sizeof *packet);
	head_put(pool, head, head->bytes, packet->ip, packet->ip_captured_bytes);
	return true;
}

struct packet kept_at(const struct head_pool *pool, const struct head *head, uint32_t place)
{
	const uint8_t *bytes = head_data(pool, head) + place;
	struct packet packet;
	memcpy(&packet, bytes, sizeof packet);
	packet.payload = bytes + sizeof packet + (packet.payload - packet.ip);
	packet.ip = bytes + sizeof packet;
	return packet;
}
