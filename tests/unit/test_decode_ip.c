/* SPDX-License-Identifier: Apache-2.0 */
/* IP headers of both versions, lengths, and captures that are cut. */
#include "frame_bytes.h"

static void test_ethernet_padding_counts_as_payload(void **state)
{
	struct bytes bytes = {0};
	struct packet packet;

	(void)state;
	put_ethernet(&bytes, 0x0800);
	put_ipv4(&bytes, 17, 9);
	put_udp(&bytes, 53, 1);
	put8(&bytes, 'x');
	put_zeros(&bytes, 17);
	packet = decode_well(LINK_ETHERNET, &bytes);
	assert_int_equal(packet.payload_bytes, 1);
	assert_int_equal(packet.payload_captured_bytes, 1);
	assert_int_equal(packet.ip_bytes, 29);
	assert_int_equal(packet.ip_captured_bytes, 29);
	assert_int_equal(packet.wire_bytes, 60);
	assert_ptr_equal(packet.ip, bytes.data + 14);
}

static void test_addresses_or_ports_change_sides(void **state)
{
	struct bytes bytes = {0};
	struct packet packet;
	char text[ADDRESS_TEXT_SIZE];

	(void)state;
	put_inner(&bytes);
	packet = decode_well(LINK_RAW, &bytes);
	assert_string_equal(address_format(&packet.source, text), "10.0.0.1");
	assert_string_equal(address_format(&packet.destination, text), "10.0.0.2");
	assert_int_equal(packet.source_port, 50000);
	assert_int_equal(packet.destination_port, 443);
	assert_int_equal(packet.tcp_flags, 0x18);
	assert_int_equal(packet.fragment, PACKET_FRAGMENT_NONE);
	assert_int_equal(packet.layers, 0);
}

static void test_ipv4_options_are_read_as_tcp(void **state)
{
	struct bytes bytes = {0};
	struct packet packet;

	(void)state;
	put_ipv4(&bytes, 6, 8 + 20);
	put_zeros(&bytes, 8);
	bytes.data[0] = 0x47;
	put_tcp(&bytes, 2);
	packet = decode_well(LINK_RAW, &bytes);
	assert_int_equal(packet.destination_port, 443);
	assert_int_equal(packet.payload_bytes, 0);
}

static void test_length_0_of_a_segment_yet_to_be_cut_is_an_error(void **state)
{
	struct bytes ipv4 = {0}, ipv6 = {0};
	struct packet packet;

	(void)state;
	put_inner(&ipv4);
	ipv4.data[2] = ipv4.data[3] = 0;
	packet = decode_well(LINK_RAW, &ipv4);
	assert_inner(&packet);
	put_ipv6(&ipv6, 6, 0);
	put_tcp(&ipv6, 0x10);
	put(&ipv6, "hello", 5);
	packet = decode_well(LINK_RAW, &ipv6);
	assert_int_equal(packet.payload_bytes, 5);
	assert_int_equal(packet.ip_bytes, 65);
}

static void test_contradicting_header_is_decoded(void **state)
{
	static const struct {
		uint32_t offset;
		uint8_t value;
	} damages[] = {
		{0, 0x44},       /* header of 16 bytes */
		{0, 0x55},       /* version 5 */
		{0, 0x4f},       /* header of 60 bytes in a packet of 45 */
		{3, 19},         /* total length below the header's */
		{3, 30},         /* no room for TCP */
		{20 + 12, 0x40}, /* TCP header of 16 bytes */
		{20 + 12, 0xf0}, /* TCP header of 60 bytes in a segment of 25 */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(damages) / sizeof(damages[0]); i++) {
		struct bytes bytes = {0};

		put_inner(&bytes);
		bytes.data[damages[i].offset] = damages[i].value;
		assert_verdict(LINK_RAW, &bytes, PACKET_MALFORMED);
	}
}

static void test_snapped_payload_makes_the_packet_truncated(void **state)
{
	struct bytes bytes = {0};
	struct packet packet;

	(void)state;
	put_inner(&bytes);
	assert_int_equal(decode_snapped(LINK_RAW, &bytes, 42, &packet), PACKET_DECODED);
	assert_int_equal(packet.payload_captured_bytes, 2);
	assert_int_equal(packet.payload_bytes, 5);
	assert_int_equal(packet.ip_bytes, 45);
	assert_int_equal(packet.ip_captured_bytes, 42);
	assert_int_equal(packet.wire_bytes, 45);
}

static void test_capture_without_needed_headers_is_called_malformed(void **state)
{
	struct bytes bytes = {0};
	struct packet packet;

	(void)state;
	put_ethernet(&bytes, 0x0800);
	put_inner(&bytes);
	for (uint32_t captured = 0; captured < 14 + 20 + 14; captured++)
		assert_int_equal(
			decode_snapped(LINK_ETHERNET, &bytes, captured, &packet), PACKET_TRUNCATED);
}

static void test_failure_writes_to_the_packet(void **state)
{
	struct bytes bytes = {0};
	struct packet packet, before;

	(void)state;
	memset(&packet, 0xa5, sizeof(packet));
	memcpy(&before, &packet, sizeof(before));
	put_ipv4(&bytes, 6, 4);
	put_zeros(&bytes, 4);
	assert_int_equal(decode(LINK_RAW, &bytes, &packet), PACKET_MALFORMED);
	assert_memory_equal(&packet, &before, sizeof(packet));
}

static void test_longest_ipv4_header_is_read_as_tcp(void **state)
{
	struct bytes bytes = {0}, empty = {0};

	(void)state;
	put_ipv4(&bytes, 6, 40 + 20);
	bytes.data[0] = 0x4f;
	put_zeros(&bytes, 40);
	put_tcp(&bytes, 2);
	assert_int_equal(decode_well(LINK_RAW, &bytes).destination_port, 443);
	put_ipv4(&empty, 255, 0);
	assert_int_equal(decode_well(LINK_RAW, &empty).payload_bytes, 0);
}

static void test_wire_length_below_the_captured_one_is_believed(void **state)
{
	struct bytes bytes = {0};
	struct frame frame = {.data = bytes.data, .link_type = LINK_RAW, .wire_bytes = 1};
	struct decode_policy policy = {0};
	struct decoder *decoder;
	struct packet packet;

	(void)state;
	put_inner(&bytes);
	frame.captured_bytes = bytes.size;
	assert_int_equal(decoder_new(&policy, 1, &decoder), 0);
	assert_int_equal(decoder_decode(decoder, &frame, &packet), PACKET_DECODED);
	decoder_free(decoder);
	assert_int_equal(packet.wire_bytes, INNER_BYTES);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ethernet_padding_counts_as_payload),
		cmocka_unit_test(test_addresses_or_ports_change_sides),
		cmocka_unit_test(test_ipv4_options_are_read_as_tcp),
		cmocka_unit_test(test_length_0_of_a_segment_yet_to_be_cut_is_an_error),
		cmocka_unit_test(test_contradicting_header_is_decoded),
		cmocka_unit_test(test_snapped_payload_makes_the_packet_truncated),
		cmocka_unit_test(test_capture_without_needed_headers_is_called_malformed),
		cmocka_unit_test(test_failure_writes_to_the_packet),
		cmocka_unit_test(test_longest_ipv4_header_is_read_as_tcp),
		cmocka_unit_test(test_wire_length_below_the_captured_one_is_believed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
