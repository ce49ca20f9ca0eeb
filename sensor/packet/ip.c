/* SPDX-License-Identifier: Apache-2.0 */
/* IPv4 (RFC 791) and what both versions share. */
#include "packet/ip.h"

enum packet_verdict layer_ip(struct walk *walk)
{
	if (!cursor_has(&walk->cursor, 1))
		return cursor_short(&walk->cursor);
	switch (cursor_u8(&walk->cursor, 0) >> 4) {
	case 4:
		return layer_ipv4(walk);
	case 6:
		return layer_ipv6(walk);
	default:
		return PACKET_MALFORMED;
	}
}

void ip_begin(struct walk *walk, uint8_t version)
{
	struct packet *packet = &walk->packet;

	walk->opened++;
	packet->ip = walk->cursor.at;
	packet->ip_captured_bytes = walk->cursor.left;
	packet->ip_bytes = walk->cursor.stated;
	packet->ip_version = version;
	packet->source_port = packet->destination_port = 0;
	packet->tcp_sequence = 0;
	packet->tcp_acknowledgement = 0;
	packet->tcp_flags = 0;
	packet->fragment = PACKET_FRAGMENT_NONE;
}

enum packet_verdict ip_fragment(
	struct walk *walk, uint32_t identification, uint32_t offset_bytes, bool is_last)
{
	struct fragment_key key = {
		.source = walk->packet.source,
		.destination = walk->packet.destination,
		.identification = identification,
		.transport = walk->packet.ip_version == 4 ? walk->packet.transport : 0,
	};
	const struct datagram_part part = {
		.header = walk->packet.ip,
		.ip_version = walk->packet.ip_version,
		.transport = walk->packet.transport,
		.is_last = is_last,
		.offset_bytes = offset_bytes,
		.data = walk->cursor.at,
		.bytes = walk->cursor.stated,
	};

	/* The datagram goes on in other frames: what it holds may be longer than this part. */
	walk->cursor.bounded = false;
	return walk_fragment(walk, &key, &part);
}

enum packet_verdict layer_ipv4(struct walk *walk)
{
	struct cursor *cursor = &walk->cursor;
	uint32_t header_bytes, total_bytes;
	uint16_t place;

	if (!cursor_has(cursor, 20))
		return cursor_short(cursor);
	header_bytes = (cursor_u8(cursor, 0) & 0x0fu) * 4;
	if (cursor_u8(cursor, 0) >> 4 != 4 || header_bytes < 20)
		return PACKET_MALFORMED;
	/* 0: a segment that the sending host's card was yet to cut; the frame's length is all there
	 * is */
	total_bytes = cursor_u16(cursor, 2);
	if (total_bytes == 0)
		total_bytes = cursor->stated;
	if (total_bytes < header_bytes || !cursor_narrow(cursor, total_bytes))
		return PACKET_MALFORMED;
	ip_begin(walk, 4);
	walk->packet.transport = cursor_u8(cursor, 9);
	walk->packet.source = address_from_ipv4(cursor->at + 12);
	walk->packet.destination = address_from_ipv4(cursor->at + 16);
	if (!cursor_has(cursor, header_bytes))
		return cursor_short(cursor);

	place = cursor_u16(cursor, 6);
	walk->next = transport_find(walk->packet.transport);
	if (!(place & IPV4_MORE_OR_OFFSET)) {
		cursor_skip(cursor, header_bytes);
		return LAYER_NEXT;
	}
	uint16_t identification = cursor_u16(cursor, 4);
	cursor_skip(cursor, header_bytes);
	return ip_fragment(walk, identification, (place & IPV4_OFFSET) * 8u, !(place & IPV4_MORE));
}
