/* SPDX-License-Identifier: Apache-2.0 */
/* What an IP header carries: ports, flags, and where the payload lies. */
#include "packet/layer.h"

#define TCP_NEEDED_BYTES 14 /* up to the flags; options may be cut off by the capture */

static void set_ports(struct walk *walk)
{
	walk->packet.source_port = cursor_u16(&walk->cursor, 0);
	walk->packet.destination_port = cursor_u16(&walk->cursor, 2);
}

static enum packet_verdict layer_tcp(struct walk *walk)
{
	struct cursor *cursor = &walk->cursor;
	uint32_t header_bytes;

	if (!cursor_has(cursor, TCP_NEEDED_BYTES))
		return cursor_short(cursor);
	header_bytes = (cursor_u8(cursor, 12) >> 4) * 4u;
	if (header_bytes < 20)
		return PACKET_MALFORMED;
	if (header_bytes > cursor->stated) {
		if (walk->packet.fragment != PACKET_FRAGMENT_FIRST)
			return PACKET_MALFORMED;
		header_bytes = cursor->stated; /* the rest comes with the next fragment */
	}
	set_ports(walk);
	walk->packet.tcp_sequence = cursor_u32(cursor, 4);
	walk->packet.tcp_acknowledgement = cursor_u32(cursor, 8);
	walk->packet.tcp_flags = cursor_u8(cursor, 13);
	if (cursor_has(cursor, header_bytes)) {
		cursor_skip(cursor, header_bytes);
	} else {
		uint32_t payload_bytes = cursor->stated - header_bytes;

		cursor_skip(cursor, cursor->left);
		cursor->stated = payload_bytes;
	}
	return layer_payload(walk);
}

/* UDP, and UDP-Lite, which has a checksum coverage where UDP has its length (RFC 3828). */
static enum packet_verdict layer_udp(struct walk *walk)
{
	struct cursor *cursor = &walk->cursor;
	uint32_t length;

	if (!cursor_has(cursor, 8))
		return cursor_short(cursor);
	set_ports(walk);
	length = cursor_u16(cursor, 4);
	/* 0: a jumbogram (RFC 2675) or a segment yet to be cut. The first fragment's length is that
	 * of the whole datagram. */
	if (walk->packet.transport == 17 && length != 0 &&
		!(walk->packet.fragment == PACKET_FRAGMENT_FIRST && length > cursor->stated)) {
		if (length < 8 || !cursor_narrow(cursor, length))
			return PACKET_MALFORMED;
	}
	cursor_skip(cursor, 8);
	walk->next = overlay_find(walk->packet.destination_port);
	return walk->next ? LAYER_NEXT : layer_payload(walk);
}

/* SCTP and DCCP begin with two ports; their payload is, as for all others, what follows IP. */
static enum packet_verdict layer_ports(struct walk *walk)
{
	if (!cursor_has(&walk->cursor, 4))
		return cursor_short(&walk->cursor);
	set_ports(walk);
	return layer_payload(walk);
}

static enum packet_verdict layer_icmp(struct walk *walk)
{
	if (!cursor_has(&walk->cursor, 2))
		return cursor_short(&walk->cursor);
	walk->packet.source_port = cursor_u8(&walk->cursor, 0);
	walk->packet.destination_port = cursor_u8(&walk->cursor, 1);
	return layer_payload(walk);
}

/* IANA "Assigned Internet Protocol Numbers". ESP (50) and L2TP (115) are flows themselves. */
static layer_decode *const transports[256] = {
	[1] = layer_icmp,
	[4] = layer_ip_in_ip,
	[6] = layer_tcp,
	[17] = layer_udp,
	[33] = layer_ports, /* DCCP */
	[41] = layer_ip_in_ip,
	[47] = layer_gre,
	[51] = layer_authentication,
	[58] = layer_icmp,
	[132] = layer_ports, /* SCTP */
	[136] = layer_udp,   /* UDP-Lite */
};

layer_decode *transport_find(uint8_t protocol)
{
	return transports[protocol] ? transports[protocol] : layer_payload;
}
