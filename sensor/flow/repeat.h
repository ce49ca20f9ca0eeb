/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FLOW_REPEAT_H
#define FLOW_REPEAT_H
/*
 * Payloads that come again: a mirror port shows a packet where it enters the switch and where it
 * leaves it, and TCP sends anew what was lost. Who reads messages by their order must not read one
 * twice.
 */
#include "packet/packet.h"

#define REPEAT_DEPTH 4 /* payloads remembered of each direction */

struct repeat_payload {
	uint32_t mark;  /* TCP: its sequence number; else a hash of its first bytes */
	uint32_t bytes; /* its length on the wire; 0 for none */
};

/* A flow's latest payloads; zero at first. */
struct repeat {
	struct repeat_payload payloads[2][REPEAT_DEPTH]; /* [1] from the client */
	uint8_t next[2];
};

/*
 * Takes the next packet with payload, of which one byte at least was captured. Returns true when it
 * has been among the last REPEAT_DEPTH of its direction: for TCP the same sequence number and
 * length, for others the same length and first 64 bytes.
 */
bool repeat_is_seen(struct repeat *repeat, const struct packet *packet, bool from_client);

#endif
