/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/tls_record.h"

#include <surgetap/bytes.h>

#include <string.h>

#define TYPE_HANDSHAKE 22
#define RECORD_HEADER 5u
#define RECORD_BYTES_MAX 16384u
#define MESSAGE_HEADER 4u
#define HELLO_BYTES_MIN 38u     /* version, random, three empty lists */
#define HELLO_BYTES_MAX 131072u /* as clients accept: key shares and names are far from it */

#define DTLS_RECORD_HEADER 13u
#define DTLS_MESSAGE_HEADER 12u

static uint32_t be24(const uint8_t *bytes)
{
	return (uint32_t)bytes[0] << 16 | surgetap_be16(bytes + 1);
}

/* Compares as many bytes as there are: a cut header may still become one. */
static bool may_be_record(const uint8_t *bytes, uint32_t count)
{
	if (count == 0 || bytes[0] != TYPE_HANDSHAKE || (count > 1 && bytes[1] != 3) ||
		(count > 2 && bytes[2] > 4))
		return false;
	if (count < RECORD_HEADER)
		return true;
	uint16_t record_bytes = surgetap_be16(bytes + 3);
	return record_bytes > 0 && record_bytes <= RECORD_BYTES_MAX;
}

static bool may_be_hello(const uint8_t *message, uint32_t count)
{
	if (count > 0 && message[0] != TLS_CLIENT_HELLO && message[0] != TLS_SERVER_HELLO)
		return false;
	if (count >= MESSAGE_HEADER &&
		(be24(message + 1) < HELLO_BYTES_MIN || be24(message + 1) > HELLO_BYTES_MAX))
		return false;
	return (count <= MESSAGE_HEADER || message[MESSAGE_HEADER] == 3) &&
	       (count <= MESSAGE_HEADER + 1 || message[MESSAGE_HEADER + 1] <= 4);
}

/* The message's header and body as far as the records hold them, one piece behind the other. */
struct pieces {
	const uint8_t *bytes;
	uint32_t count;
	bool is_copy;
};

static void add_piece(struct pieces *pieces, const uint8_t *bytes, uint32_t count, uint8_t *scratch)
{
	if (pieces->count == 0) {
		*pieces = (struct pieces){.bytes = bytes, .count = count};
		return;
	}
	if (!pieces->is_copy) {
		memcpy(scratch, pieces->bytes, pieces->count);
		pieces->bytes = scratch;
		pieces->is_copy = true;
	}
	if (count > TLS_SCRATCH_BYTES - pieces->count)
		count = TLS_SCRATCH_BYTES - pieces->count;
	memcpy(scratch + pieces->count, bytes, count);
	pieces->count += count;
}

static bool is_whole(const struct pieces *pieces)
{
	return pieces->count >= MESSAGE_HEADER &&
	       pieces->count - MESSAGE_HEADER >= be24(pieces->bytes + 1);
}

static struct tls_message message_of(const struct pieces *pieces)
{
	struct tls_message message = {.type = pieces->count > 0 ? pieces->bytes[0] : 0};
	if (pieces->count < MESSAGE_HEADER)
		return message;
	message.stated = be24(pieces->bytes + 1);
	message.body = pieces->bytes + MESSAGE_HEADER;
	message.bytes = pieces->count - MESSAGE_HEADER;
	if (message.bytes > message.stated)
		message.bytes = message.stated;
	return message;
}

enum tls_found tls_find_hello(
	const uint8_t *bytes, uint32_t count, uint8_t *scratch, struct tls_message *ret_message)
{
	struct pieces pieces = {.count = 0};
	if (!may_be_record(bytes, count))
		return TLS_FOUND_NOTHING;
	while (count > RECORD_HEADER && may_be_record(bytes, count) && !is_whole(&pieces)) {
		uint32_t record_bytes = surgetap_be16(bytes + 3);
		uint32_t there = count - RECORD_HEADER;
		if (there > record_bytes)
			there = record_bytes;
		add_piece(&pieces, bytes + RECORD_HEADER, there, scratch);
		bytes += RECORD_HEADER + there;
		count -= RECORD_HEADER + there;
	}
	if (!may_be_hello(pieces.bytes, pieces.count))
		return TLS_FOUND_NOTHING;
	*ret_message = message_of(&pieces);
	return is_whole(&pieces) ? TLS_FOUND_WHOLE : TLS_FOUND_BEGIN;
}

/* In the messages of one record. */
static bool find_in_record(
	const uint8_t *bytes, uint32_t count, uint8_t type, struct tls_message *ret_message)
{
	while (count >= MESSAGE_HEADER && be24(bytes + 1) <= count - MESSAGE_HEADER) {
		uint32_t body_bytes = be24(bytes + 1);
		if (bytes[0] == type) {
			*ret_message = (struct tls_message){.body = bytes + MESSAGE_HEADER,
				.bytes = body_bytes,
				.stated = body_bytes,
				.type = type};
			return true;
		}
		bytes += MESSAGE_HEADER + body_bytes;
		count -= MESSAGE_HEADER + body_bytes;
	}
	return false;
}

bool tls_find_message(
	const uint8_t *bytes, uint32_t count, uint8_t type, struct tls_message *ret_message)
{
	while (count > RECORD_HEADER && may_be_record(bytes, count)) {
		uint32_t record_bytes = surgetap_be16(bytes + 3);
		bytes += RECORD_HEADER;
		count -= RECORD_HEADER;
		if (record_bytes > count)
			return false;
		if (find_in_record(bytes, record_bytes, type, ret_message))
			return true;
		bytes += record_bytes;
		count -= record_bytes;
	}
	return false;
}

bool dtls_next_fragment(struct dtls_datagram *datagram, struct dtls_fragment *ret_fragment)
{
	const uint8_t *record = datagram->bytes;
	if (datagram->count < DTLS_RECORD_HEADER + DTLS_MESSAGE_HEADER ||
		record[0] != TYPE_HANDSHAKE || record[1] != 0xfe || record[2] < 0xfc ||
		record[2] == 0xfe || surgetap_be16(record + 3) != 0)
		return false;
	uint32_t record_bytes = surgetap_be16(record + 11);
	const uint8_t *message = record + DTLS_RECORD_HEADER;
	struct dtls_fragment fragment = {
		.type = message[0],
		.message_bytes = be24(message + 1),
		.number = surgetap_be16(message + 4),
		.offset = be24(message + 6),
		.count = be24(message + 9),
		.bytes = message + DTLS_MESSAGE_HEADER,
	};
	if (record_bytes < DTLS_MESSAGE_HEADER ||
		record_bytes > datagram->count - DTLS_RECORD_HEADER ||
		fragment.count > record_bytes - DTLS_MESSAGE_HEADER ||
		fragment.offset + fragment.count > fragment.message_bytes)
		return false;
	datagram->bytes += DTLS_RECORD_HEADER + record_bytes;
	datagram->count -= DTLS_RECORD_HEADER + record_bytes;
	*ret_fragment = fragment;
	return true;
}
