/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FLOW_HELLO_H
#define FLOW_HELLO_H
/*
 * What a ClientHello says in the clear (RFC 8446, 4.1.2; RFC 9147, 5.3), and the version that a
 * ServerHello chooses. Pure; lengths are the sender's and may be lies: nothing is read beyond the
 * bytes given.
 */
#include <stdbool.h>
#include <stdint.h>

/* RFC 6066, 8422, 8446, 7301, 9147; draft-ietf-tls-esni */
enum hello_extension {
	HELLO_EXTENSION_SERVER_NAME = 0x0000,
	HELLO_EXTENSION_GROUPS = 0x000a,
	HELLO_EXTENSION_FORMATS = 0x000b,
	HELLO_EXTENSION_SIGNATURES = 0x000d,
	HELLO_EXTENSION_ALPN = 0x0010,
	HELLO_EXTENSION_VERSIONS = 0x002b,
	HELLO_EXTENSION_KEY_SHARE = 0x0033, /* the last of those in common use */
	HELLO_EXTENSION_ECH = 0xfe0d,
};

/* Some of the bytes that were read; NULL where the hello has none. */
struct hello_span {
	const uint8_t *bytes;
	uint32_t count;
};

struct hello {
	uint16_t legacy_version; /* the version field */
	uint16_t version;        /* best one offered, also by supported_versions; no GREASE */
	struct hello_span suites, extensions;          /* numbers of 2 bytes; type, length, body */
	struct hello_span groups, formats, signatures; /* 2 bytes, 1 byte, 2 bytes each */
	struct hello_span name;                        /* the server's */
	struct hello_span alpn;                        /* names, each behind a byte of length */
	bool has_name; /* extension server_name, if only an empty one */
	bool has_ech;  /* Encrypted ClientHello, which browsers also offer without meaning it */
	bool is_whole; /* read to its end, and every length fits */
};

/* Reads the body of a ClientHello, behind its handshake header. With `has_cookie` it is DTLS's. A
 * cut or broken one tells what stands before the fault, and is not whole. */
void hello_read(const uint8_t *body, uint32_t count, bool has_cookie, struct hello *ret_hello);

/* The version that the body of a ServerHello chooses, of TLS or DTLS; 0 where that is cut off. */
uint16_t hello_read_chosen(const uint8_t *body, uint32_t count);

/* Takes the next number of a list of 2-byte numbers; false at its end. */
bool hello_next(struct hello_span *list, uint16_t *ret_value);

/* Takes the next extension of a list; false at its end or where it is cut. */
bool hello_next_extension(struct hello_span *list, uint16_t *ret_type, struct hello_span *ret_body);

/* Takes the next name of an ALPN list; false at its end or where it is cut. */
bool hello_next_name(struct hello_span *list, struct hello_span *ret_name);

/* Values that mean nothing and keep servers tolerant (RFC 8701). */
static inline bool hello_is_grease(uint16_t value)
{
	return (value & 0x0f0f) == 0x0a0a && value >> 8 == (value & 0xff);
}

#endif
