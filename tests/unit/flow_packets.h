/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_FLOW_PACKETS_H
#define TESTS_FLOW_PACKETS_H
/* Packets as the decoder hands them over, made by hand. */
#include "flow/key.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

enum { FIN = 1, SYN = 2, RST = 4, PSH = 8, ACK = 16 };

#define SECOND INT64_C(1000000)
#define NOON_US (INT64_C(1772452800) * SECOND)

static inline struct surgetap_address address_at(const char *text)
{
	struct surgetap_address address;

	assert_int_equal(address_parse(text, &address), 0);
	return address;
}

/* TCP from 10.0.0.1:50000 to 192.0.2.9:443 with `payload_bytes` bytes of payload. */
static inline struct packet tcp_packet(uint8_t flags, uint32_t payload_bytes)
{
	return (struct packet){
		.time_us = NOON_US,
		.source = address_at("10.0.0.1"),
		.destination = address_at("192.0.2.9"),
		.source_port = 50000,
		.destination_port = 443,
		.ip_version = 4,
		.transport = 6,
		.tcp_flags = flags,
		.payload_bytes = payload_bytes,
		.wire_bytes = 54 + payload_bytes,
	};
}

static inline struct packet udp_packet(uint32_t payload_bytes)
{
	struct packet packet = tcp_packet(0, payload_bytes);

	packet.transport = 17;
	packet.wire_bytes = 42 + payload_bytes;
	return packet;
}

/* The hash of the packet's flow, by the secret of `seed`. */
static inline uint32_t flow_hash_of(const struct packet *packet, uint64_t seed)
{
	struct siphash_key secret = siphash_key_from_seed(seed);
	struct flow_key key;

	flow_key_make(packet, &key);
	return flow_key_place(flow_key_hash(&secret, &key));
}

/* The same packet from the other end. */
static inline struct packet answer_to(struct packet packet)
{
	struct packet answer = packet;

	answer.source = packet.destination;
	answer.destination = packet.source;
	answer.source_port = packet.destination_port;
	answer.destination_port = packet.source_port;
	return answer;
}

#endif
