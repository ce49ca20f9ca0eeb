/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/excerpt.h"

#include <surgetap/bytes.h>

#include <string.h>

#include "flow/certificate.h"
#include "flow/hello.h"
#include "flow/tls_record.h"

#define TCP 6
#define TCP_HEADER_MIN 20u
#define TCP_SEQUENCE_AT 4u
#define IP6_HEADER 40u
#define IP6_NEXT_HEADER_AT 6u
#define RANDOM_BYTES 32u

/* What was written so far. */
struct writer {
	uint8_t *copy;
	uint32_t at;
};

static void put(struct writer *writer, const void *bytes, uint32_t count)
{
	memcpy(writer->copy + writer->at, bytes, count);
	writer->at += count;
}

/* Leaves room for a length of `width` bytes, and tells where it counts from. */
static uint32_t open_length(struct writer *writer, uint32_t width)
{
	writer->at += width;
	return writer->at;
}

static void close_length(const struct writer *writer, uint32_t from, uint32_t width)
{
	uint32_t count = writer->at - from;
	for (uint32_t i = 1; i <= width; i++, count >>= 8)
		writer->copy[from - i] = (uint8_t)count;
}

static uint32_t header_bytes(const struct packet *packet)
{
	return (uint32_t)(packet->payload - packet->ip);
}

/* Where the TCP header begins; 0 behind extension headers of IPv6. */
static uint32_t find_tcp(const struct packet *packet)
{
	uint32_t at = IP6_HEADER;
	if (packet->ip_version == 4)
		at = (packet->ip[0] & 15u) * 4;
	else if (packet->ip[IP6_NEXT_HEADER_AT] != TCP)
		return 0;
	return at + TCP_HEADER_MIN <= header_bytes(packet) ? at : 0;
}

static bool begin(struct writer *writer, const struct packet *packet)
{
	if (find_tcp(packet) == 0)
		return false;
	put(writer, packet->ip, header_bytes(packet));
	return true;
}

static uint32_t finish(const struct writer *writer, const struct packet *packet)
{
	uint32_t payload_bytes = writer->at - header_bytes(packet);
	uint32_t sequence = packet->tcp_sequence + packet->payload_bytes - payload_bytes;
	uint8_t *field = writer->copy + find_tcp(packet) + TCP_SEQUENCE_AT;
	for (int i = 3; i >= 0; i--, sequence >>= 8)
		field[i] = (uint8_t)sequence;
	packet_set_length(writer->copy, packet->ip_version, writer->at);
	return writer->at <= UINT16_MAX ? writer->at : 0;
}

/* A handshake message in a record of its own: where their lengths count from. */
struct message {
	uint32_t record, body;
};

static struct message open_message(struct writer *writer, uint8_t type)
{
	struct message message;
	put(writer, "\x16\3\1", 3);
	message.record = open_length(writer, 2);
	put(writer, &type, 1);
	message.body = open_length(writer, 3);
	return message;
}

static void close_message(const struct writer *writer, struct message message)
{
	close_length(writer, message.body, 3);
	close_length(writer, message.record, 2);
}

static bool find_message(const struct packet *packet, uint8_t type, struct tls_message *ret_message)
{
	return packet->transport == TCP &&
	       tls_find_message(packet->payload, packet->payload_captured_bytes, type, ret_message);
}

/* A list of groups that claims a byte that is not there. */
static const uint8_t no_groups[] = {0, HELLO_EXTENSION_GROUPS, 0, 1};

static void put_extensions(struct writer *writer, const struct hello *hello)
{
	uint32_t length = open_length(writer, 2);
	struct hello_span list = hello->extensions, body;
	uint16_t type;
	for (const uint8_t *head = list.bytes; hello_next_extension(&list, &type, &body);
		head = list.bytes)
		if (type == HELLO_EXTENSION_SERVER_NAME || type == HELLO_EXTENSION_ALPN)
			put(writer, head, (uint32_t)(list.bytes - head));
	put(writer, no_groups, sizeof no_groups);
	close_length(writer, length, 2);
}

uint32_t excerpt_client_hello(const struct packet *packet, uint8_t *copy)
{
	/* No session, one suite of GREASE, no compression. */
	static const uint8_t lists[] = {0, 0, 2, 0x0a, 0x0a, 1, 0};
	struct writer writer = {.copy = copy};
	struct tls_message found;
	struct hello hello;
	if (!find_message(packet, TLS_CLIENT_HELLO, &found))
		return 0;
	hello_read(found.body, found.bytes, false, &hello);
	if (!hello.is_whole || !begin(&writer, packet))
		return 0;
	struct message message = open_message(&writer, TLS_CLIENT_HELLO);
	put(&writer, found.body, 2 + RANDOM_BYTES);
	put(&writer, lists, sizeof lists);
	put_extensions(&writer, &hello);
	close_message(&writer, message);
	return finish(&writer, packet);
}

/* The first certificate of a list (RFC 5246, 7.4.2), behind the lengths of both; or none. */
static struct hello_span find_own(const struct tls_message *list)
{
	struct hello_span own = {.count = 0};
	if (list->bytes < 6)
		return own;
	own.count = (uint32_t)list->body[3] << 16 | surgetap_be16(list->body + 4);
	own.bytes = list->body + 6;
	if (own.count > list->bytes - 6)
		own.count = 0;
	return own;
}

/* nDPI looks for names and dates byte by byte, short of the last ones: not in the key and the
 * signature, which it would only make a digest of. */
static void put_certificate(struct writer *writer, struct hello_span bytes)
{
	static const uint8_t end[16];
	struct certificate certificate;
	if (!certificate_read(bytes, &certificate)) {
		put(writer, bytes.bytes, bytes.count);
		return;
	}
	put(writer, certificate.names.bytes, certificate.names.count);
	put(writer, certificate.extensions.bytes, certificate.extensions.count);
	put(writer, end, sizeof end);
}

uint32_t excerpt_certificate(const struct packet *packet, uint8_t *copy)
{
	struct writer writer = {.copy = copy};
	struct tls_message found;
	if (!find_message(packet, TLS_SERVER_HELLO, &found) ||
		!find_message(packet, TLS_CERTIFICATE, &found))
		return 0;
	struct hello_span own = find_own(&found);
	if (own.count == 0 || !begin(&writer, packet))
		return 0;
	struct message message = open_message(&writer, TLS_CERTIFICATE);
	uint32_t list = open_length(&writer, 3), certificate = open_length(&writer, 3);
	put_certificate(&writer, own);
	close_length(&writer, certificate, 3);
	close_length(&writer, list, 3);
	close_message(&writer, message);
	return finish(&writer, packet);
}

void excerpt_beginning(const struct packet *packet, uint32_t bytes, uint8_t *copy)
{
	memcpy(copy, packet->ip, bytes);
	packet_set_length(copy, packet->ip_version, bytes);
}

uint32_t excerpt_head_bytes(const struct packet *packet)
{
	uint32_t bytes = packet->payload_captured_bytes;
	if (bytes > EXCERPT_HEAD_MAX)
		bytes = EXCERPT_HEAD_MAX;
	const uint8_t *end = memmem(packet->payload, bytes, "\r\n\r\n", 4);
	return header_bytes(packet) + (end ? (uint32_t)(end + 4 - packet->payload) : bytes);
}
