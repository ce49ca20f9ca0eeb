/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PACKET_FRAGMENT_H
#define PACKET_FRAGMENT_H
/*
 * Memory of first fragments: which flow the later fragments of a datagram belong to. Nothing is
 * reassembled. Bounded: when full, the oldest entry goes.
 */
#include "packet/packet.h"

#define FRAGMENT_LIFETIME_US INT64_C(60000000) /* RFC 8200, section 4.5: 60 seconds */

/* Names a datagram (RFC 791, section 2.3; RFC 8200, section 4.5). Hashed as bytes: no padding. */
struct fragment_key {
	struct surgetap_address source, destination;
	uint32_t identification;
	uint32_t transport; /* IPv4 protocol; 0 for IPv6, where it is no part of the name */
};

struct fragment_table;

/* Returns 0 or -ENOMEM. `capacity` entries at most, at least 1; `seed` keys the hash. */
int fragment_table_new(uint32_t capacity, uint64_t seed, struct fragment_table **ret_table);

void fragment_table_free(struct fragment_table *table);

/* Remembers addresses, ports, transport and layers of `packet`, the datagram's first fragment as it
 * was decoded at packet->time_us. */
void fragment_remember(
	struct fragment_table *table, const struct fragment_key *key, const struct packet *packet);

/* Sets the same members of `packet` if the first fragment came within FRAGMENT_LIFETIME_US of
 * packet->time_us; otherwise false and `packet` is untouched. */
bool fragment_recall(
	struct fragment_table *table, const struct fragment_key *key, struct packet *packet);

#endif
