/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/key.h"

#include <string.h>

enum { ICMP = 1, ICMPV6 = 58 };

#define IPV4_OFFSET 12 /* of the octets in ::ffff:a.b.c.d */

bool flow_has_ports(uint8_t transport)
{
	return transport != ICMP && transport != ICMPV6;
}

bool flow_key_make(const struct packet *packet, struct flow_key *ret_key)
{
	bool ports = flow_has_ports(packet->transport);
	uint16_t source = ports ? packet->source_port : 0;
	uint16_t destination = ports ? packet->destination_port : 0;
	int order = address_compare(&packet->source, &packet->destination);
	bool is_high = order > 0 || (order == 0 && source > destination);
	*ret_key = (struct flow_key){
		.low = is_high ? packet->destination : packet->source,
		.high = is_high ? packet->source : packet->destination,
		.low_port = is_high ? destination : source,
		.high_port = is_high ? source : destination,
		.transport = packet->transport,
		.ip_version = packet->ip_version,
	};
	return is_high;
}

uint64_t flow_key_hash(const struct siphash_key *secret, const struct flow_key *key)
{
	struct {
		uint8_t low[4], high[4];
		uint8_t rest[sizeof *key - sizeof key->low - sizeof key->high];
	} brief;
	if (key->ip_version != 4)
		return siphash_1_3(secret, key, sizeof *key);
	memcpy(brief.low, key->low.bytes + IPV4_OFFSET, sizeof brief.low);
	memcpy(brief.high, key->high.bytes + IPV4_OFFSET, sizeof brief.high);
	memcpy(brief.rest, &key->low_port, sizeof brief.rest);
	return siphash_1_3(secret, &brief, sizeof brief);
}
