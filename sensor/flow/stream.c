/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/stream.h"

#include "flow/sequence.h"

void stream_start(struct stream *stream, uint32_t sequence)
{
	stream->base = sequence;
	stream->has_base = true;
}

/* Puts a payload at its place; what lies before the base is left out. */
static void put(struct head_pool *pool, struct stream *stream, const struct packet *packet)
{
	int32_t offset = (int32_t)(sequence_first(packet) - stream->base);
	uint32_t early = offset < 0 ? (uint32_t) - (int64_t)offset : 0;
	uint16_t before = stream->head.bytes;
	if (early < packet->payload_captured_bytes)
		head_put(pool, &stream->head, offset < 0 ? 0 : (uint32_t)offset,
			packet->payload + early, packet->payload_captured_bytes - early);
	if (stream->head.bytes > before)
		stream->waiting = 0;
	else if (stream->waiting < UINT8_MAX)
		stream->waiting++;
}

void stream_add(struct head_pool *pool, struct stream *stream, const struct packet *packet)
{
	if (!stream->has_base) {
		stream->base = sequence_first(packet);
		stream->has_base = true;
	}
	int32_t offset = (int32_t)(sequence_first(packet) - stream->base);
	/* A gap before the first byte: what came too early waits for it. */
	if (!stream->has_begun && offset > 0 && (uint32_t)offset < HEAD_BYTES_MAX)
		head_begin(pool, &stream->head);
	if (stream->head.buffer)
		put(pool, stream, packet);
	if (offset <= 0)
		stream->has_begun = true;
	if (packet->payload_captured_bytes < packet->payload_bytes)
		stream->is_cut = true;
}

bool stream_keep(struct head_pool *pool, struct stream *stream, const struct packet *packet)
{
	if (stream->head.buffer)
		return stream->base == sequence_first(packet);
	head_begin(pool, &stream->head);
	stream->base = sequence_first(packet);
	stream->waiting = 0;
	put(pool, stream, packet);
	return true;
}

struct stream_view stream_view(
	const struct head_pool *pool, const struct stream *stream, const struct packet *packet)
{
	const struct head *head = &stream->head;
	if (head->buffer)
		return (struct stream_view){
			.data = head_data(pool, head),
			.bytes = head->bytes,
			.is_over = head->bytes == HEAD_BYTES_MAX ||
				   (stream->is_cut && head->bytes == head->end) ||
				   stream->waiting >= STREAM_PATIENCE,
		};
	if (packet && !head->is_lost && stream->base == sequence_first(packet))
		return (struct stream_view){
			.data = packet->payload,
			.bytes = packet->payload_captured_bytes,
			.is_over = stream->is_cut,
		};
	return (struct stream_view){.is_over = head->is_lost};
}

void stream_end(struct head_pool *pool, struct stream *stream)
{
	head_end(pool, &stream->head);
}
