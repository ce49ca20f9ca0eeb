/* SPDX-License-Identifier: Apache-2.0 */
/* Link layers: the way from a frame's first byte to its IP header. */
#include "frame_bytes.h"

static struct bytes inner_after(const char *header, size_t size)
{
	struct bytes bytes = {0};

	put(&bytes, header, size);
	put_inner(&bytes);
	return bytes;
}

#define INNER_AFTER(header) inner_after(header, sizeof(header) - 1)

static void assert_links(int link_type, struct bytes bytes, uint32_t layers)
{
	assert_opens(link_type, &bytes, layers);
}

static void test_raw_ip_needs_a_link_header(void **state)
{
	static const int links[] = {12, 14, 101, 228};

	(void)state;
	for (size_t i = 0; i < sizeof(links) / sizeof(links[0]); i++)
		assert_links(links[i], INNER_AFTER(""), 0);
}

static void test_loopback_family_in_one_byte_order_only(void **state)
{
	struct bytes bytes = {0};
	struct packet packet;

	(void)state;
	assert_links(0, INNER_AFTER("\2\0\0\0"), 0);
	assert_links(0, INNER_AFTER("\0\0\0\2"), 0);
	assert_links(108, INNER_AFTER("\0\0\0\2"), 0);
	assert_links(109, INNER_AFTER("\2\0\0\0\0\0\0\0\0\0\0\0"), 0);
	put32(&bytes, 30);
	put_ipv6(&bytes, 59, 0);
	assert_int_equal(decode(0, &bytes, &packet), PACKET_DECODED);
	assert_int_equal(packet.ip_version, 6);
	bytes.data[3] = 7;
	assert_verdict(0, &bytes, PACKET_NOT_IP);
}

static void test_802_2_is_read_as_ip(void **state)
{
	static const char snap[] = "\2\0\0\0\0\2\2\0\0\0\0\1\0\065\xaa\xaa\3\0\0\0\x08\0";
	static const char spanning_tree[] = "\2\0\0\0\0\2\2\0\0\0\0\1\0\7\x42\x42\3\0\0\0\0";
	struct bytes bytes = {0};

	(void)state;
	assert_links(LINK_ETHERNET, INNER_AFTER(snap), 0);
	assert_links(11, INNER_AFTER("\xaa\xaa\3\0\0\0\x08\0"), 0);
	assert_links(11, INNER_AFTER("\xaa\xaa\3\0\0\xf8\x08\0"), 0);
	assert_links(11, INNER_AFTER("\6\6\3"), 0);
	put(&bytes, spanning_tree, sizeof(spanning_tree) - 1);
	assert_verdict(LINK_ETHERNET, &bytes, PACKET_NOT_IP);
}

static void test_arp_counts_as_damage(void **state)
{
	struct bytes bytes = {0};

	(void)state;
	put_ethernet(&bytes, 0x0806);
	put_zeros(&bytes, 46);
	assert_verdict(LINK_ETHERNET, &bytes, PACKET_NOT_IP);
}

static void test_cooked_capture_loses_its_protocol(void **state)
{
	struct bytes netlink = INNER_AFTER("\0\0\3\x38\0\0\0\0\0\0\0\0\0\0\x08\0");
	struct bytes netlink2 = INNER_AFTER("\x08\0\0\0\0\0\0\1\3\x38\0\0\0\0\0\0\0\0\0\0");

	(void)state;
	assert_links(113, INNER_AFTER("\0\0\0\1\0\6\0\0\0\0\0\0\0\0\x08\0"), 0);
	assert_links(113, INNER_AFTER("\0\0\0\1\0\6\0\0\0\0\0\0\0\0\0\4\xaa\xaa\3\0\0\0\x08\0"), 0);
	assert_links(276, INNER_AFTER("\x08\0\0\0\0\0\0\1\0\1\0\6\0\0\0\0\0\0\0\0"), 0);
	assert_verdict(113, &netlink, PACKET_NOT_IP);
	assert_verdict(276, &netlink2, PACKET_NOT_IP);
}

static void test_ppp_with_compressed_fields_is_lost(void **state)
{
	(void)state;
	assert_links(9, INNER_AFTER("\xff\3\0\x21"), PACKET_LAYER_PPP);
	assert_links(9, INNER_AFTER("\0\x21"), PACKET_LAYER_PPP);
	assert_links(50, INNER_AFTER("\x21"), PACKET_LAYER_PPP);
	assert_links(50, INNER_AFTER("\x0f\0\x08\0"), 0); /* Cisco HDLC, as routers capture it */
	assert_links(50, INNER_AFTER("\x8f\0\x08\0"), 0);
	assert_links(166, INNER_AFTER("\1\xff\3\0\x21"), PACKET_LAYER_PPP);
	assert_links(204, INNER_AFTER("\0\xff\3\0\x21"), PACKET_LAYER_PPP);
	assert_links(
		51, INNER_AFTER("\x11\0\0\1\0\x2f\0\x21"), PACKET_LAYER_PPPOE | PACKET_LAYER_PPP);
}

static void test_ppp_control_protocol_is_read_as_ip(void **state)
{
	struct bytes bytes = INNER_AFTER("\xff\3\xc0\x21");

	(void)state;
	assert_verdict(9, &bytes, PACKET_NOT_IP);
}

static void test_serial_encapsulations_are_mixed_up(void **state)
{
	struct bytes lmi = INNER_AFTER("\0\1\3\x08");

	(void)state;
	assert_links(104, INNER_AFTER("\x0f\0\x08\0"), 0);
	assert_links(205, INNER_AFTER("\0\x0f\0\x08\0"), 0);
	assert_links(107, INNER_AFTER("\x18\x41\3\xcc"), 0);
	assert_links(107, INNER_AFTER("\x18\x41\3\0\x80\0\0\0\x08\0"), 0);
	assert_links(107, INNER_AFTER("\x18\x41\x08\0"), 0);       /* Cisco's */
	assert_links(107, INNER_AFTER("\x18\x40\x42\1\3\xcc"), 0); /* address of 4 bytes */
	assert_links(206, INNER_AFTER("\0\x18\x41\3\xcc"), 0);
	assert_verdict(107, &lmi, PACKET_NOT_IP);
}

static void test_frame_relay_address_without_end_is_accepted(void **state)
{
	struct bytes bytes = INNER_AFTER("\x18\x40\x42\x40\3\xcc");

	(void)state;
	assert_verdict(107, &bytes, PACKET_MALFORMED);
}

static void test_older_shared_media_are_unknown(void **state)
{
	struct bytes token = INNER_AFTER("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\xaa\xaa\3\0\0\0\x08\0");

	(void)state;
	assert_links(10, INNER_AFTER("\x54\0\0\0\0\0\0\0\0\0\0\0\0\xaa\xaa\3\0\0\0\x08\0"), 0);
	assert_links(6, INNER_AFTER("\0\x40\0\0\0\0\0\0\0\0\0\0\0\0\xaa\xaa\3\0\0\0\x08\0"), 0);
	assert_links(6,
		INNER_AFTER("\0\x40\0\0\0\0\0\0\x80\0\0\0\0\0\4\0\0\0\xaa\xaa\3\0\0\0\x08\0"), 0);
	assert_links(138, INNER_AFTER("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x08\0"), 0);
	assert_verdict(6, &token, PACKET_NOT_IP);
}

static void test_nflog_values_before_the_payload_are_not_passed(void **state)
{
	struct bytes bytes = INNER_AFTER("\2\0\0\0\5\0\1\0\7\0\0\0\x31\0\x09\0");
	struct bytes bad = INNER_AFTER("\2\0\0\0\3\0\1\0\7\0\0\0\x31\0\x09\0");

	(void)state;
	assert_links(239, bytes, 0);
	assert_verdict(239, &bad, PACKET_MALFORMED);
	bytes.data[2 + bytes.size - INNER_BYTES] =
		0; /* no total length: the value's own bounds it */
	bytes.data[3 + bytes.size - INNER_BYTES] = 0;
	bytes.size += 7;
	assert_links(239, bytes, 0);
}

static void test_mpls_as_a_link_type(void **state)
{
	(void)state;
	assert_links(219, INNER_AFTER("\0\0\x11\x40"), PACKET_LAYER_MPLS);
}

#define WIFI_ADDRESSES "\0\0\2\0\0\0\0\1\2\0\0\0\0\2\2\0\0\0\0\3\0\0"
#define SNAP_IPV4 "\xaa\xaa\3\0\0\0\x08\0"

static void test_wifi_header_has_another_length(void **state)
{
	(void)state;
	assert_links(105, INNER_AFTER("\x08\1" WIFI_ADDRESSES SNAP_IPV4), PACKET_LAYER_WIFI);
	assert_links(105, INNER_AFTER("\x88\1" WIFI_ADDRESSES "\0\0" SNAP_IPV4), PACKET_LAYER_WIFI);
	assert_links(105, INNER_AFTER("\x08\3" WIFI_ADDRESSES "\2\0\0\0\0\4" SNAP_IPV4),
		PACKET_LAYER_WIFI);
	assert_links(105, INNER_AFTER("\x88\x81" WIFI_ADDRESSES "\0\0\0\0\0\0" SNAP_IPV4),
		PACKET_LAYER_WIFI);
	assert_links(105,
		INNER_AFTER(
			"\x88\1" WIFI_ADDRESSES "\x80\0\2\0\0\0\0\2\2\0\0\0\0\1\0\x35" SNAP_IPV4),
		PACKET_LAYER_WIFI);
}

static void test_wifi_without_readable_data_is_read(void **state)
{
	struct bytes beacon = INNER_AFTER("\x80\0" WIFI_ADDRESSES SNAP_IPV4);
	struct bytes null = INNER_AFTER("\x48\1" WIFI_ADDRESSES SNAP_IPV4);
	struct bytes protected = INNER_AFTER("\x08\x41" WIFI_ADDRESSES SNAP_IPV4);

	(void)state;
	assert_verdict(105, &beacon, PACKET_NOT_IP);
	assert_verdict(105, &null, PACKET_NOT_IP);
	assert_verdict(105, &protected, PACKET_NOT_IP);
}

static void test_later_wifi_fragment_is_read_as_a_header(void **state)
{
	struct bytes bytes =
		INNER_AFTER("\x08\1\0\0\2\0\0\0\0\1\2\0\0\0\0\2\2\0\0\0\0\3\1\0" SNAP_IPV4);

	(void)state;
	assert_verdict(105, &bytes, PACKET_FRAGMENT);
}

static void test_radio_headers_are_not_passed(void **state)
{
#define DATA "\x08\1" WIFI_ADDRESSES SNAP_IPV4
#define QOS "\x88\1" WIFI_ADDRESSES "\0\0"
	(void)state;
	assert_links(127, INNER_AFTER("\0\0\x08\0\0\0\0\0" DATA), PACKET_LAYER_WIFI);
	assert_links(113, INNER_AFTER("\0\0\3\x23\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x08\0\0\0\0\0" DATA),
		PACKET_LAYER_WIFI);
	assert_links(
		113, INNER_AFTER("\0\0\3\x21\0\0\0\0\0\0\0\0\0\0\0\0" DATA), PACKET_LAYER_WIFI);
	/* flags alone that announce padding, then unannounced bytes that look like it */
	assert_links(
		127, INNER_AFTER("\0\0\x09\0\2\0\0\0\x20" QOS "\0\0" SNAP_IPV4), PACKET_LAYER_WIFI);
	assert_links(127, INNER_AFTER("\0\0\x09\0\4\0\0\0\x20" QOS SNAP_IPV4), PACKET_LAYER_WIFI);
	/* two presence words, a timer aligned to 8, flags that announce padding */
	assert_links(127,
		INNER_AFTER("\0\0\x1c\0\3\0\0\x80\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x20\0\0\0" QOS
			    "\0\0" SNAP_IPV4),
		PACKET_LAYER_WIFI);
	assert_links(163, INNER_AFTER("\x80\x21\x10\1\0\0\0\x0c\0\0\0\0" DATA), PACKET_LAYER_WIFI);
	assert_links(119, INNER_AFTER("\x80\x21\x10\1\0\0\0\x0c\0\0\0\0" DATA), PACKET_LAYER_WIFI);
	assert_links(119, INNER_AFTER("\x44\0\0\0\x0c\0\0\0\0\0\0\0" DATA), PACKET_LAYER_WIFI);
	assert_links(119, INNER_AFTER("\0\0\0\x44\0\0\0\x0c\0\0\0\0" DATA), PACKET_LAYER_WIFI);
	assert_links(192, INNER_AFTER("\0\0\x08\0\x69\0\0\0" DATA), PACKET_LAYER_WIFI);
}

static void test_radiotap_length_leads_outside(void **state)
{
	struct bytes outside = INNER_AFTER("\0\0\xff\xff\0\0\0\0" DATA);
	struct bytes inside_itself = INNER_AFTER("\0\0\7\0\0\0\0\0" DATA);

	(void)state;
	assert_verdict(127, &outside, PACKET_MALFORMED);
	assert_verdict(127, &inside_itself, PACKET_MALFORMED);
}

static void test_unknown_link_type_is_guessed(void **state)
{
	static const int links[] = {-1, 7, 147, 290, 1 << 30};
	struct bytes bytes = INNER_AFTER("");

	(void)state;
	for (size_t i = 0; i < sizeof(links) / sizeof(links[0]); i++)
		assert_verdict(links[i], &bytes, PACKET_UNSUPPORTED_LINK);
}

static void test_short_capture_of_any_link_reads_beyond_it(void **state)
{
	struct packet packet;
	struct bytes bytes = {0};

	(void)state;
	put_zeros(&bytes, 200);
	for (int link = 0; link < 290; link++)
		for (uint32_t captured = 0; captured < 64; captured++)
			assert_in_range(decode_snapped(link, &bytes, captured, &packet), 0,
				PACKET_VERDICTS - 1);
}

static void test_link_for_one_version_of_ip_takes_the_other(void **state)
{
	struct bytes four = INNER_AFTER(""), six = {0}, relayed = {0};
	struct packet packet;

	(void)state;
	put_ipv6(&six, 59, 0);
	assert_int_equal(decode(229, &six, &packet), PACKET_DECODED);
	assert_verdict(228, &six, PACKET_MALFORMED);
	assert_verdict(229, &four, PACKET_MALFORMED);
	put(&relayed, "\x18\x41\3\x8e", 4);
	put_ipv6(&relayed, 59, 0);
	assert_int_equal(decode(107, &relayed, &packet), PACKET_DECODED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_raw_ip_needs_a_link_header),
		cmocka_unit_test(test_loopback_family_in_one_byte_order_only),
		cmocka_unit_test(test_802_2_is_read_as_ip),
		cmocka_unit_test(test_arp_counts_as_damage),
		cmocka_unit_test(test_cooked_capture_loses_its_protocol),
		cmocka_unit_test(test_ppp_with_compressed_fields_is_lost),
		cmocka_unit_test(test_ppp_control_protocol_is_read_as_ip),
		cmocka_unit_test(test_serial_encapsulations_are_mixed_up),
		cmocka_unit_test(test_frame_relay_address_without_end_is_accepted),
		cmocka_unit_test(test_older_shared_media_are_unknown),
		cmocka_unit_test(test_nflog_values_before_the_payload_are_not_passed),
		cmocka_unit_test(test_mpls_as_a_link_type),
		cmocka_unit_test(test_wifi_header_has_another_length),
		cmocka_unit_test(test_wifi_without_readable_data_is_read),
		cmocka_unit_test(test_later_wifi_fragment_is_read_as_a_header),
		cmocka_unit_test(test_radio_headers_are_not_passed),
		cmocka_unit_test(test_radiotap_length_leads_outside),
		cmocka_unit_test(test_unknown_link_type_is_guessed),
		cmocka_unit_test(test_short_capture_of_any_link_reads_beyond_it),
		cmocka_unit_test(test_link_for_one_version_of_ip_takes_the_other),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
