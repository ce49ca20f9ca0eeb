/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/stream.h"

#include "flow/sequence.h"

static void put(struct head_pool *pool, struct stream *stream, const struct packet *message)
{
	head_put(pool, &stream->head, stream->head.bytes, message->payload,
		message->payload_captured_bytes);
	stream->next = sequence_end(message);
	stream->is_cut |= message->payload_captured_bytes < message->payload_bytes;
}

void stream_keep(struct head_pool *pool, struct stream *stream, const struct packet *message)
{
	stream_end(pool, stream);
	head_begin(pool, &stream->head);
	put(pool, stream, message);
}

void stream_add(struct head_pool *pool, struct stream *stream, const struct packet *message)
{
	if (!stream->head.buffer)
		return;
	stream->is_cut |= sequence_first(message) != stream->next;
	if (!stream->is_cut)
		put(pool, stream, message);
}

struct stream_view stream_view(const struct head_pool *pool, const struct stream *stream)
{
	const struct head *head = &stream->head;
	if (!head->buffer)
		return (struct stream_view){.is_over = true};
	return (struct stream_view){
		.data = head_data(pool, head),
		.bytes = head->bytes,
		.is_over = head->bytes == HEAD_BYTES_MAX || stream->is_cut,
	};
}

void stream_end(struct head_pool *pool, struct stream *stream)
{
	head_end(pool, &stream->head);
	stream->is_cut = false;
}
