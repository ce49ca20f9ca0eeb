/* SPDX-License-Identifier: Apache-2.0 */
/* What IP carries: TCP, UDP, ICMP and others. */
#include "frame_bytes.h"

static void test_udp_length_0_hides_the_payload(void **state)
{
	struct bytes bytes = {0};

	(void)state;
	put_ipv4(&bytes, 17, 8 + 5);
	put_udp(&bytes, 53, 5);
	put(&bytes, "hello", 5);
	bytes.data[24] = bytes.data[25] = 0;
	assert_int_equal(decode_well(LINK_RAW, &bytes).payload_bytes, 5);
}

static void test_udp_length_contradicts_ip(void **state)
{
	static const uint8_t lengths[] = {7, 14};

	(void)state;
	for (size_t i = 0; i < sizeof(lengths); i++) {
		struct bytes bytes = {0};

		put_ipv4(&bytes, 17, 8 + 5);
		put_udp(&bytes, 53, 5);
		put(&bytes, "hello", 5);
		bytes.data[25] = lengths[i];
		assert_verdict(LINK_RAW, &bytes, PACKET_MALFORMED);
	}
}

static void test_snapped_tcp_options_make_the_packet_truncated(void **state)
{
	struct bytes bytes = {0};
	struct packet packet;

	(void)state;
	put_ipv4(&bytes, 6, 24 + 5);
	put_tcp(&bytes, 2);
	bytes.data[20 + 12] = 0x60;
	put_zeros(&bytes, 4);
	put(&bytes, "hello", 5);
	assert_int_equal(decode_snapped(LINK_RAW, &bytes, 41, &packet), PACKET_DECODED);
	assert_int_equal(packet.tcp_flags, 2);
	assert_int_equal(packet.payload_captured_bytes, 0);
	assert_int_equal(packet.payload_bytes, 5);
}

static void test_icmp_has_no_type_and_code(void **state)
{
	struct bytes v4 = {0}, v6 = {0};
	struct packet packet;

	(void)state;
	put_ipv4(&v4, 1, 8);
	put(&v4, "\3\1\0\0\0\0\0\0", 8);
	packet = decode_well(LINK_RAW, &v4);
	assert_int_equal(packet.source_port, 3);
	assert_int_equal(packet.destination_port, 1);
	assert_int_equal(packet.payload_bytes, 8);
	put_ipv6(&v6, 58, 8);
	put(&v6, "\x80\0\0\0\0\0\0\0", 8);
	assert_int_equal(decode_well(LINK_RAW, &v6).source_port, 128);
}

static void test_transport_with_ports_loses_them(void **state)
{
	static const uint8_t transports[] = {33, 132, 136};

	(void)state;
	for (size_t i = 0; i < sizeof(transports); i++) {
		struct bytes bytes = {0};
		struct packet packet;

		put_ipv4(&bytes, transports[i], 16);
		put_udp(&bytes, 5060, 8);
		put_zeros(&bytes, 8);
		packet = decode_well(LINK_RAW, &bytes);
		assert_int_equal(packet.source_port, 40000);
		assert_int_equal(packet.destination_port, 5060);
		assert_int_equal(packet.payload_bytes, transports[i] == 136 ? 8 : 16);
	}
}

static void test_udp_lite_coverage_is_taken_for_a_length(void **state)
{
	struct bytes bytes = {0};

	(void)state;
	put_ipv4(&bytes, 136, 16);
	put16(&bytes, 1);
	put16(&bytes, 2);
	put16(&bytes, 8); /* the checksum covers the header only */
	put16(&bytes, 0);
	put_zeros(&bytes, 8);
	assert_int_equal(decode_well(LINK_RAW, &bytes).payload_bytes, 8);
}

static void test_transport_without_ports_gets_some(void **state)
{
	static const uint8_t transports[] = {2, 50, 89, 115, 255};

	(void)state;
	for (size_t i = 0; i < sizeof(transports); i++) {
		struct bytes bytes = {0};
		struct packet packet;

		put_ipv4(&bytes, transports[i], 5);
		put(&bytes, "hello", 5);
		packet = decode_well(LINK_RAW, &bytes);
		assert_int_equal(packet.transport, transports[i]);
		assert_int_equal(packet.source_port, 0);
		assert_int_equal(packet.destination_port, 0);
		assert_memory_equal(packet.payload, "hello", 5);
	}
}

static void test_least_that_is_needed_does_not_suffice(void **state)
{
	struct bytes tcp = {0}, udp = {0}, icmp = {0};
	struct packet packet;

	(void)state;
	put_inner(&tcp);
	assert_int_equal(decode_snapped(LINK_RAW, &tcp, 34, &packet), PACKET_DECODED);
	assert_int_equal(packet.tcp_flags, 0x18);
	put_ipv4(&udp, 17, 8);
	put_udp(&udp, 53, 0);
	assert_int_equal(decode_well(LINK_RAW, &udp).payload_bytes, 0);
	put_ipv4(&icmp, 1, 2);
	put(&icmp, "\3\1", 2);
	assert_int_equal(decode_well(LINK_RAW, &icmp).destination_port, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_udp_length_0_hides_the_payload),
		cmocka_unit_test(test_udp_length_contradicts_ip),
		cmocka_unit_test(test_snapped_tcp_options_make_the_packet_truncated),
		cmocka_unit_test(test_icmp_has_no_type_and_code),
		cmocka_unit_test(test_transport_with_ports_loses_them),
		cmocka_unit_test(test_udp_lite_coverage_is_taken_for_a_length),
		cmocka_unit_test(test_transport_without_ports_gets_some),
		cmocka_unit_test(test_least_that_is_needed_does_not_suffice),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
