/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FLOW_STREAM_H
#define FLOW_STREAM_H
/*
 * One direction of a TCP connection, as far as a part of it is to be read in one piece: a hello
 * that is longer than a message. Messages come in order (flow/dialogue), bytes may be lost between
 * them. Nothing is kept unless somebody asks for it.
 */
#include "flow/head.h"
#include "packet/packet.h"

/* Zero at first. Its address must not change. */
struct stream {
	struct head head;
	uint32_t next; /* sequence number behind what is kept */
	bool is_cut;   /* what is kept ends here: the capture holds less than was sent */
};

/* What can be read of a stream. */
struct stream_view {
	const uint8_t *data; /* NULL when there is nothing; valid until the stream is added to */
	uint32_t bytes;
	bool is_over; /* no more will come, ever */
};

/* Keeps what comes from this message on. */
void stream_keep(struct head_pool *pool, struct stream *stream, const struct packet *message);

/* Takes the next message. Does nothing while nothing is kept. */
void stream_add(struct head_pool *pool, struct stream *stream, const struct packet *message);

/* What is kept. */
struct stream_view stream_view(const struct head_pool *pool, const struct stream *stream);

/* Stops keeping. */
void stream_end(struct head_pool *pool, struct stream *stream);

#endif
