/* SPDX-License-Identifier: Apache-2.0 */
/* What a tap or a provider puts between Ethernet and IP: tags, labels, PPPoE. */
#include "frame_bytes.h"

static struct bytes ethernet(unsigned type)
{
	struct bytes bytes = {0};

	put_ethernet(&bytes, type);
	return bytes;
}

static void assert_tags_open(const char *tags, size_t size, unsigned type, uint32_t layers)
{
	struct bytes bytes = ethernet(type);

	put(&bytes, tags, size);
	put_inner(&bytes);
	assert_opens(LINK_ETHERNET, &bytes, layers);
}

#define ASSERT_TAGS_OPEN(type, tags, layers) assert_tags_open(tags, sizeof(tags) - 1, type, layers)

static void test_tag_of_a_tap_hides_the_packet(void **state)
{
	static const unsigned vlans[] = {0x8100, 0x88a8, 0x9100, 0x9200, 0x9300};

	(void)state;
	for (size_t i = 0; i < sizeof(vlans) / sizeof(vlans[0]); i++)
		ASSERT_TAGS_OPEN(vlans[i], "\0\x64\x08\0", PACKET_LAYER_VLAN);
	ASSERT_TAGS_OPEN(0x88a8, "\0\1\x81\0\0\2\x08\0", PACKET_LAYER_VLAN);
	ASSERT_TAGS_OPEN(0x8926, "\0\0\0\0\x08\0", PACKET_LAYER_VLAN);
	ASSERT_TAGS_OPEN(0x893f, "\0\0\0\0\0\0\x08\0", PACKET_LAYER_VLAN);
	ASSERT_TAGS_OPEN(0x88e7, "\0\0\0\1\2\0\0\0\0\4\2\0\0\0\0\3\x08\0", PACKET_LAYER_VLAN);
	ASSERT_TAGS_OPEN(0x8903, "\0\1\2\0\0\0\0\4\2\0\0\0\0\3\x08\0", PACKET_LAYER_VLAN);
}

static void test_macsec_without_encryption_is_passed_over(void **state)
{
	struct bytes encrypted = ethernet(0x88e5);

	(void)state;
	ASSERT_TAGS_OPEN(0x88e5, "\0\0\0\0\0\1\x08\0", PACKET_LAYER_VLAN);
	ASSERT_TAGS_OPEN(0x88e5, "\x20\0\0\0\0\1\2\0\0\0\0\1\0\1\x08\0", PACKET_LAYER_VLAN);
	PUT(&encrypted, "\x0c\0\0\0\0\1\x08\0");
	put_inner(&encrypted);
	assert_verdict(LINK_ETHERNET, &encrypted, PACKET_NOT_IP);
}

static void test_mpls_payload_is_not_recognised(void **state)
{
	struct bytes channel = ethernet(0x8847);

	(void)state;
	ASSERT_TAGS_OPEN(0x8847, "\0\0\x11\x40", PACKET_LAYER_MPLS);
	ASSERT_TAGS_OPEN(0x8848, "\0\0\x10\x40\0\0\x20\x40\0\0\x01\x40", PACKET_LAYER_MPLS);
	ASSERT_TAGS_OPEN(
		0x8847, "\0\0\x11\x40\0\0\0\0\2\0\0\0\0\4\2\0\0\0\0\3\x08\0", PACKET_LAYER_MPLS);
	ASSERT_TAGS_OPEN(0x8847, "\0\0\x11\x40\x20\0\0\0\0\4\2\0\0\0\0\3\x08\0", PACKET_LAYER_MPLS);
	PUT(&channel, "\0\0\x11\x40\x10\0\0\x21");
	put_inner(&channel);
	assert_verdict(LINK_ETHERNET, &channel, PACKET_NOT_IP);
}

static void test_stack_of_labels_or_tags_has_no_end(void **state)
{
	struct bytes labels = ethernet(0x8847), tags = ethernet(0x8100);

	(void)state;
	put_zeros(&labels, 400);
	assert_verdict(LINK_ETHERNET, &labels, PACKET_TOO_DEEP);
	for (int i = 0; i < 500; i++)
		put32(&tags, 0x00018100);
	assert_verdict(LINK_ETHERNET, &tags, PACKET_TOO_DEEP);
}

static void test_pppoe_length_that_is_off_loses_the_packet(void **state)
{
	struct bytes discovery = ethernet(0x8864);

	(void)state;
	ASSERT_TAGS_OPEN(0x8864, "\x11\0\0\1\0\x2f\0\x21", PACKET_LAYER_PPPOE | PACKET_LAYER_PPP);
	ASSERT_TAGS_OPEN(0x8864, "\x11\0\0\1\0\x29\0\x21", PACKET_LAYER_PPPOE | PACKET_LAYER_PPP);
	PUT(&discovery, "\x11\x09\0\0\0\0");
	assert_verdict(LINK_ETHERNET, &discovery, PACKET_NOT_IP);
	discovery.data[14] = 0x21;
	assert_verdict(LINK_ETHERNET, &discovery, PACKET_MALFORMED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tag_of_a_tap_hides_the_packet),
		cmocka_unit_test(test_macsec_without_encryption_is_passed_over),
		cmocka_unit_test(test_mpls_payload_is_not_recognised),
		cmocka_unit_test(test_stack_of_labels_or_tags_has_no_end),
		cmocka_unit_test(test_pppoe_length_that_is_off_loses_the_packet),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
