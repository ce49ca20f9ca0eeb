/* SPDX-License-Identifier: Apache-2.0 */
/* Fragments: the first one has the ports, the later ones follow it, the last one to come shows the
 * whole. */
#include "frame_bytes.h"

#define MORE 0x2000

static struct decoder *decoder;

static int set_up(void **state)
{
	struct decode_policy policy = {0};

	(void)state;
	return decoder_new(&policy, 7, &decoder);
}

static int tear_down(void **state)
{
	(void)state;
	decoder_free(decoder);
	return 0;
}

static enum packet_verdict decode_at(
	int64_t time_us, const struct bytes *bytes, struct packet *ret_packet)
{
	struct frame frame = {
		.data = bytes->data,
		.captured_bytes = bytes->size,
		.wire_bytes = bytes->size,
		.link_type = LINK_RAW,
		.time_us = time_us,
	};

	return decoder_decode(decoder, &frame, ret_packet);
}

/* A UDP datagram of 24 + 16 bytes and more: its first two parts of three. */
static struct bytes first_part(unsigned id)
{
	struct bytes bytes = {0};

	put_ipv4_part(&bytes, 17, 24, id, MORE);
	put_udp(&bytes, 53, 32);
	put_zeros(&bytes, 16);
	return bytes;
}

static struct bytes later_part(unsigned id)
{
	struct bytes bytes = {0};

	put_ipv4_part(&bytes, 17, 16, id, MORE | 3);
	put_zeros(&bytes, 16);
	return bytes;
}

static struct bytes last_part(unsigned id)
{
	struct bytes bytes = {0};

	put_ipv4_part(&bytes, 17, 5, id, 5);
	put(&bytes, "hello", 5);
	return bytes;
}

static enum packet_verdict decode_parts(
	struct bytes first, struct bytes later, int64_t apart_us, struct packet *ret_packet)
{
	struct packet packet;

	assert_int_equal(decode_at(0, &first, &packet), PACKET_DECODED);
	return decode_at(apart_us, &later, ret_packet);
}

static void test_later_fragment_has_no_ports(void **state)
{
	struct packet packet;

	(void)state;
	assert_int_equal(decode_parts(first_part(9), later_part(9), 5, &packet), PACKET_DECODED);
	assert_int_equal(packet.fragment, PACKET_FRAGMENT_LATER);
	assert_int_equal(packet.source_port, 40000);
	assert_int_equal(packet.destination_port, 53);
	assert_int_equal(packet.transport, 17);
	assert_int_equal(packet.ip_bytes, 36);
	assert_int_equal(packet.payload_bytes, 16);
}

static void test_first_fragment_claims_the_whole_datagram(void **state)
{
	struct bytes bytes = first_part(1);
	struct packet packet;

	(void)state;
	assert_int_equal(decode_at(0, &bytes, &packet), PACKET_DECODED);
	assert_int_equal(packet.fragment, PACKET_FRAGMENT_FIRST);
	assert_int_equal(packet.payload_bytes, 16);
	assert_int_equal(packet.ip_bytes, 44);
}

static void test_fragment_of_another_datagram_gets_the_ports(void **state)
{
	struct bytes other_host = later_part(9), other_transport = later_part(9);
	struct packet packet;

	(void)state;
	other_host.data[15] = 99;
	other_transport.data[9] = 6;
	assert_int_equal(decode_parts(first_part(9), later_part(8), 0, &packet), PACKET_FRAGMENT);
	assert_int_equal(decode_parts(first_part(9), other_host, 0, &packet), PACKET_FRAGMENT);
	assert_int_equal(decode_parts(first_part(9), other_transport, 0, &packet), PACKET_FRAGMENT);
}

static void test_identification_used_again_finds_the_old_ports(void **state)
{
	struct bytes again = first_part(9);
	struct packet packet;

	(void)state;
	assert_int_equal(
		decode_parts(first_part(9), later_part(9), 60000000, &packet), PACKET_DECODED);
	assert_int_equal(
		decode_parts(first_part(9), later_part(9), 60000001, &packet), PACKET_FRAGMENT);
	assert_int_equal(
		decode_parts(first_part(9), later_part(9), INT64_MIN, &packet), PACKET_FRAGMENT);
	again.data[23] = 54;
	assert_int_equal(decode_parts(again, later_part(9), 0, &packet), PACKET_DECODED);
	assert_int_equal(packet.destination_port, 54);
}

static void test_memory_of_first_fragments_grows_or_loses_some(void **state)
{
	const unsigned ids = 3 * DECODE_FRAGMENTS_MAX + 5;
	struct packet packet;

	(void)state;
	for (unsigned id = 0; id < ids; id++) {
		struct bytes bytes = first_part(id);

		assert_int_equal(decode_at(0, &bytes, &packet), PACKET_DECODED);
	}
	for (unsigned id = 0; id < ids; id++) {
		struct bytes bytes = later_part(id);

		assert_int_equal(decode_at(0, &bytes, &packet),
			id < ids - DECODE_FRAGMENTS_MAX ? PACKET_FRAGMENT : PACKET_DECODED);
	}
}

static void put_ipv6_part(struct bytes *bytes, unsigned payload_bytes, unsigned place)
{
	put_ipv6(bytes, 44, 8 + payload_bytes);
	put16(bytes, 0x1100);
	put16(bytes, place);
	put32(bytes, 0x12345678);
}

static void test_ipv6_fragment_has_no_ports(void **state)
{
	struct bytes first = {0}, later = {0};
	struct packet packet;

	(void)state;
	put_ipv6_part(&first, 24, 1);
	put_udp(&first, 53, 32);
	put_zeros(&first, 16);
	put_ipv6_part(&later, 16, 24 | 1);
	put_zeros(&later, 16);
	assert_int_equal(decode_parts(first, later, 0, &packet), PACKET_DECODED);
	assert_int_equal(packet.destination_port, 53);
	assert_int_equal(packet.transport, 17);
	assert_int_equal(packet.payload_bytes, 16);
}

static void test_atomic_fragment_is_taken_for_a_part(void **state)
{
	struct bytes bytes = {0};
	struct packet packet;

	(void)state;
	put_ipv6_part(&bytes, 13, 0);
	put_udp(&bytes, 53, 5);
	put(&bytes, "hello", 5);
	assert_int_equal(decode_at(0, &bytes, &packet), PACKET_DECODED);
	assert_int_equal(packet.fragment, PACKET_FRAGMENT_NONE);
	assert_int_equal(packet.payload_bytes, 5);
}

static void test_whole_datagram_is_shown_in_pieces_or_counted_as_more(void **state)
{
	struct bytes parts[] = {first_part(9), later_part(9), last_part(9)};
	struct packet packet;
	struct datagram_stats stats;

	(void)state;
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(decode_at(i, &parts[i], &packet), PACKET_DECODED);
	assert_int_equal(packet.fragment, PACKET_FRAGMENT_WHOLE);
	assert_int_equal(packet.destination_port, 53);
	assert_int_equal(packet.wire_bytes, 25);
	assert_int_equal(packet.ip_bytes, 20 + 24 + 16 + 5);
	assert_int_equal(packet.ip_captured_bytes, packet.ip_bytes);
	assert_int_equal(packet.payload_bytes, 32); /* as UDP states it */
	assert_int_equal(packet.ip[9], 17);
	assert_int_equal(packet.ip[3], 65);
	decoder_stats(decoder, &stats);
	assert_int_equal(stats.whole, 1);
}

static void test_datagram_whose_last_part_comes_first_is_lost(void **state)
{
	struct bytes parts[] = {last_part(9), later_part(9), first_part(9)};
	struct packet packet;

	(void)state;
	assert_int_equal(decode_at(0, &parts[0], &packet), PACKET_FRAGMENT);
	assert_int_equal(decode_at(0, &parts[1], &packet), PACKET_FRAGMENT);
	assert_int_equal(decode_at(0, &parts[2], &packet), PACKET_DECODED);
	assert_int_equal(packet.fragment, PACKET_FRAGMENT_WHOLE);
	assert_int_equal(packet.payload_bytes, 32);
}

/* The first part looks like UDP, the whole contradicts itself: each part counts as it would alone.
 */
static void test_datagram_that_is_malformed_as_a_whole_takes_its_part_along(void **state)
{
	struct bytes first = first_part(9), last = last_part(9);
	struct packet packet;

	(void)state;
	first.data[25] = 60; /* UDP's length, beyond the whole datagram's */
	last.data[7] = 3;    /* in two parts */
	assert_int_equal(decode_at(0, &first, &packet), PACKET_DECODED);
	assert_int_equal(decode_at(0, &last, &packet), PACKET_DECODED);
	assert_int_equal(packet.fragment, PACKET_FRAGMENT_LATER);
	assert_int_equal(packet.destination_port, 53);
	assert_ptr_equal(packet.ip, last.data);
	assert_int_equal(packet.payload_bytes, 5);
}

static void test_part_that_was_cut_is_taken_for_a_whole_one(void **state)
{
	struct bytes first = first_part(9), last = last_part(9);
	struct packet packet;

	(void)state;
	last.data[7] = 3;
	last.size -= 1;
	assert_int_equal(decode_at(0, &first, &packet), PACKET_DECODED);
	assert_int_equal(decode_at(0, &last, &packet), PACKET_DECODED);
	assert_int_equal(packet.fragment, PACKET_FRAGMENT_LATER);
}

/* VXLAN over IPv6 in two parts; the inner packet is IPv4. */
static void test_fragmented_encapsulation_is_counted_to_its_outside(void **state)
{
	struct bytes first = {0}, later = {0};
	struct packet packet;
	char text[ADDRESS_TEXT_SIZE];

	(void)state;
	put_ipv6_part(&first, 8 + 8 + 14 + 40 + 2, 1);
	put_udp(&first, 4789, 8 + 14 + INNER_BYTES);
	put(&first, "\x08\0\0\0\0\0\1\0", 8);
	put_ethernet(&first, 0x0800);
	put_inner(&first);
	first.size -= 3;
	put_ipv6_part(&later, 3, 72);
	put(&later, "llo", 3);
	assert_int_equal(decode_at(0, &first, &packet), PACKET_DECODED);
	assert_int_equal(packet.fragment, PACKET_FRAGMENT_FIRST);
	assert_int_equal(decode_at(0, &later, &packet), PACKET_DECODED);
	assert_int_equal(packet.fragment, PACKET_FRAGMENT_WHOLE);
	assert_int_equal(packet.transport, 6);
	assert_int_equal(packet.ip_version, 4);
	assert_int_equal(packet.destination_port, 443);
	assert_string_equal(address_format(&packet.source, text), "10.0.0.1");
	assert_string_equal(address_format(&packet.destination, text), "10.0.0.2");
	assert_int_equal(packet.layers, PACKET_LAYER_VXLAN);
	assert_int_equal(packet.ip_captured_bytes, INNER_BYTES);
	assert_memory_equal(packet.payload, "hello", 5);
}

static void test_fragmented_tunnel_is_called_malformed(void **state)
{
	struct bytes first = {0};
	struct packet packet;

	(void)state;
	put_ipv4_part(&first, 4, 40, 5, MORE);
	put_inner(&first);
	first.size -= 5;
	assert_int_equal(decode_at(0, &first, &packet), PACKET_DECODED);
	assert_int_equal(packet.layers, PACKET_LAYER_IP_IN_IP);
	assert_int_equal(packet.destination_port, 443);
}

static void test_tcp_header_spread_over_fragments_hides_the_flow(void **state)
{
	struct bytes first = {0};
	struct packet packet;

	(void)state;
	put_ipv4_part(&first, 6, 24, 1, MORE);
	put_tcp(&first, 2);
	first.data[20 + 12] = 0xa0;
	put_zeros(&first, 4);
	assert_int_equal(decode_at(0, &first, &packet), PACKET_DECODED);
	assert_int_equal(packet.destination_port, 443);
	assert_int_equal(packet.payload_bytes, 0);
}

static void test_many_fragment_headers_overrun_the_notes(void **state)
{
	struct bytes bytes = {0};
	struct packet packet;

	(void)state;
	put_ipv6(&bytes, 44, 16 * 8);
	for (int i = 0; i < 16; i++)
		put(&bytes, "\x2c\0\0\1\0\0\0\1", 8);
	assert_int_equal(decode_at(0, &bytes, &packet), PACKET_TOO_DEEP);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(test_later_fragment_has_no_ports),
		TEST(test_first_fragment_claims_the_whole_datagram),
		TEST(test_fragment_of_another_datagram_gets_the_ports),
		TEST(test_identification_used_again_finds_the_old_ports),
		TEST(test_memory_of_first_fragments_grows_or_loses_some),
		TEST(test_ipv6_fragment_has_no_ports),
		TEST(test_atomic_fragment_is_taken_for_a_part),
		TEST(test_whole_datagram_is_shown_in_pieces_or_counted_as_more),
		TEST(test_datagram_whose_last_part_comes_first_is_lost),
		TEST(test_datagram_that_is_malformed_as_a_whole_takes_its_part_along),
		TEST(test_part_that_was_cut_is_taken_for_a_whole_one),
		TEST(test_fragmented_encapsulation_is_counted_to_its_outside),
		TEST(test_fragmented_tunnel_is_called_malformed),
		TEST(test_tcp_header_spread_over_fragments_hides_the_flow),
		TEST(test_many_fragment_headers_overrun_the_notes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
