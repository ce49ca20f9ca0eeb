/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/excerpt.h"

#include <surgetap/bytes.h>

#include "flow/hello.h"
#include "flow/tls_record.h"

#include "tests/unit/client_hello.h"
#include "tests/unit/flow_packets.h"
#include "tests/unit/frame_bytes.h"

#define SEQUENCE 0xfffffff0u /* wraps within the packet */

static struct bytes frame;
static uint8_t copy[EXCERPT_BYTES_MAX];

/* A segment with this payload, of which all is captured. */
static struct packet segment(uint8_t ip_version, const uint8_t *payload, size_t bytes)
{
	struct packet packet;

	frame.size = 0;
	if (ip_version == 4)
		put_ipv4(&frame, 6, 20 + (unsigned)bytes);
	else
		put_ipv6(&frame, 6, 20 + (unsigned)bytes);
	put_tcp(&frame, ACK | PSH);
	put(&frame, payload, bytes);
	assert_int_equal(decode(LINK_RAW, &frame, &packet), PACKET_DECODED);
	packet.payload = frame.data + (packet.payload - packet.ip);
	packet.ip = frame.data;
	packet.tcp_sequence = SEQUENCE;
	return packet;
}

/* The excerpt as a packet: where it ends is where the packet ends. */
static struct packet read_excerpt(const struct packet *packet, uint32_t bytes)
{
	struct bytes excerpt = {.size = bytes};
	struct packet read;

	assert_true(bytes > 0 && bytes <= sizeof excerpt.data);
	memcpy(excerpt.data, copy, bytes);
	assert_int_equal(decode(LINK_RAW, &excerpt, &read), PACKET_DECODED);
	assert_int_equal(read.ip_bytes, bytes);
	assert_int_equal((uint32_t)(read.tcp_sequence + read.payload_bytes),
		(uint32_t)(packet->tcp_sequence + packet->payload_bytes));
	read.ip = copy;
	read.payload = copy + bytes - read.payload_bytes;
	return read;
}

static struct bytes hello_records(size_t record_bytes)
{
	struct bytes hello = {.size = 0};

	put_hello_records(&hello, record_bytes);
	return hello;
}

static void excerpt_of_a_hello_says_more_or_less_than_its_names(void **state)
{
	const struct bytes records = hello_records(16384);
	const uint8_t versions[] = {4, 6};

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		struct packet packet = segment(versions[i], records.data, records.size);
		struct packet read = read_excerpt(&packet, excerpt_client_hello(&packet, copy));
		struct tls_message message;
		struct hello hello;
		struct hello_span ignored;
		uint16_t type = 0, kept = 0;

		assert_true(tls_find_message(
			read.payload, read.payload_bytes, TLS_CLIENT_HELLO, &message));
		hello_read(message.body, message.bytes, false, &hello);
		assert_false(hello.is_whole); /* or nDPI would make a JA3 of it */
		assert_int_equal(hello.version, 0x0303);
		assert_memory_equal(hello.name.bytes, CLIENT_HELLO_NAME, hello.name.count);
		assert_int_equal(hello.alpn.count, sizeof "\2h2\x08http/1.1" - 1);
		assert_int_equal(hello.suites.count, 2);
		for (; hello_next_extension(&hello.extensions, &type, &ignored); kept++)
			;
		assert_int_equal(kept, 2);
	}
}

/* Both excerpts of so many of the payload's first bytes, in memory of just that size. */
static uint32_t excerpts_of(const uint8_t *payload, size_t bytes)
{
	struct packet packet = segment(4, payload, bytes);
	uint8_t *exact = test_malloc(packet.ip_bytes);

	memcpy(exact, packet.ip, packet.ip_bytes);
	packet.payload = exact + (packet.payload - packet.ip);
	packet.ip = exact;
	uint32_t both = excerpt_client_hello(&packet, copy) + excerpt_certificate(&packet, copy);
	test_free(exact);
	return both;
}

static void hello_that_is_not_whole_has_an_excerpt(void **state)
{
	const struct bytes records = hello_records(16384), pieces = hello_records(100);

	(void)state;
	for (size_t count = 0; count < records.size; count++)
		assert_int_equal(excerpts_of(records.data, count), 0);
	assert_int_equal(excerpts_of(pieces.data, pieces.size), 0);
	for (size_t at = 0; at < records.size; at++) {
		struct bytes lie = records;

		lie.data[at] ^= 0xff;
		excerpts_of(lie.data, lie.size);
	}
}

/* Behind extension headers the sequence number stands elsewhere. */
static void excerpt_is_made_behind_headers_that_are_not_looked_through(void **state)
{
	const struct bytes records = hello_records(16384);
	struct packet packet;

	(void)state;
	frame.size = 0;
	put_ipv6(&frame, 0, 8 + 20 + records.size);
	put(&frame, "\6\0\1\4\0\0\0\0", 8); /* hop by hop: padding */
	put_tcp(&frame, ACK | PSH);
	put(&frame, records.data, records.size);
	assert_int_equal(decode(LINK_RAW, &frame, &packet), PACKET_DECODED);
	assert_int_equal(packet.payload_bytes, records.size);
	packet.payload = frame.data + (packet.payload - packet.ip);
	packet.ip = frame.data;
	assert_int_equal(excerpt_client_hello(&packet, copy), 0);
}

#define OWN "the server's own certificate"
#define ISSUER "that of whoever has signed it"

static void put_message(struct bytes *bytes, unsigned type, const struct bytes *body)
{
	put8(bytes, type);
	put8(bytes, 0);
	put16(bytes, body->size);
	put(bytes, body->data, body->size);
}

static void put_record(struct bytes *bytes, const struct bytes *messages)
{
	put(bytes, "\x16\3\3", 3);
	put16(bytes, messages->size);
	put(bytes, messages->data, messages->size);
}

static void put_certificate(struct bytes *list, const char *text)
{
	put8(list, 0);
	put16(list, (unsigned)strlen(text));
	put(list, text, strlen(text));
}

/* ServerHello and a list of two certificates, in one record or in two. */
static struct bytes server_flight(bool is_one_record)
{
	struct bytes hello = {.size = 0}, certificates = {.size = 0}, list = {.size = 0};
	struct bytes messages = {.size = 0}, flight = {.size = 0};

	put16(&hello, 0x0303);
	put_zeros(&hello, 36); /* random, no session, a suite, no compression */
	put_certificate(&certificates, OWN);
	put_certificate(&certificates, ISSUER);
	put8(&list, 0);
	put16(&list, certificates.size);
	put(&list, certificates.data, certificates.size);
	put_message(&messages, TLS_SERVER_HELLO, &hello);
	if (!is_one_record) {
		put_record(&flight, &messages);
		messages.size = 0;
	}
	put_message(&messages, TLS_CERTIFICATE, &list);
	put_record(&flight, &messages);
	return flight;
}

static void certificate_is_shown_with_others_or_lost(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		const struct bytes flight = server_flight(i == 0);
		struct packet packet = segment(4, flight.data, flight.size);
		struct packet read = read_excerpt(&packet, excerpt_certificate(&packet, copy));
		struct tls_message message;

		assert_false(tls_find_message(
			read.payload, read.payload_bytes, TLS_SERVER_HELLO, &message));
		assert_true(tls_find_message(
			read.payload, read.payload_bytes, TLS_CERTIFICATE, &message));
		assert_int_equal(message.bytes, 6 + sizeof OWN - 1);
		assert_int_equal(surgetap_be16(message.body + 1), 3 + sizeof OWN - 1);
		assert_int_equal(surgetap_be16(message.body + 4), sizeof OWN - 1);
		assert_memory_equal(message.body + 6, OWN, sizeof OWN - 1);
	}
}

static void certificate_that_is_not_whole_has_an_excerpt(void **state)
{
	const struct bytes flight = server_flight(true);

	(void)state;
	for (size_t count = 0; count < flight.size; count++)
		assert_int_equal(excerpts_of(flight.data, count), 0);
	for (size_t at = 0; at < flight.size; at++) {
		struct bytes lie = flight;

		lie.data[at] ^= 0xff;
		excerpts_of(lie.data, lie.size);
	}
}

static void body_counts_as_a_head(void **state)
{
	static const char head[] = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n";
	struct bytes answer = {.size = 0};
	struct packet packet;

	(void)state;
	put(&answer, head, sizeof head - 1);
	for (unsigned i = 0; i < 500; i++)
		put(&answer, "line\r\n", 6);
	packet = segment(4, (const uint8_t *)answer.data, answer.size);
	assert_int_equal(excerpt_head_bytes(&packet), 40 + sizeof head - 1);
	packet.payload += 2;
	packet.payload_captured_bytes = sizeof head - 4; /* the empty line is cut off */
	assert_int_equal(excerpt_head_bytes(&packet), 42 + sizeof head - 4);
	packet.payload_captured_bytes = 0;
	assert_int_equal(excerpt_head_bytes(&packet), 42);
	packet = segment(4, (const uint8_t *)answer.data + sizeof head - 1, 3000);
	assert_int_equal(excerpt_head_bytes(&packet), 40 + EXCERPT_HEAD_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(excerpt_of_a_hello_says_more_or_less_than_its_names),
		cmocka_unit_test(hello_that_is_not_whole_has_an_excerpt),
		cmocka_unit_test(excerpt_is_made_behind_headers_that_are_not_looked_through),
		cmocka_unit_test(certificate_is_shown_with_others_or_lost),
		cmocka_unit_test(certificate_that_is_not_whole_has_an_excerpt),
		cmocka_unit_test(body_counts_as_a_head),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
