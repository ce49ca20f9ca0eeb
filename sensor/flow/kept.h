/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FLOW_KEPT_H
#define FLOW_KEPT_H
/* Packets that outlive their frames: the value and its bytes, one behind the other in a head. */
#include "flow/head.h"
#include "packet/packet.h"

/* Appends a copy of the packet; a head without a buffer gets one. Returns false when there is no
 * room. The copy begins at what was head->bytes before. */
bool kept_put(struct head_pool *pool, struct head *head, const struct packet *packet);

/* The packet that begins `place` bytes behind the head's start. Its pointers are valid as long as
 * the head's buffer is its own. */
struct packet kept_at(const struct head_pool *pool, const struct head *head, uint32_t place);

#endif
