/* SPDX-License-Identifier: Apache-2.0 */
/* IPv6 and its extension headers. */
#include "frame_bytes.h"

static void test_ipv6_extension_header_hides_the_transport(void **state)
{
	struct bytes bytes = {0};
	struct packet packet;

	(void)state;
	put_ipv6(&bytes, 0, 8 + 16 + 8 + 12 + 20);
	put(&bytes, "\x2b\0\1\4\0\0\0\0", 8);                  /* hop by hop, then routing */
	put(&bytes, "\x3c\1\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 16); /* routing, then destination */
	put(&bytes, "\x33\0\1\4\0\0\0\0", 8);                  /* destination, then AH */
	put(&bytes, "\6\1\0\0\0\0\0\1\0\0\0\1", 12);           /* AH of 12 bytes, then TCP */
	put_tcp(&bytes, 2);
	packet = decode_well(LINK_RAW, &bytes);
	assert_int_equal(packet.transport, 6);
	assert_int_equal(packet.destination_port, 443);
	assert_int_equal(packet.payload_bytes, 0);
	assert_int_equal(packet.ip_bytes, 40 + 64);
}

static void test_chain_of_extension_headers_has_no_end(void **state)
{
	struct bytes bytes = {0}, outside = {0};

	(void)state;
	put_ipv6(&bytes, 60, 8 * 20);
	for (int i = 0; i < 20; i++)
		put(&bytes, "\x3c\0\1\4\0\0\0\0", 8);
	assert_verdict(LINK_RAW, &bytes, PACKET_TOO_DEEP);
	put_ipv6(&outside, 0, 8);
	put(&outside, "\x06\xff\1\4\0\0\0\0", 8);
	assert_verdict(LINK_RAW, &outside, PACKET_MALFORMED);
}

static void test_ipv6_without_next_header_is_an_error(void **state)
{
	struct bytes bytes = {0}, mobility = {0};

	(void)state;
	put_ipv6(&bytes, 59, 0);
	assert_int_equal(decode_well(LINK_RAW, &bytes).transport, 59);
	put_ipv6(&mobility, 135, 8);
	put(&mobility, "\x3b\0\5\0\0\0\0\0", 8);
	assert_int_equal(decode_well(LINK_RAW, &mobility).transport, 135);
}

static void test_jumbogram_is_an_error(void **state)
{
	struct bytes bytes = {0};

	(void)state;
	put_ipv6(&bytes, 0, 0);
	put(&bytes, "\6\0\xc2\4\0\1\0\0", 8);
	put_tcp(&bytes, 0x10);
	put_zeros(&bytes, 1000);
	assert_int_equal(decode_well(LINK_RAW, &bytes).payload_bytes, 1000);
}

static void test_ipv6_addresses_are_read_beside_their_place(void **state)
{
	struct bytes bytes = {0};
	struct packet packet;
	char text[ADDRESS_TEXT_SIZE];

	(void)state;
	put_ipv6(&bytes, 59, 0);
	packet = decode_well(LINK_RAW, &bytes);
	assert_string_equal(address_format(&packet.source, text), "fd00::1");
	assert_string_equal(address_format(&packet.destination, text), "fd00::2");
}

static void test_header_that_is_followed_hides_the_transport(void **state)
{
	static const uint8_t protocols[] = {135, 139, 140};

	(void)state;
	for (size_t i = 0; i < sizeof(protocols); i++) {
		struct bytes bytes = {0};

		put_ipv6(&bytes, protocols[i], 16 + 20);
		put(&bytes, "\6\1\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 16);
		put_tcp(&bytes, 2);
		assert_int_equal(decode_well(LINK_RAW, &bytes).transport, 6);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ipv6_extension_header_hides_the_transport),
		cmocka_unit_test(test_chain_of_extension_headers_has_no_end),
		cmocka_unit_test(test_ipv6_without_next_header_is_an_error),
		cmocka_unit_test(test_jumbogram_is_an_error),
		cmocka_unit_test(test_ipv6_addresses_are_read_beside_their_place),
		cmocka_unit_test(test_header_that_is_followed_hides_the_transport),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
