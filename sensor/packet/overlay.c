/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Encapsulations over UDP: VXLAN (RFC 7348), GENEVE (RFC 8926), GTP-U (3GPP TS 29.281). Any UDP
 * traffic may use their ports, so what does not look the part stays the UDP packet it is.
 */
#include "packet/layer.h"

#include <stddef.h>

#define GTPU_EXTENSIONS_MAX 8

static enum packet_verdict open_overlay(
	struct walk *walk, enum packet_layer layer, uint32_t header_bytes, layer_decode *next)
{
	unsigned outer_verdicts = 1u << PACKET_MALFORMED;

	/* whole, and yet too short for its headers: probably not what it was taken for */
	if (walk->cursor.left == walk->cursor.stated)
		outer_verdicts |= 1u << PACKET_TRUNCATED;
	walk_keep_outer(walk, outer_verdicts);
	return walk_enter_tap(walk, layer, header_bytes, next);
}

/* Flags: a valid network identifier (0x08), perhaps a group policy (0x80, in bytes 1 to 3). */
static enum packet_verdict layer_vxlan(struct walk *walk)
{
	const struct cursor *cursor = &walk->cursor;
	uint8_t flags = cursor_u8(cursor, 0);

	if (!cursor_has(cursor, 8) || cursor->stated < 8 + 14)
		return layer_payload(walk);
	if ((flags & ~0x80) != 0x08 || cursor_u8(cursor, 7) != 0)
		return layer_payload(walk);
	if (!(flags & 0x80) && cursor_u32(cursor, 0) & 0x00ffffff)
		return layer_payload(walk);
	return open_overlay(walk, PACKET_LAYER_VXLAN, 8, layer_ethernet);
}

static enum packet_verdict layer_geneve(struct walk *walk)
{
	const struct cursor *cursor = &walk->cursor;
	uint32_t header_bytes = 8 + (cursor_u8(cursor, 0) & 0x3fu) * 4;
	layer_decode *next = ethertype_find(cursor_u16(cursor, 2));

	if (!cursor_has(cursor, 8) || cursor_u8(cursor, 0) >> 6 != 0 || !next)
		return layer_payload(walk);
	if (cursor_u8(cursor, 1) & 0x3f || cursor_u8(cursor, 7) != 0)
		return layer_payload(walk);
	if (cursor->stated <= header_bytes)
		return layer_payload(walk);
	if (!cursor_has(cursor, header_bytes))
		return cursor_short(cursor);
	return open_overlay(walk, PACKET_LAYER_GENEVE, header_bytes, next);
}

/* The bytes of a GTP-U header with its extension headers, or 0 when they do not add up. */
static uint32_t find_gtpu_header(const struct cursor *cursor)
{
	uint32_t bytes = 8;
	uint8_t extension;

	if (!(cursor_u8(cursor, 0) & 0x07))
		return bytes;
	extension = cursor_u8(cursor, 0) & 0x04 ? cursor_u8(cursor, 11) : 0;
	bytes = 12;
	for (int i = 0; extension != 0; i++) {
		uint32_t extension_bytes = cursor_u8(cursor, bytes) * 4u;

		if (extension_bytes == 0 || i == GTPU_EXTENSIONS_MAX)
			return 0;
		bytes += extension_bytes;
		extension = cursor_u8(cursor, bytes - 1);
	}
	return bytes;
}

/* Version 1, protocol type GTP, a packet of a user (255); others are signalling. */
static enum packet_verdict layer_gtpu(struct walk *walk)
{
	const struct cursor *cursor = &walk->cursor;
	uint32_t header_bytes;
	uint8_t version;

	if (!cursor_has(cursor, 8) || (cursor_u8(cursor, 0) & 0xf0) != 0x30 ||
		cursor_u8(cursor, 1) != 255)
		return layer_payload(walk);
	header_bytes = find_gtpu_header(cursor);
	if (header_bytes == 0 || cursor->stated <= header_bytes)
		return layer_payload(walk);
	if (cursor->bounded && 8u + cursor_u16(cursor, 2) != cursor->stated)
		return layer_payload(walk);
	version = cursor_u8(cursor, header_bytes) >> 4;
	if (cursor_has(cursor, header_bytes + 1) && version != 4 && version != 6)
		return layer_payload(walk);
	if (!cursor_has(cursor, header_bytes))
		return cursor_short(cursor);
	return open_overlay(walk, PACKET_LAYER_GTPU, header_bytes, layer_ip);
}

static const struct {
	uint16_t port;
	layer_decode *layer;
} overlays[] = {
	{4789, layer_vxlan},
	{8472, layer_vxlan}, /* what Linux used before the port was assigned */
	{6081, layer_geneve},
	{2152, layer_gtpu},
};

layer_decode *overlay_find(uint16_t destination_port)
{
	for (size_t i = 0; i < sizeof(overlays) / sizeof(overlays[0]); i++)
		if (overlays[i].port == destination_port)
			return overlays[i].layer;
	return NULL;
}
