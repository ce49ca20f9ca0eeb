/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FLOW_SEQUENCE_H
#define FLOW_SEQUENCE_H
/* TCP's sequence numbers, which count modulo 2^32 (RFC 9293, 3.4). */
#include "packet/packet.h"

/* How far `sequence` lies behind `base`; negative for before. */
static inline int32_t sequence_distance(uint32_t sequence, uint32_t base)
{
	return (int32_t)(sequence - base);
}

/* The number of the first payload byte. A SYN takes one of its own, before what it may carry (RFC
 * 7413). */
static inline uint32_t sequence_first(const struct packet *packet)
{
	return packet->tcp_sequence + (packet->tcp_flags & 2 ? 1 : 0);
}

/* The number behind the packet; a FIN takes one too. */
static inline uint32_t sequence_end(const struct packet *packet)
{
	return sequence_first(packet) + packet->payload_bytes + (packet->tcp_flags & 1 ? 1 : 0);
}

#endif
