/* SPDX-License-Identifier: Apache-2.0 */
#include "peers.h"

#include <string.h>

#define ANNOUNCE_BYTES_MAX 512u /* of the request, in which the question stands */

/* FNV-1a. Who drives two hosts into one slot gains a report of a flow that would be passed over. */
static uint32_t slot_of(const struct surgetap_address *address)
{
	uint32_t hash = 2166136261u;

	for (size_t i = 0; i < sizeof address->bytes; i++)
		hash = (hash ^ address->bytes[i]) * 16777619u;
	return (hash ^ hash >> 16) % PEERS_SLOTS;
}

bool peers_is_announce(const struct surgetap_payload *payload)
{
	static const char question[] = "info_hash=";
	uint32_t count = payload->captured_bytes < ANNOUNCE_BYTES_MAX ? payload->captured_bytes
								      : ANNOUNCE_BYTES_MAX;

	return payload->index == 0 && payload->from_client && count > 4 &&
	       memcmp(payload->data, "GET ", 4) == 0 &&
	       memmem(payload->data, count, question, sizeof question - 1) != NULL;
}

void peers_note(struct peers *peers, const struct surgetap_flow *flow)
{
	const struct surgetap_address *ends[] = {&flow->client.address, &flow->server.address};

	for (size_t i = 0; i < 2; i++) {
		uint32_t slot = slot_of(ends[i]);

		peers->slots[slot].address = *ends[i];
		peers->slots[slot].time_us = flow->last_us;
	}
}

static bool has_host(
	const struct peers *peers, const struct surgetap_address *address, int64_t time_us)
{
	uint32_t slot = slot_of(address);

	return memcmp(&peers->slots[slot].address, address, sizeof *address) == 0 &&
	       time_us < peers->slots[slot].time_us + PEERS_US &&
	       time_us > peers->slots[slot].time_us - PEERS_US;
}

bool peers_has(const struct peers *peers, const struct surgetap_flow *flow)
{
	return has_host(peers, &flow->client.address, flow->last_us) ||
	       has_host(peers, &flow->server.address, flow->last_us);
}
