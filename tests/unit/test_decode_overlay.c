/* SPDX-License-Identifier: Apache-2.0 */
/* Packets within UDP: VXLAN, GENEVE, GTP-U. */
#include "frame_bytes.h"

/* UDP to `port` with `header`, then the inner packet. */
static struct bytes overlay(unsigned port, const char *header, size_t size, bool in_ethernet)
{
	struct bytes bytes = {0};
	unsigned payload = (unsigned)size + (in_ethernet ? 14 : 0) + INNER_BYTES;

	put_ipv4(&bytes, 17, 8 + payload);
	put_udp(&bytes, port, payload);
	put(&bytes, header, size);
	if (in_ethernet)
		put_inner_ethernet(&bytes);
	else
		put_inner(&bytes);
	return bytes;
}

#define OVERLAY(port, header, in_ethernet) overlay(port, header, sizeof(header) - 1, in_ethernet)

static void test_overlay_is_not_opened(void **state)
{
	struct bytes opened[] = {
		OVERLAY(4789, "\x08\0\0\0\0\0\1\0", true),
		OVERLAY(4789, "\x88\0\0\7\0\0\1\0", true),
		OVERLAY(8472, "\x08\0\0\0\0\0\1\0", true),
		OVERLAY(6081, "\0\0\x65\x58\0\0\1\0", true),
		OVERLAY(6081, "\2\x40\x08\0\0\0\1\0\0\0\0\1\0\0\0\0", false),
		OVERLAY(2152, "\x30\xff\0\x2d\0\0\0\1", false),
		OVERLAY(2152, "\x32\xff\0\x31\0\0\0\1\0\1\0\x85", false),
		OVERLAY(2152, "\x34\xff\0\x35\0\0\0\1\0\0\0\x85\1\0\0\0", false),
	};
	static const uint32_t layers[] = {
		PACKET_LAYER_VXLAN,
		PACKET_LAYER_VXLAN,
		PACKET_LAYER_VXLAN,
		PACKET_LAYER_GENEVE,
		PACKET_LAYER_GENEVE,
		PACKET_LAYER_GTPU,
		PACKET_LAYER_GTPU,
		PACKET_LAYER_GTPU,
	};

	(void)state;
	for (size_t i = 0; i < sizeof(opened) / sizeof(opened[0]); i++)
		assert_opens(LINK_RAW, &opened[i], layers[i]);
}

static void test_other_udp_on_the_port_of_an_overlay_is_lost(void **state)
{
	struct bytes closed[] = {
		OVERLAY(4788, "\x08\0\0\0\0\0\1\0", true),
		OVERLAY(4789, "\0\0\0\0\0\0\1\0", true),        /* no network identifier */
		OVERLAY(4789, "\x08\0\0\1\0\0\1\0", true),      /* reserved bytes in use */
		OVERLAY(6081, "\x40\0\x65\x58\0\0\1\0", true),  /* version 1 */
		OVERLAY(6081, "\0\0\x12\x34\0\0\1\0", true),    /* protocol without IP */
		OVERLAY(6081, "\x3f\0\x08\0\0\0\1\0", false),   /* options longer than all */
		OVERLAY(6081, "\0\0\x86\xdd\0\0\1\0", false),   /* IPv4 announced as IPv6 */
		OVERLAY(2152, "\x30\xff\0\x2c\0\0\0\1", false), /* length is off */
		OVERLAY(2152, "\x30\1\0\x2d\0\0\0\1", false),   /* signalling */
		OVERLAY(2152, "\x34\xff\0\x35\0\0\0\1\0\0\0\x85\0\0\0\0", false),
	};

	(void)state;
	for (size_t i = 0; i < sizeof(closed) / sizeof(closed[0]); i++)
		assert_outer(&closed[i], 17);
}

static void test_arp_in_an_overlay_becomes_a_flow(void **state)
{
	struct bytes bytes = OVERLAY(4789, "\x08\0\0\0\0\0\1\0", true);

	(void)state;
	bytes.data[20 + 8 + 8 + 13] = 6;
	assert_verdict(LINK_RAW, &bytes, PACKET_NOT_IP);
}

static void test_ports_of_the_outside_stick_to_the_inside(void **state)
{
	struct bytes bytes = {0};
	struct packet packet;

	(void)state;
	put_ipv4(&bytes, 17, 8 + 8 + 28);
	put_udp(&bytes, 6081, 8 + 28);
	PUT(&bytes, "\0\0\x08\0\0\0\1\0");
	put_ipv4(&bytes, 50, 8);
	put_zeros(&bytes, 8);
	assert_int_equal(decode(LINK_RAW, &bytes, &packet), PACKET_DECODED);
	assert_int_equal(packet.transport, 50);
	assert_int_equal(packet.source_port, 0);
	assert_int_equal(packet.destination_port, 0);
}

static void test_longest_options_of_geneve_are_cut(void **state)
{
	char header[8 + 63 * 4] = "\x3f\0\x08\0\0\0\1";
	struct bytes bytes = overlay(6081, header, sizeof(header), false);

	(void)state;
	assert_opens(LINK_RAW, &bytes, PACKET_LAYER_GENEVE);
}

static struct bytes gtpu_with_extensions(unsigned count)
{
	char header[8 + 4 + 16 * 4] = "\x34\xff\0\0\0\0\0\1";
	size_t size = 12 + count * 4;

	header[3] = (char)(size - 8 + INNER_BYTES);
	for (size_t i = 11; i + 1 < size; i += 4) {
		header[i] = (char)0x85;
		header[i + 1] = 1;
	}
	return overlay(2152, header, size, false);
}

static void test_chain_of_gtp_extensions_has_no_end(void **state)
{
	struct bytes longest = gtpu_with_extensions(8), longer = gtpu_with_extensions(9);

	(void)state;
	assert_opens(LINK_RAW, &longest, PACKET_LAYER_GTPU);
	assert_outer(&longer, 17);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_overlay_is_not_opened),
		cmocka_unit_test(test_other_udp_on_the_port_of_an_overlay_is_lost),
		cmocka_unit_test(test_arp_in_an_overlay_becomes_a_flow),
		cmocka_unit_test(test_ports_of_the_outside_stick_to_the_inside),
		cmocka_unit_test(test_longest_options_of_geneve_are_cut),
		cmocka_unit_test(test_chain_of_gtp_extensions_has_no_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
