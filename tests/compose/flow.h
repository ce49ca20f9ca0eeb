/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMPOSE_FLOW_H
#define COMPOSE_FLOW_H
/* A flow in progress: a template on chosen hosts, and the frames it becomes. */
#include "template.h"

#define FLOW_HEADERS_MAX (14 + 40) /* Ethernet and IPv6, before the segment */

struct flow {
	const struct template *template;
	int64_t start_us;
	uint64_t order; /* of starting; decides between packets of the same microsecond */
	uint32_t next;  /* packet of the template */
	struct address client, server;
	uint16_t client_port, server_port;
	uint16_t ip_ids[2];   /* of the client's and the server's next packet */
	uint32_t address_sum; /* of both addresses as 16-bit words, for the checksums */
	bool unanswered;
};

/* Puts the flow before its first packet; the caller has filled everything but `next` and
 * `address_sum`. Returns false when there is no packet to send. */
bool flow_begin(struct flow *flow);

/* When the next packet is due. */
int64_t flow_due_us(const struct flow *flow);

/* Bytes of the next packet's frame, at most FLOW_HEADERS_MAX + 65535. */
uint32_t flow_frame_bytes(const struct flow *flow);

/* Writes the next packet's Ethernet frame to `ret_frame` (flow_frame_bytes() of room), with all
 * checksums right. */
void flow_write_frame(struct flow *flow, uint8_t *ret_frame);

/* Goes on to the next packet. Returns false when there is none. */
bool flow_advance(struct flow *flow);

#endif
