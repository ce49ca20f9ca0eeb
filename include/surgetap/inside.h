/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SURGETAP_INSIDE_H
#define SURGETAP_INSIDE_H
/*
 * What TLS does not hide: how long the messages inside are. For plugins that look for a protocol
 * within TLS: the sizes of its records once the handshake is over, less what encryption adds. All
 * inline: a plugin still depends on nothing but the ABI.
 *
 * Payloads are taken as they are shown, in order and each byte once. One that is lost or not
 * captured whole across the start of a record puts an end to it, as does a suite whose padding
 * hides sizes (CBC).
 */
#include <surgetap/bytes.h>
#include <surgetap/flow.h>

#include <string.h>

#define SURGETAP_INSIDE_HEAD 5 /* of a record: type, version, length; RFC 8446, 5.1 */

/* One direction of a stream. */
struct surgetap_inside_side {
	uint16_t left; /* bytes to come of the record at hand */
	uint8_t head[SURGETAP_INSIDE_HEAD];
	uint8_t head_bytes; /* gathered of the next one's head */
	bool is_protected;  /* what follows is encrypted */
};

/* A flow's; zero at start. */
struct surgetap_inside {
	struct surgetap_inside_side sides[2]; /* [0] from the server, [1] from the client */
	uint8_t overhead;                     /* bytes that encryption adds; 0 before ServerHello */
	uint16_t extensions; /* TLS 1.3: bytes of the server's first encrypted message, its
				EncryptedExtensions; 6 when it chose nothing, not even an ALPN */
	bool is_foreign;     /* no TLS, or no longer to be followed */
};

/* A payload that is being read. */
struct surgetap_inside_cursor {
	const uint8_t *data;
	uint32_t captured, length; /* from `data` on */
};

/* What GCM, CCM and ChaCha20-Poly1305 add (RFC 5288, RFC 7905; RFC 8446, 5.2: and a byte of type).
 * 0 for a suite that pads. `hello` begins with the record's head. */
static inline uint8_t surgetap_inside_overhead(const uint8_t *hello, uint32_t count)
{
	uint32_t at = SURGETAP_INSIDE_HEAD + 4 + 2 + 32; /* message, version, random; session id */
	uint16_t suite;

	if (count <= at || hello[0] != 22 || hello[SURGETAP_INSIDE_HEAD] != 2)
		return 0;
	at += 1u + hello[at];
	if (count < at + 2)
		return 0;
	suite = surgetap_be16(hello + at);
	if (suite >> 8 == 0x13)
		return 17;
	if ((suite >= 0xcca8 && suite <= 0xccae) || (suite >> 8 == 0xcc && suite >= 0xcc13))
		return 16;
	return (suite >= 0x9c && suite <= 0xa9) || (suite >= 0xc02b && suite <= 0xc032) ||
			       (suite >= 0xc09c && suite <= 0xc0ab)
		       ? 24
		       : 0;
}

/* The record whose head is complete. Returns the size of what is inside if it is application data
 * behind the handshake, else 0. */
static inline uint32_t surgetap_inside_record(
	struct surgetap_inside *inside, struct surgetap_inside_side *side, bool from_client)
{
	uint8_t type = side->head[0], overhead = inside->overhead;

	side->head_bytes = 0;
	side->left = surgetap_be16(side->head + 3);
	if (type < 20 || type > 24 || side->head[1] != 3) {
		inside->is_foreign = true;
		return 0;
	}
	if (type != 23 || overhead == 0 || side->left <= overhead)
		return 0;
	/* TLS 1.3 sends the end of the handshake as application data: the client's Finished with
	 * SHA-256 or SHA-384, and up to it all of the server's. */
	if (overhead == 17 && !inside->sides[1].is_protected) {
		if (!from_client && inside->extensions == 0)
			inside->extensions = (uint16_t)(side->left - overhead);
		inside->sides[1].is_protected =
			from_client && (side->left == 36 + 17 || side->left == 52 + 17);
		return 0;
	}
	return (uint32_t)side->left - overhead;
}

/* Reads on in a payload: returns the size of the next message inside that begins there, or 0 when
 * there is none; then the payload has been taken. */
static inline uint32_t surgetap_inside_next(
	struct surgetap_inside *inside, struct surgetap_inside_cursor *cursor, bool from_client)
{
	struct surgetap_inside_side *side = &inside->sides[from_client];

	while (cursor->length > 0 && !inside->is_foreign) {
		uint32_t missing = SURGETAP_INSIDE_HEAD - side->head_bytes, bytes;
		const uint8_t *start = cursor->data;
		uint32_t captured = cursor->captured;

		if (side->left > 0)
			bytes = side->left < cursor->length ? side->left : cursor->length;
		else
			bytes = missing < cursor->length ? missing : cursor->length;
		if (side->left == 0 && bytes > cursor->captured) {
			inside->is_foreign = true;
			return 0;
		}
		cursor->length -= bytes;
		cursor->captured -= bytes < captured ? bytes : captured;
		cursor->data += bytes < captured ? bytes : captured;
		if (side->left > 0) {
			side->left = (uint16_t)(side->left - bytes);
			continue;
		}
		memcpy(side->head + side->head_bytes, start, bytes);
		side->head_bytes = (uint8_t)(side->head_bytes + bytes);
		if (side->head_bytes < SURGETAP_INSIDE_HEAD)
			return 0;
		if (!from_client && inside->overhead == 0 && bytes == SURGETAP_INSIDE_HEAD) {
			inside->overhead = surgetap_inside_overhead(start, captured);
			inside->is_foreign = inside->overhead == 0;
		}
		uint32_t size = surgetap_inside_record(inside, side, from_client);
		if (size > 0)
			return size;
	}
	return 0;
}

#endif
