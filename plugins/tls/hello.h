/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TLS_HELLO_H
#define TLS_HELLO_H
/*
 * What a ClientHello says in the clear, as far as its first segment holds it. Lengths are those of
 * the sender and may be lies: nothing is read beyond the bytes given.
 */
#include <stdbool.h>
#include <stdint.h>

/* Points into the bytes that were read; zero where the hello has no such extension. */
struct hello {
	const uint8_t *name; /* server's name, not terminated */
	uint32_t name_bytes;
	const uint8_t *alpn; /* list of protocols, each behind a byte of length */
	uint32_t alpn_bytes;
	bool has_ech; /* Encrypted ClientHello is offered; browsers also do so without meaning it */
};

/* Reads `count` bytes of a ClientHello behind its handshake header (RFC 8446, 4.1.2). */
void hello_read(const uint8_t *bytes, uint32_t count, struct hello *ret_hello);

/* Whether the client offers this protocol by ALPN (RFC 7301). */
bool hello_offers(const struct hello *hello, const char *protocol);

/* The public resolver for DNS over HTTPS that the name belongs to; NULL if none is known. */
const char *hello_find_resolver(const struct hello *hello);

#endif
