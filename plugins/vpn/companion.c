/* SPDX-License-Identifier: Apache-2.0 */
#include "companion.h"

#include <string.h>

static uint32_t hash(const struct companion *key)
{
	uint64_t words[4], value = key->port | (uint64_t)key->transport << 16;

	memcpy(words, &key->low, sizeof key->low);
	memcpy(words + 2, &key->high, sizeof key->high);
	for (size_t i = 0; i < 4; i++) {
		value = (value ^ words[i]) * 0x9e3779b97f4a7c15u;
		value ^= value >> 32;
	}
	return (uint32_t)value & (COMPANIONS_MAX - 1);
}

static struct companion make_key(const struct surgetap_flow *flow, uint16_t port, uint8_t transport)
{
	const struct surgetap_address *client = &flow->client.address;
	const struct surgetap_address *server = &flow->server.address;
	bool is_ordered = memcmp(client, server, sizeof *client) <= 0;

	return (struct companion){
		.low = is_ordered ? *client : *server,
		.high = is_ordered ? *server : *client,
		.seen_us = flow->last_us,
		.port = port,
		.transport = transport,
	};
}

void companions_expect(
	struct companions *companions, const struct surgetap_flow *flow, uint8_t transport)
{
	const uint16_t ports[] = {flow->client.port, flow->server.port};

	for (size_t i = 0; i < sizeof ports / sizeof ports[0]; i++) {
		struct companion key = make_key(flow, ports[i], transport);

		companions->slots[hash(&key)] = key;
	}
}

static bool has_port(
	const struct companions *companions, const struct surgetap_flow *flow, uint16_t port)
{
	const struct companion key = make_key(flow, port, flow->transport);
	const struct companion *slot = &companions->slots[hash(&key)];

	return slot->transport == key.transport && slot->port == key.port &&
	       memcmp(&slot->low, &key.low, sizeof key.low) == 0 &&
	       memcmp(&slot->high, &key.high, sizeof key.high) == 0 &&
	       flow->last_us - slot->seen_us < COMPANION_LIFE_US;
}

bool companions_has(const struct companions *companions, const struct surgetap_flow *flow)
{
	return has_port(companions, flow, flow->server.port) ||
	       has_port(companions, flow, flow->client.port);
}
