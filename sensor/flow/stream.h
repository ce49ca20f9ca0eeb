/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FLOW_STREAM_H
#define FLOW_STREAM_H
/*
 * One direction of a TCP connection, as far as its beginning is to be read in one piece. Nothing is
 * kept unless somebody asks for it, or the first bytes come late: then what overtook them waits.
 */
#include "flow/head.h"
#include "packet/packet.h"

/* Payloads of a flow without a new byte after which a gap counts as lost. */
#define STREAM_PATIENCE 16

/* Zero at first. Its address must not change. */
struct stream {
	struct head head;
	uint32_t base;   /* sequence number of the head's first byte */
	bool has_base;   /* known by SYN or by the first payload */
	bool has_begun;  /* the byte at `base` was seen */
	bool is_cut;     /* the capture holds less than was sent */
	uint8_t waiting; /* payloads since the head grew */
};

/* What can be read of a stream: `bytes` from its base on. */
struct stream_view {
	const uint8_t *data; /* NULL when there is nothing; valid as long as the packet's payload */
	uint32_t bytes;
	bool is_over; /* no more will come, ever */
};

/* The handshake was seen: `sequence` is the first payload byte's. Not called where it was not: then
 * the first payload to arrive counts as the first. */
void stream_start(struct stream *stream, uint32_t sequence);

/* Takes the next packet with payload, in order of arrival. */
void stream_add(struct head_pool *pool, struct stream *stream, const struct packet *packet);

/* Keeps what comes from this packet's payload on, which stream_add has seen last. False when
 * something else is being kept. */
bool stream_keep(struct head_pool *pool, struct stream *stream, const struct packet *packet);

/* What is kept; or this packet's payload, where it is the stream's first one. */
struct stream_view stream_view(
	const struct head_pool *pool, const struct stream *stream, const struct packet *packet);

/* Stops keeping. */
void stream_end(struct head_pool *pool, struct stream *stream);

#endif
