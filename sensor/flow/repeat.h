/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FLOW_REPEAT_H
#define FLOW_REPEAT_H
/*
 * Datagrams that come again: a mirror port shows a packet where it enters the switch and where it
 * leaves it. Who reads messages by their order must not read one twice.
 */
#include "packet/packet.h"

#define REPEAT_DEPTH 4 /* payloads remembered of each direction */

struct repeat_payload {
	uint32_t mark;  /* a hash of its first and last bytes */
	uint32_t bytes; /* its length on the wire; 0 for none */
};

/* A flow's latest payloads; zero at first. */
struct repeat {
	struct repeat_payload payloads[2][REPEAT_DEPTH]; /* [1] from the client */
	uint8_t next[2];
};

/*
 * Takes the next datagram. Returns true when it has been among the last REPEAT_DEPTH of its
 * direction: the same length, the same first 48 and last 16 bytes (of one in fragments, the first
 * 48). One without payload, or of which none was captured, is always new.
 */
bool repeat_is_seen(struct repeat *repeat, const struct packet *packet, bool from_client);

#endif
