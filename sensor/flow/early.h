/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FLOW_EARLY_H
#define FLOW_EARLY_H
/* Segments of one side of a connection that came before their turn, and wait. */
#include "flow/head.h"
#include "packet/packet.h"

#define EARLY_MAX 8 /* segments that wait, of 16 KiB together */

/* Zero at first. Its address must not change while segments wait. When its buffer has gone to
 * another, nothing waits any more. */
struct early {
	struct head head;
	uint16_t places[EARLY_MAX]; /* in the head, in order of arrival */
	uint8_t count;
};

/* Keeps a copy of the segment. Returns false when there is no room. */
bool early_add(struct head_pool *pool, struct early *early, const struct packet *packet);

/* The number of the waiting segment with the lowest sequence number, -1 if none waits. The packet's
 * pointers are valid until the last segment is removed. */
int early_lowest(struct head_pool *pool, struct early *early, struct packet *ret_packet);

/* The segment waits no more; with the last one the buffer is given back. */
void early_remove(struct head_pool *pool, struct early *early, int number);

#endif
