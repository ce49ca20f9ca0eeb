/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FLOW_DIALOGUE_H
#define FLOW_DIALOGUE_H
/*
 * A TCP connection as a dialogue: what both sides say, message by message, each byte once and in
 * order, whatever the segments were and however they came. Who reads a protocol by the sizes and
 * the order of its messages reads this.
 *
 * A message is what one side sends until it pushes (PSH ends what an application has written; RFC
 * 9293, 3.9.1.2) or closes, until the other side speaks, or until it has DIALOGUE_MESSAGE_BYTES. A
 * segment that is all of its message is handed on as it came; others are put together in buffers
 * of a pool.
 *
 * A segment waits for bytes that are missing before it, and for those of the other side that it
 * acknowledges. After DIALOGUE_PATIENCE packets they count as lost; of bytes that come twice the
 * first ones stay. A segment of which the capture holds a part ends its message.
 */
#include "flow/early.h"
#include "packet/packet.h"

#define DIALOGUE_MESSAGE_BYTES 4096u /* a greeting of obfs4 has up to 8192: two messages */
#define DIALOGUE_PATIENCE 16         /* packets, while a gap may be closed by a retransmission */
/* The receiver has acknowledged what is missing: it is late in the capture alone, or lost there. */
#define DIALOGUE_PATIENCE_ACKNOWLEDGED 3

/* Messages under way and sides with waiting segments that a worker keeps at once, each. They take
 * 18 KiB of address space each, and of memory what they hold. The one begun longest ago gives way.
 */
#define DIALOGUE_HEADS_MAX 1024u

struct dialogues; /* of one worker */

struct dialogue_side {
	struct early early;
	uint32_t next; /* sequence number of the first byte that was not said yet */
	bool is_known; /* `next` is */
};

/* Zero at first. Its address must not change. */
struct dialogue {
	struct dialogue_side sides[2]; /* [0] from the server, [1] from the client */
	struct head held;              /* a message that has begun, as one segment */
	uint32_t held_from;            /* sequence number of its first byte */
	bool held_from_client;
	uint8_t waiting; /* packets since a segment waits, that one included */
};

/* Who is told. The packet has the headers of the message's first segment, lengths made to fit; of a
 * segment that repeats bytes, the payload begins behind them. It is valid during the call. */
struct dialogue_listener {
	void (*said)(void *argument, const struct packet *message, bool from_client);
	void *argument;
};

/* Returns 0 or -ENOMEM. */
int dialogues_new(struct dialogues **ret_dialogues);
/* Accepts NULL. */
void dialogues_free(struct dialogues *dialogues);

/* The handshake was seen: `sequence` is the first payload byte's. Where it was not, the first
 * payload to arrive counts as the first. */
void dialogue_start(struct dialogue *dialogue, bool from_client, uint32_t sequence);

/* Whether the packet has payload that was not said yet. */
bool dialogue_is_new(
	const struct dialogue *dialogue, const struct packet *packet, bool from_client);

/* Takes the next TCP packet, in order of arrival, with or without payload. */
void dialogue_add(struct dialogues *dialogues, struct dialogue *dialogue,
	const struct packet *packet, bool from_client, const struct dialogue_listener *listener);

/* No more packets come: what is held or waits is said. */
void dialogue_finish(struct dialogues *dialogues, struct dialogue *dialogue,
	const struct dialogue_listener *listener);

/* Gives every buffer back. */
void dialogue_end(struct dialogues *dialogues, struct dialogue *dialogue);

/* Of both kinds of buffers. */
void dialogues_stats(const struct dialogues *dialogues, struct head_pool_stats *ret_stats);

#endif
