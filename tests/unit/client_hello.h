/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_CLIENT_HELLO_H
#define TESTS_CLIENT_HELLO_H
/* The ClientHello that FoxIO's description of JA4 reads, as a record of TLS. */
#include "tests/unit/frame_bytes.h"

#define CLIENT_HELLO_JA4 "t13d1516h2_8daaf6152771_e5627efa2ab1"
#define CLIENT_HELLO_NAME "example.org"

/* Suites and extensions in Chrome's order, GREASE (0x2a2a) among them. */
static const uint8_t client_hello_suites[] = {0x2a, 0x2a, 0x13, 0x01, 0x13, 0x02, 0x13, 0x03, 0xc0,
	0x2b, 0xc0, 0x2f, 0xc0, 0x2c, 0xc0, 0x30, 0xcc, 0xa9, 0xcc, 0xa8, 0xc0, 0x13, 0xc0, 0x14,
	0x00, 0x9c, 0x00, 0x9d, 0x00, 0x2f, 0x00, 0x35};

#define EXTENSION(type, body) type, body, sizeof body - 1

static const struct {
	uint16_t type;
	const char *body;
	size_t bytes;
} client_hello_extensions[] = {
	{EXTENSION(0x2a2a, "")},
	{EXTENSION(0x001b, "\2\0\2")},
	{EXTENSION(0x0000, "\0\x0e\0\0\x0b" CLIENT_HELLO_NAME)},
	{EXTENSION(0x0033, "\0\0")},
	{EXTENSION(0x0010, "\0\x0c\2h2\x08http/1.1")},
	{EXTENSION(0x4469, "\0\3\2h2")},
	{EXTENSION(0x0017, "")},
	{EXTENSION(0x002d, "\1\1")},
	{EXTENSION(0x000d, "\0\x10\4\3\x08\4\4\1\5\3\x08\5\5\1\x08\6\6\1")},
	{EXTENSION(0x0005, "\1\0\0\0\0")},
	{EXTENSION(0x0023, "")},
	{EXTENSION(0x0012, "")},
	{EXTENSION(0x002b, "\6\x2a\x2a\3\4\3\3")},
	{EXTENSION(0xff01, "\0")},
	{EXTENSION(0x000b, "\1\0")},
	{EXTENSION(0x000a, "\0\x08\x2a\x2a\0\x1d\0\x17\0\x18")},
	{EXTENSION(0x0015, "\0\0\0")},
};

/* The body of the hello, behind its handshake header; with a cookie it is DTLS's. */
static inline void put_hello_body(struct bytes *bytes, bool has_cookie)
{
	static const uint8_t random[32] = {7};
	size_t extensions_bytes = 0;
	size_t count = sizeof client_hello_extensions / sizeof *client_hello_extensions;

	put16(bytes, has_cookie ? 0xfefd : 0x0303);
	put(bytes, random, sizeof random);
	put(bytes, "\0\0", has_cookie ? 2 : 1);
	put16(bytes, sizeof client_hello_suites);
	put(bytes, client_hello_suites, sizeof client_hello_suites);
	put(bytes, "\1\0", 2);
	for (size_t i = 0; i < count; i++)
		extensions_bytes += 4 + client_hello_extensions[i].bytes;
	put16(bytes, (unsigned)extensions_bytes);
	for (size_t i = 0; i < count; i++) {
		put16(bytes, client_hello_extensions[i].type);
		put16(bytes, (unsigned)client_hello_extensions[i].bytes);
		put(bytes, client_hello_extensions[i].body, client_hello_extensions[i].bytes);
	}
}

/* A handshake message: its header and body. */
static inline void put_hello_message(struct bytes *bytes)
{
	struct bytes body = {.size = 0};

	put_hello_body(&body, false);
	put(bytes, "\1\0", 2);
	put16(bytes, body.size);
	put(bytes, body.data, body.size);
}

/* The message in records of at most `record_bytes`. */
static inline void put_hello_records(struct bytes *bytes, size_t record_bytes)
{
	struct bytes message = {.size = 0};

	put_hello_message(&message);
	for (size_t at = 0, count; at < message.size; at += count) {
		count = message.size - at < record_bytes ? message.size - at : record_bytes;
		put(bytes, "\x16\3\1", 3);
		put16(bytes, (unsigned)count);
		put(bytes, message.data + at, count);
	}
}

#endif
