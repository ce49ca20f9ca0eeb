/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FLOW_KEY_H
#define FLOW_KEY_H
/* What makes two packets one flow, and its hash. */
#include "base/siphash.h"
#include "packet/packet.h"

/* The 5-tuple without direction: `low` is the end with the smaller address, or port. Compared and
 * hashed as bytes, so every byte is set. ICMP has no ports here: its types differ by direction. */
struct flow_key {
	struct surgetap_address low, high;
	uint16_t low_port, high_port;
	uint8_t transport, ip_version;
	uint8_t zero[2];
};

/* False for ICMP, whose ports are type and code. */
bool flow_has_ports(uint8_t transport);

/* The key of the packet's flow. Returns whether the packet's source is the high end. */
bool flow_key_make(const struct packet *packet, struct flow_key *ret_key);

/* SipHash-1-3 of the key; of IPv4 addresses only the four bytes that differ. */
uint64_t flow_key_hash(const struct siphash_key *secret, const struct flow_key *key);

/* The half of a flow_key_hash that a flow table wants. */
static inline uint32_t flow_key_place(uint64_t hash)
{
	return (uint32_t)(hash >> 32);
}

#endif
