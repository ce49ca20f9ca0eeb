/* SPDX-License-Identifier: Apache-2.0 */
/* Ethernet, the tags within it, MPLS, and 802.2 LLC with SNAP. */
#include "packet/layer.h"

#include <stddef.h>

#define LENGTH_MAX                                                                                 \
	1500 /* IEEE 802.3: up to here the field is a length, from 1536 on an EtherType */
#define MACSEC_CHANNEL 0x20
#define MACSEC_ENCRYPTED 0x08
#define MACSEC_CHANGED 0x04
#define MPLS_LABELS_MAX 16
#define MPLS_BOTTOM 0x100

/* Where there is a length it is not used: what matters here is IP, which has its own. */
enum packet_verdict layer_ethertype(struct walk *walk)
{
	struct cursor *cursor = &walk->cursor;
	uint16_t type = cursor_u16(cursor, 0);

	if (!cursor_has(cursor, 2))
		return cursor_short(cursor);
	cursor_skip(cursor, 2);
	if (type <= LENGTH_MAX) {
		walk->next = layer_llc;
		return LAYER_NEXT;
	}
	walk->next = ethertype_find(type);
	return walk->next ? LAYER_NEXT : PACKET_NOT_IP;
}

enum packet_verdict layer_ethernet(struct walk *walk)
{
	if (!cursor_has(&walk->cursor, 14))
		return cursor_short(&walk->cursor);
	cursor_skip(&walk->cursor, 12);
	return layer_ethertype(walk);
}

/* 0xaaaa03: SNAP with an organisation's code and a type, 0 and 0xf8 being EtherTypes.
 * 0x060603: IP. Everything else (spanning tree, OSI, NetBIOS ...) has no IP in it. */
enum packet_verdict layer_llc(struct walk *walk)
{
	struct cursor *cursor = &walk->cursor;
	uint32_t first = cursor_u32(cursor, 0);

	if (!cursor_has(cursor, 3))
		return cursor_short(cursor);
	if (first >> 8 == 0x060603) {
		cursor_skip(cursor, 3);
		walk->next = layer_ipv4;
		return LAYER_NEXT;
	}
	if (first >> 8 != 0xaaaa03)
		return PACKET_NOT_IP;
	if (!cursor_has(cursor, 8))
		return cursor_short(cursor);
	if (first & 0xff || (cursor_u16(cursor, 4) != 0 && cursor_u16(cursor, 4) != 0xf8))
		return PACKET_NOT_IP;
	walk->next = ethertype_find(cursor_u16(cursor, 6));
	cursor_skip(cursor, 8);
	return walk->next ? LAYER_NEXT : PACKET_NOT_IP;
}

static enum packet_verdict enter_tag(struct walk *walk, uint32_t tag_bytes)
{
	if (!cursor_has(&walk->cursor, tag_bytes + 2))
		return cursor_short(&walk->cursor);
	return walk_enter(walk, PACKET_LAYER_VLAN, tag_bytes, layer_ethertype);
}

enum packet_verdict layer_vlan(struct walk *walk)
{
	return enter_tag(walk, 2);
}

static enum packet_verdict layer_vntag(struct walk *walk)
{
	return enter_tag(walk, 4);
}

static enum packet_verdict layer_etag(struct walk *walk)
{
	return enter_tag(walk, 6);
}

enum packet_verdict layer_backbone(struct walk *walk)
{
	if (!cursor_has(&walk->cursor, 4))
		return cursor_short(&walk->cursor);
	return walk_enter(walk, PACKET_LAYER_VLAN, 4, layer_ethernet);
}

/* Cisco FabricPath: the frame it carries follows a tag of 2 bytes. */
static enum packet_verdict layer_fabric_path(struct walk *walk)
{
	if (!cursor_has(&walk->cursor, 2))
		return cursor_short(&walk->cursor);
	return walk_enter(walk, PACKET_LAYER_VLAN, 2, layer_ethernet);
}

/* IEEE 802.1AE: a tag of 6 bytes, or 14 with the channel's identifier. Unless data is encrypted or
 * changed, the EtherType follows. */
static enum packet_verdict layer_macsec(struct walk *walk)
{
	uint8_t control = cursor_u8(&walk->cursor, 0);

	if (!cursor_has(&walk->cursor, 1))
		return cursor_short(&walk->cursor);
	if (control & (MACSEC_ENCRYPTED | MACSEC_CHANGED))
		return PACKET_NOT_IP;
	return enter_tag(walk, control & MACSEC_CHANNEL ? 14 : 6);
}

/* Labels do not say what they carry. RFC 4928: 4 and 6 in the first half-byte are IP; 0 is the
 * control word of a pseudowire, 1 its associated channel (RFC 4385). The rest is taken for an
 * Ethernet pseudowire without control word (RFC 4448). */
enum packet_verdict layer_mpls(struct walk *walk)
{
	struct cursor *cursor = &walk->cursor;
	bool bottom = false;

	for (int i = 0; !bottom; i++) {
		if (i == MPLS_LABELS_MAX)
			return PACKET_TOO_DEEP;
		if (!cursor_has(cursor, 4))
			return cursor_short(cursor);
		bottom = cursor_u32(cursor, 0) & MPLS_BOTTOM;
		cursor_skip(cursor, 4);
	}
	if (!cursor_has(cursor, 1))
		return cursor_short(cursor);
	switch (cursor_u8(cursor, 0) >> 4) {
	case 0:
		return cursor_has(cursor, 4)
			       ? walk_enter(walk, PACKET_LAYER_MPLS, 4, layer_ethernet)
			       : cursor_short(cursor);
	case 1:
		return PACKET_NOT_IP;
	case 4:
	case 6:
		return walk_enter(walk, PACKET_LAYER_MPLS, 0, layer_ip);
	default:
		return walk_enter(walk, PACKET_LAYER_MPLS, 0, layer_ethernet);
	}
}

/* IEEE "EtherType" registry; 9100 to 9300 were in use for stacked tags before 88a8. */
static const struct {
	uint16_t type;
	layer_decode *layer;
} ethertypes[] = {
	{0x0800, layer_ipv4},
	{0x86dd, layer_ipv6},
	{0x8100, layer_vlan},
	{0x88a8, layer_vlan},
	{0x9100, layer_vlan},
	{0x9200, layer_vlan},
	{0x9300, layer_vlan},
	{0x8847, layer_mpls},
	{0x8848, layer_mpls},
	{0x8864, layer_pppoe},
	{0x880b, layer_ppp},
	{0x6558, layer_ethernet}, /* transparent Ethernet bridging */
	{0x88e7, layer_backbone},
	{0x88e5, layer_macsec},
	{0x8903, layer_fabric_path},
	{0x8926, layer_vntag},
	{0x893f, layer_etag},
};

layer_decode *ethertype_find(uint16_t type)
{
	for (size_t i = 0; i < sizeof(ethertypes) / sizeof(ethertypes[0]); i++)
		if (ethertypes[i].type == type)
			return ethertypes[i].layer;
	return NULL;
}
