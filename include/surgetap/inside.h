/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SURGETAP_INSIDE_H
#define SURGETAP_INSIDE_H
/*
 * What TLS does not hide: how long the messages inside are. For plugins that look for a protocol
 * within TLS: the sizes of its records once the handshake is over, less what encryption adds, and
 * whose turn they are. All inline: a plugin still depends on nothing but the ABI.
 *
 * Session tickets of TLS 1.3 are left out. A server sends them when it has the client's Finished
 * (RFC 8446, 4.6.1), which a request may have come with: they are no answer to it. Encrypted as
 * they are, they show as the first messages of the server, all of one size; one alone, as after a
 * resumption, where it has the size of OpenSSL's that names a session kept by the server.
 *
 * Payloads are taken as they are shown, in order and each byte once. One that is lost or not
 * captured whole across the start of a record puts an end to it, as does a suite whose padding
 * hides sizes (CBC).
 */
#include <surgetap/bytes.h>
#include <surgetap/flow.h>

#include <string.h>

#define SURGETAP_INSIDE_HEAD 5 /* of a record: type, version, length; RFC 8446, 5.1 */

/* RFC 8446, 4.6.1: header 4, lifetime 4, age 4, nonce 1 + 0..255, ticket 2 + 1 or more, extensions
 * 2 or more. Stateless tickets of libraries have some 200 bytes; with a client's certificates in
 * them, which are longer, they are not told from an answer. */
#define SURGETAP_TICKET_BYTES_MIN 18
#define SURGETAP_TICKET_BYTES_MAX 512
#define SURGETAP_TICKET_BYTES_KEPT 57 /* OpenSSL's: a nonce of 8, a session id of 32 */

/* One direction of a stream. */
struct surgetap_inside_side {
	uint16_t left; /* bytes to come of the record at hand */
	uint8_t head[SURGETAP_INSIDE_HEAD];
	uint8_t head_bytes; /* gathered of the next one's head */
	bool is_protected;  /* what follows is encrypted */
};

/* Where the server's session tickets stand. */
enum surgetap_tickets {
	SURGETAP_TICKETS_AWAITED,
	SURGETAP_TICKETS_DOUBTED, /* one message that may be one is kept back: the next tells */
	SURGETAP_TICKETS_SEEN,    /* more of the same size may follow */
	/* The message kept back was none, and is told; the next is kept in its place, until asked
	   for. */
	SURGETAP_TICKETS_NONE_SERVER,
	SURGETAP_TICKETS_NONE_CLIENT,
	SURGETAP_TICKETS_OVER,
};

/* A message inside. `turn` counts changes of direction: 0 what the server says before the client
 * does, 1 the client's first words, 2 the answer; odd ones are the client's. */
struct surgetap_inside_message {
	uint32_t bytes;
	uint8_t turn;
	bool from_client;
};

/* A flow's; zero at start. */
struct surgetap_inside {
	struct surgetap_inside_side sides[2]; /* [0] from the server, [1] from the client */
	uint8_t overhead;                     /* bytes that encryption adds; 0 before ServerHello */
	uint16_t extensions; /* TLS 1.3: bytes of the server's first encrypted message, its
				EncryptedExtensions; 6 when it chose nothing, not even an ALPN */
	bool is_foreign;     /* no TLS, or no longer to be followed */
	uint8_t tickets;     /* enum surgetap_tickets */
	uint8_t turn;        /* of the last message told; no more than there are payloads */
	uint16_t kept; /* bytes of the message that is, or may be, a ticket; or waits for one */
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

/* Reads on in a payload: returns the size of the next message inside whose head is there, or 0 when
 * there is none; then the payload has been taken. */
static inline uint32_t surgetap_inside_read(
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

static inline struct surgetap_inside_message surgetap_inside_told(
	struct surgetap_inside *inside, uint32_t bytes, bool from_client)
{
	inside->turn = (uint8_t)(inside->turn + (from_client != (inside->turn & 1)));
	return (struct surgetap_inside_message){bytes, inside->turn, from_client};
}

/* True when the message is a ticket, or may be one, in which case it is kept back. */
static inline bool surgetap_inside_is_ticket(
	struct surgetap_inside *inside, uint32_t bytes, bool from_client)
{
	if (from_client || inside->overhead != 17)
		return false;
	if (inside->tickets == SURGETAP_TICKETS_AWAITED && bytes >= SURGETAP_TICKET_BYTES_MIN &&
		bytes <= SURGETAP_TICKET_BYTES_MAX) {
		inside->kept = (uint16_t)bytes;
		inside->tickets = bytes == SURGETAP_TICKET_BYTES_KEPT ? SURGETAP_TICKETS_SEEN
								      : SURGETAP_TICKETS_DOUBTED;
		return true;
	}
	if (bytes != inside->kept || inside->tickets > SURGETAP_TICKETS_SEEN)
		return false;
	inside->tickets = SURGETAP_TICKETS_SEEN;
	return true;
}

/* Tells the message kept back, if it was no ticket, and keeps this one in its place. */
static inline struct surgetap_inside_message surgetap_inside_tell(
	struct surgetap_inside *inside, uint32_t bytes, bool from_client)
{
	uint32_t first = inside->kept;

	if (inside->tickets == SURGETAP_TICKETS_DOUBTED) {
		inside->tickets =
			from_client ? SURGETAP_TICKETS_NONE_CLIENT : SURGETAP_TICKETS_NONE_SERVER;
		inside->kept = (uint16_t)bytes;
		return surgetap_inside_told(inside, first, false);
	}
	if (inside->tickets != SURGETAP_TICKETS_AWAITED || !from_client)
		inside->tickets = SURGETAP_TICKETS_OVER;
	return surgetap_inside_told(inside, bytes, from_client);
}

/* Takes the next message inside from a payload. False when there is none: then the payload has been
 * taken. A message that may be a ticket is told ahead of the one that shows that it is none. */
static inline bool surgetap_inside_next(struct surgetap_inside *inside,
	struct surgetap_inside_cursor *cursor, bool from_client,
	struct surgetap_inside_message *ret_message)
{
	uint32_t bytes;

	if (inside->tickets == SURGETAP_TICKETS_NONE_SERVER ||
		inside->tickets == SURGETAP_TICKETS_NONE_CLIENT) {
		*ret_message = surgetap_inside_tell(
			inside, inside->kept, inside->tickets == SURGETAP_TICKETS_NONE_CLIENT);
		return true;
	}
	do
		bytes = surgetap_inside_read(inside, cursor, from_client);
	while (bytes > 0 && surgetap_inside_is_ticket(inside, bytes, from_client));
	if (bytes == 0)
		return false;
	*ret_message = surgetap_inside_tell(inside, bytes, from_client);
	return true;
}

#endif
