/* SPDX-License-Identifier: Apache-2.0 */
/*
 * GRE (RFC 2784, RFC 2890), its version of PPTP (RFC 2637), ERSPAN (draft-foschiano-erspan-03), and
 * IP within IP (RFC 2003, RFC 2473, RFC 4213). ERSPAN is a tap's own encapsulation and is always
 * opened; for the others the policy decides whose flow it is.
 */
#include "packet/layer.h"

#define HAS_CHECKSUM 0x8000
#define HAS_ROUTING 0x4000
#define HAS_KEY 0x2000
#define HAS_SEQUENCE 0x1000
#define HAS_ACKNOWLEDGMENT 0x0080 /* version 1 only */
#define VERSION 0x0007

#define TYPE_ERSPAN_1_2 0x88be
#define TYPE_ERSPAN_3 0x22eb
#define TYPE_PPP 0x880b
#define TYPE_WIFI 0x8200

#define BIT(verdict) (1u << (verdict))

static uint32_t header_bytes(uint16_t flags)
{
	uint32_t bytes = 4;

	if (flags & HAS_CHECKSUM)
		bytes += 4;
	if (flags & HAS_KEY)
		bytes += 4;
	if (flags & HAS_SEQUENCE)
		bytes += 4;
	if ((flags & VERSION) == 1 && flags & HAS_ACKNOWLEDGMENT)
		bytes += 4;
	return bytes;
}

/* Type I has no header of its own and comes without GRE's sequence number. */
static enum packet_verdict open_erspan_1_2(struct walk *walk, uint16_t flags)
{
	uint32_t bytes = header_bytes(flags) + (flags & HAS_SEQUENCE ? 8 : 0);

	if (!cursor_has(&walk->cursor, bytes))
		return cursor_short(&walk->cursor);
	return walk_enter_tap(walk, PACKET_LAYER_ERSPAN, bytes, layer_ethernet);
}

/* The last 16 bits hold, from the top: a flag, 5 bits of frame type (0 Ethernet, 2 IP), and as the
 * lowest one whether a platform header of 8 bytes follows. */
static enum packet_verdict open_erspan_3(struct walk *walk, uint16_t flags)
{
	uint32_t bytes = header_bytes(flags) + 12;
	uint16_t last;

	if (!cursor_has(&walk->cursor, bytes))
		return cursor_short(&walk->cursor);
	last = cursor_u16(&walk->cursor, bytes - 2);
	if (last & 1)
		bytes += 8;
	if (!cursor_has(&walk->cursor, bytes))
		return cursor_short(&walk->cursor);
	return walk_enter_tap(walk, PACKET_LAYER_ERSPAN, bytes,
		(last >> 10 & 0x1f) == 2 ? layer_ip : layer_ethernet);
}

/* Between access points and Aruba controllers 8200, 8210 .. 83f0 are 802.11 frames. */
static layer_decode *find_inside(uint16_t type)
{
	return (type & 0xfe0f) == TYPE_WIFI ? layer_wifi : ethertype_find(type);
}

/* PPP and 802.11 may be encrypted: then the GRE packet is what there is to count. */
static enum packet_verdict open_tunnel(struct walk *walk, uint16_t flags, uint16_t type)
{
	uint32_t bytes = header_bytes(flags);
	layer_decode *next = find_inside(type);
	unsigned outer_verdicts = BIT(PACKET_MALFORMED);

	if (!cursor_has(&walk->cursor, bytes))
		return cursor_short(&walk->cursor);
	if (!next || walk->cursor.stated == bytes)
		return layer_payload(walk);
	if (type == TYPE_PPP || next == layer_wifi)
		outer_verdicts |= BIT(PACKET_NOT_IP);
	walk_keep_outer(walk, outer_verdicts);
	return walk_enter(walk, PACKET_LAYER_GRE, bytes, next);
}

enum packet_verdict layer_gre(struct walk *walk)
{
	uint16_t flags, type;

	if (!cursor_has(&walk->cursor, 4))
		return cursor_short(&walk->cursor);
	flags = cursor_u16(&walk->cursor, 0);
	type = cursor_u16(&walk->cursor, 2);
	if ((flags & VERSION) > 1 || flags & HAS_ROUTING)
		return layer_payload(walk);
	if (type == TYPE_ERSPAN_1_2)
		return open_erspan_1_2(walk, flags);
	if (type == TYPE_ERSPAN_3)
		return open_erspan_3(walk, flags);
	if (walk_keeps_tunnel(walk))
		return layer_payload(walk);
	return open_tunnel(walk, flags, type);
}

enum packet_verdict layer_ip_in_ip(struct walk *walk)
{
	if (walk_keeps_tunnel(walk))
		return layer_payload(walk);
	walk_keep_outer(walk, BIT(PACKET_MALFORMED));
	return walk_enter(walk, PACKET_LAYER_IP_IN_IP, 0,
		walk->packet.transport == 4 ? layer_ipv4 : layer_ipv6);
}
