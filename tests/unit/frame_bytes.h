/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_FRAME_BYTES_H
#define TESTS_FRAME_BYTES_H
/* Frames built by hand, header by header, from the outside in. */
#include "packet/decode.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define LINK_ETHERNET 1
#define LINK_RAW 12

struct bytes {
	uint8_t data[4096];
	uint32_t size;
};

static inline void put(struct bytes *bytes, const void *data, size_t size)
{
	assert_true(bytes->size + size <= sizeof(bytes->data));
	memcpy(bytes->data + bytes->size, data, size);
	bytes->size += (uint32_t)size;
}

/* The bytes of a string literal, without its NUL. */
#define PUT(bytes, literal) put(bytes, literal, sizeof(literal) - 1)

static inline void put_zeros(struct bytes *bytes, size_t size)
{
	assert_true(bytes->size + size <= sizeof(bytes->data));
	memset(bytes->data + bytes->size, 0, size);
	bytes->size += (uint32_t)size;
}

static inline void put8(struct bytes *bytes, unsigned value)
{
	put(bytes, &(uint8_t){(uint8_t)value}, 1);
}

static inline void put16(struct bytes *bytes, unsigned value)
{
	put8(bytes, value >> 8);
	put8(bytes, value);
}

static inline void put32(struct bytes *bytes, uint32_t value)
{
	put16(bytes, value >> 16);
	put16(bytes, value & 0xffff);
}

static inline void put_ethernet(struct bytes *bytes, unsigned type)
{
	put(bytes, "\x02\0\0\0\0\x02\x02\0\0\0\0\x01", 12);
	put16(bytes, type);
}

/* `place`: flags and fragment offset. 10.0.0.1 to 10.0.0.2. */
static inline void put_ipv4_part(
	struct bytes *bytes, unsigned protocol, unsigned payload_bytes, unsigned id, unsigned place)
{
	put16(bytes, 0x4500);
	put16(bytes, 20 + payload_bytes);
	put16(bytes, id);
	put16(bytes, place);
	put8(bytes, 64);
	put8(bytes, protocol);
	put16(bytes, 0);
	put32(bytes, 0x0a000001);
	put32(bytes, 0x0a000002);
}

static inline void put_ipv4(struct bytes *bytes, unsigned protocol, unsigned payload_bytes)
{
	put_ipv4_part(bytes, protocol, payload_bytes, 0, 0);
}

/* fd00::1 to fd00::2. */
static inline void put_ipv6(struct bytes *bytes, unsigned next_header, unsigned payload_bytes)
{
	put32(bytes, 0x60000000);
	put16(bytes, payload_bytes);
	put8(bytes, next_header);
	put8(bytes, 64);
	put(bytes, "\xfd\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x01", 16);
	put(bytes, "\xfd\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x02", 16);
}

static inline void put_udp(struct bytes *bytes, unsigned destination_port, unsigned payload_bytes)
{
	put16(bytes, 40000);
	put16(bytes, destination_port);
	put16(bytes, 8 + payload_bytes);
	put16(bytes, 0);
}

static inline void put_tcp(struct bytes *bytes, unsigned flags)
{
	put16(bytes, 50000);
	put16(bytes, 443);
	put32(bytes, 1);
	put32(bytes, 2);
	put8(bytes, 5 << 4);
	put8(bytes, flags);
	put16(bytes, 1024);
	put32(bytes, 0);
}

/* What encapsulations are tested with: an IPv4 TCP segment with the payload "hello". */
#define INNER_BYTES 45

static inline void put_inner(struct bytes *bytes)
{
	put_ipv4(bytes, 6, 25);
	put_tcp(bytes, 0x18);
	put(bytes, "hello", 5);
}

static inline void put_inner_ethernet(struct bytes *bytes)
{
	put_ethernet(bytes, 0x0800);
	put_inner(bytes);
}

static inline enum packet_verdict decode_with(struct decoder *decoder, int link_type,
	const struct bytes *bytes, struct packet *ret_packet)
{
	struct frame frame = {
		.data = bytes->data,
		.captured_bytes = bytes->size,
		.wire_bytes = bytes->size,
		.link_type = link_type,
		.time_us = 1000000,
	};

	return decoder_decode(decoder, &frame, ret_packet);
}

/* As captured with a snapshot length of `captured_bytes`. */
static inline enum packet_verdict decode_snapped(int link_type, const struct bytes *bytes,
	uint32_t captured_bytes, struct packet *ret_packet)
{
	struct decode_policy policy = {0};
	struct frame frame = {
		.captured_bytes = captured_bytes,
		.wire_bytes = bytes->size,
		.link_type = link_type,
	};
	struct decoder *decoder;
	enum packet_verdict verdict;
	/* a block of its own, so that a sanitizer sees the first byte beyond */
	uint8_t *data = test_malloc(captured_bytes + 1);

	memcpy(data, bytes->data, captured_bytes);
	frame.data = data;
	assert_int_equal(decoder_new(&policy, 1, &decoder), 0);
	verdict = decoder_decode(decoder, &frame, ret_packet);
	decoder_free(decoder);
	test_free(data);
	return verdict;
}

static inline enum packet_verdict decode(
	int link_type, const struct bytes *bytes, struct packet *ret_packet)
{
	struct decode_policy policy = {0};
	struct decoder *decoder;
	enum packet_verdict verdict;

	assert_int_equal(decoder_new(&policy, 1, &decoder), 0);
	verdict = decode_with(decoder, link_type, bytes, ret_packet);
	decoder_free(decoder);
	return verdict;
}

static inline struct packet decode_well(int link_type, const struct bytes *bytes)
{
	struct packet packet;

	assert_int_equal(decode(link_type, bytes, &packet), PACKET_DECODED);
	return packet;
}

static inline void assert_inner(const struct packet *packet)
{
	assert_int_equal(packet->transport, 6);
	assert_int_equal(packet->ip_version, 4);
	assert_int_equal(packet->source_port, 50000);
	assert_int_equal(packet->destination_port, 443);
	assert_int_equal(packet->ip_bytes, INNER_BYTES);
	assert_int_equal(packet->payload_bytes, 5);
	assert_memory_equal(packet->payload, "hello", 5);
}

/* The frame decodes to the inner packet through exactly `layers`. */
static inline void assert_opens(int link_type, const struct bytes *bytes, uint32_t layers)
{
	struct packet packet;

	assert_int_equal(decode(link_type, bytes, &packet), PACKET_DECODED);
	assert_inner(&packet);
	assert_int_equal(packet.layers, layers);
}

static inline void assert_verdict(
	int link_type, const struct bytes *bytes, enum packet_verdict verdict)
{
	struct packet packet;

	assert_string_equal(packet_verdict_name(decode(link_type, bytes, &packet)),
		packet_verdict_name(verdict));
}

/* The raw IP packet is left closed: it is of `transport` itself. */
static inline void assert_outer(const struct bytes *bytes, uint8_t transport)
{
	struct packet packet;

	assert_int_equal(decode(LINK_RAW, bytes, &packet), PACKET_DECODED);
	assert_int_equal(packet.transport, transport);
	assert_int_equal(packet.layers, 0);
	assert_ptr_equal(packet.ip, bytes->data);
	assert_int_equal(packet.ip_bytes, bytes->size);
}

#endif
