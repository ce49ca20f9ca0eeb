/* SPDX-License-Identifier: Apache-2.0 */
/* Links without a medium to share: PPP (RFC 1661, RFC 1662), PPPoE (RFC 2516), Cisco HDLC, frame
 * relay (RFC 2427). */
#include "packet/layer.h"

#include <stddef.h>

#define PPP_ADDRESS_CONTROL 0xff03
#define CISCO_UNICAST 0x0f
#define CISCO_MULTICAST 0x8f
#define UNNUMBERED_INFORMATION 0x03 /* HDLC control */

/* IANA "PPP DLL Protocol Numbers". Control protocols and compressed headers carry no whole IP. */
static layer_decode *find_ppp(uint16_t protocol)
{
	switch (protocol) {
	case 0x0021:
		return layer_ipv4;
	case 0x0057:
		return layer_ipv6;
	case 0x0281:
	case 0x0283:
		return layer_mpls;
	default:
		return NULL;
	}
}

enum packet_verdict layer_cisco_hdlc(struct walk *walk)
{
	if (!cursor_has(&walk->cursor, 4))
		return cursor_short(&walk->cursor);
	cursor_skip(&walk->cursor, 2);
	return layer_ethertype(walk);
}

/* Address and control may be left out, and the protocol's first byte when it is 0 (RFC 1661,
 * section 6.5 and 6.6): the lowest bit of a protocol's last byte is 1, of its first byte 0. */
enum packet_verdict layer_ppp(struct walk *walk)
{
	struct cursor *cursor = &walk->cursor;
	uint32_t protocol_bytes = 2;
	uint16_t protocol;
	uint8_t first = cursor_u8(cursor, 0);

	if (!cursor_has(cursor, 1))
		return cursor_short(cursor);
	if (first == CISCO_UNICAST || first == CISCO_MULTICAST)
		return layer_cisco_hdlc(walk);
	if (cursor_has(cursor, 2) && cursor_u16(cursor, 0) == PPP_ADDRESS_CONTROL)
		cursor_skip(cursor, 2);
	protocol = cursor_u16(cursor, 0);
	if (cursor_u8(cursor, 0) & 1) {
		protocol = cursor_u8(cursor, 0);
		protocol_bytes = 1;
	}
	if (!cursor_has(cursor, protocol_bytes))
		return cursor_short(cursor);
	layer_decode *next = find_ppp(protocol);
	return next ? walk_enter(walk, PACKET_LAYER_PPP, protocol_bytes, next) : PACKET_NOT_IP;
}

/* The length in the header is not used: real access concentrators state wrong ones, and IP has its
 * own. */
enum packet_verdict layer_pppoe(struct walk *walk)
{
	struct cursor *cursor = &walk->cursor;

	if (!cursor_has(cursor, 6))
		return cursor_short(cursor);
	if (cursor_u8(cursor, 0) != 0x11)
		return PACKET_MALFORMED;
	if (cursor_u8(cursor, 1) != 0)
		return PACKET_NOT_IP; /* discovery */
	cursor_skip(cursor, 6);
	walk->packet.layers |= PACKET_LAYER_PPPOE;
	walk->next = layer_ppp;
	return LAYER_NEXT;
}

/* The identifier of a network layer protocol (ISO/IEC TR 9577) as frame relay uses it. */
static enum packet_verdict layer_nlpid(struct walk *walk)
{
	struct cursor *cursor = &walk->cursor;

	if (cursor_u8(cursor, 0) == 0)
		cursor_skip(cursor, 1); /* padding that aligns what follows */
	if (!cursor_has(cursor, 1))
		return cursor_short(cursor);
	switch (cursor_u8(cursor, 0)) {
	case 0xcc:
		walk->next = layer_ipv4;
		break;
	case 0x8e:
		walk->next = layer_ipv6;
		break;
	case 0x80: /* SNAP: an organisation's code of 3 bytes, then a type */
		if (!cursor_has(cursor, 6))
			return cursor_short(cursor);
		if (cursor_u32(cursor, 0) & 0x00ffffff)
			return PACKET_NOT_IP;
		cursor_skip(cursor, 4);
		return layer_ethertype(walk);
	default:
		return PACKET_NOT_IP;
	}
	cursor_skip(cursor, 1);
	return LAYER_NEXT;
}

/* The address has 2 to 4 bytes; the lowest bit marks its last one. Cisco's own encapsulation has an
 * EtherType where the others have HDLC's control byte. */
enum packet_verdict layer_frame_relay(struct walk *walk)
{
	struct cursor *cursor = &walk->cursor;
	uint32_t bytes = 1;

	while (bytes < 4 && !(cursor_u8(cursor, bytes - 1) & 1))
		bytes++;
	if (!cursor_has(cursor, bytes + 2))
		return cursor_short(cursor);
	if (bytes < 2 || !(cursor_u8(cursor, bytes - 1) & 1))
		return PACKET_MALFORMED;
	cursor_skip(cursor, bytes);
	if (cursor_u8(cursor, 0) != UNNUMBERED_INFORMATION)
		return layer_ethertype(walk);
	cursor_skip(cursor, 1);
	return layer_nlpid(walk);
}
