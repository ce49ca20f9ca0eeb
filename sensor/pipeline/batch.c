/* SPDX-License-Identifier: Apache-2.0 */
#include "pipeline/batch.h"

#include <string.h>

bool batch_has_room(const struct batch *batch, uint32_t captured_bytes)
{
	return batch->count < BATCH_ENTRIES && BATCH_BYTES - batch->used_bytes >= captured_bytes;
}

void batch_add_packet(struct batch *batch, const struct worker_packet *packet)
{
	struct batch_entry *entry = &batch->entries[batch->count++];
	struct packet *copy = &entry->packet.packet;
	uint8_t *bytes = batch->bytes + batch->used_bytes;
	entry->kind = BATCH_PACKET;
	entry->packet = *packet;
	if (packet->is_bare)
		return;
	batch->looks++;
	memcpy(bytes, copy->ip, copy->ip_captured_bytes);
	batch->used_bytes += copy->ip_captured_bytes;
	copy->payload = bytes + (copy->payload - copy->ip);
	copy->ip = bytes;
}

void batch_add_mark(struct batch *batch, enum batch_kind kind, int64_t now_us)
{
	struct batch_entry *entry = &batch->entries[batch->count++];
	entry->kind = kind;
	entry->packet.now_us = now_us;
}

bool batch_is_light(const struct batch *batch)
{
	return batch->looks <= BATCH_LOOKS_FEW;
}

void batch_clear(struct batch *batch)
{
	batch->count = batch->used_bytes = batch->looks = 0;
}
