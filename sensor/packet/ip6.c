/* SPDX-License-Identifier: Apache-2.0 */
/* IPv6 and its extension headers (RFC 8200; IANA "IPv6 Extension Header Types"). */
#include "packet/ip.h"

#define HEADER_BYTES 40
#define EXTENSIONS_MAX 16 /* far beyond what real traffic chains */

enum protocol {
	HOP_BY_HOP = 0,
	IP_IN_IP = 4,
	IPV6_IN_IP = 41,
	ROUTING = 43,
	FRAGMENT = 44,
	AUTHENTICATION = 51,
	NO_NEXT_HEADER = 59,
	DESTINATION = 60,
	MOBILITY = 135,
	HOST_IDENTITY = 139,
	SHIM6 = 140,
};

/* What is left of the frame is the length where the header gives none: jumbograms (RFC 2675) and
 * segments that the sending host's card was yet to cut. */
static uint32_t find_length(const struct cursor *cursor)
{
	uint32_t payload_bytes = cursor_u16(cursor, 4);

	if (payload_bytes == 0 && cursor_u8(cursor, 6) != NO_NEXT_HEADER)
		return cursor->stated;
	return HEADER_BYTES + payload_bytes;
}

/* Around a whole IP packet the authentication header is a tunnel, and so the flow itself. */
static bool is_tunnel(const struct cursor *cursor)
{
	uint8_t inner = cursor_u8(cursor, 0);

	return inner == IP_IN_IP || inner == IPV6_IN_IP;
}

/* The bytes of the extension header at the cursor, or 0 if `protocol` is no such header. Mobility,
 * host identity and shim6 headers are the transport unless something follows them. */
static uint32_t find_extension(const struct cursor *cursor, uint8_t protocol)
{
	switch (protocol) {
	case HOP_BY_HOP:
	case ROUTING:
	case DESTINATION:
		return (cursor_u8(cursor, 1) + 1u) * 8;
	case MOBILITY:
	case HOST_IDENTITY:
	case SHIM6:
		if (!cursor_has(cursor, 1) || cursor_u8(cursor, 0) == NO_NEXT_HEADER)
			return 0;
		return (cursor_u8(cursor, 1) + 1u) * 8;
	case FRAGMENT:
		return 8;
	case AUTHENTICATION:
		return is_tunnel(cursor) ? 0 : (cursor_u8(cursor, 1) + 2u) * 4;
	default:
		return 0;
	}
}

/* Passes over a fragment header; an offset of 0 without more to come is no fragment (RFC 6946). */
static enum packet_verdict pass_fragment(struct walk *walk, uint8_t protocol)
{
	uint16_t place = cursor_u16(&walk->cursor, 2);
	uint32_t identification = cursor_u32(&walk->cursor, 4);

	cursor_skip(&walk->cursor, 8);
	walk->packet.transport = protocol;
	if (!(place & IPV6_MORE_OR_OFFSET))
		return LAYER_NEXT;
	return ip_fragment(walk, identification, place & IPV6_OFFSET, !(place & IPV6_MORE));
}

static enum packet_verdict pass_extensions(struct walk *walk, uint8_t protocol)
{
	struct cursor *cursor = &walk->cursor;
	uint32_t bytes;

	for (int i = 0; (bytes = find_extension(cursor, protocol)) > 0; i++) {
		uint8_t following = cursor_u8(cursor, 0);

		if (i == EXTENSIONS_MAX)
			return PACKET_TOO_DEEP;
		if (!cursor_has(cursor, 8) || !cursor_has(cursor, bytes))
			return cursor_short(cursor);
		if (protocol == FRAGMENT) {
			enum packet_verdict verdict = pass_fragment(walk, following);

			if (verdict != LAYER_NEXT)
				return verdict;
			following = walk->packet.transport; /* the first fragment's */
		} else {
			cursor_skip(cursor, bytes);
		}
		protocol = following;
	}
	walk->packet.transport = protocol;
	if (protocol == AUTHENTICATION)
		return layer_payload(walk);
	walk->next = transport_find(protocol);
	return LAYER_NEXT;
}

enum packet_verdict layer_authentication(struct walk *walk)
{
	return pass_extensions(walk, AUTHENTICATION);
}

enum packet_verdict layer_ipv6(struct walk *walk)
{
	struct cursor *cursor = &walk->cursor;
	uint8_t protocol;

	if (!cursor_has(cursor, HEADER_BYTES))
		return cursor_short(cursor);
	if (cursor_u8(cursor, 0) >> 4 != 6 || !cursor_narrow(cursor, find_length(cursor)))
		return PACKET_MALFORMED;
	ip_begin(walk, 6);
	protocol = cursor_u8(cursor, 6);
	walk->packet.source = address_from_ipv6(cursor->at + 8);
	walk->packet.destination = address_from_ipv6(cursor->at + 24);
	cursor_skip(cursor, HEADER_BYTES);
	return pass_extensions(walk, protocol);
}
