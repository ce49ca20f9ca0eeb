/* SPDX-License-Identifier: Apache-2.0 */
/* Packets within IP: GRE, ERSPAN, IP in IP; which are opened, and which are left alone. */
#include "frame_bytes.h"

/* IPv4 with GRE and `header`, then the inner packet, in Ethernet if asked. */
static struct bytes gre(const char *header, size_t size, bool in_ethernet)
{
	struct bytes bytes = {0};

	put_ipv4(&bytes, 47, (unsigned)size + (in_ethernet ? 14 : 0) + INNER_BYTES);
	put(&bytes, header, size);
	if (in_ethernet)
		put_inner_ethernet(&bytes);
	else
		put_inner(&bytes);
	return bytes;
}

#define GRE(header, in_ethernet) gre(header, sizeof(header) - 1, in_ethernet)

static void test_gre_optional_fields_are_miscounted(void **state)
{
	struct bytes plain = GRE("\0\0\x08\0", false);
	struct bytes full = GRE("\xb0\0\x08\0\1\2\0\0\0\0\0\1\0\0\0\2", false);
	struct bytes bridged = GRE("\x20\0\x65\x58\0\0\0\1", true);
	struct bytes wifi = GRE("\0\0\x83\xf0\x08\1\0\0\2\0\0\0\0\1\2\0\0\0\0\2\2\0\0\0\0\3\0\0"
				"\xaa\xaa\3\0\0\0\x08\0",
		false);
	struct bytes pptp = GRE("\x30\x81\x88\x0b\0\x31\0\1\0\0\0\1\0\0\0\2\xff\3\0\x21", false);

	(void)state;
	assert_opens(LINK_RAW, &plain, PACKET_LAYER_GRE);
	plain.data[21] = 0x80; /* an acknowledgment only in version 1 */
	assert_opens(LINK_RAW, &plain, PACKET_LAYER_GRE);
	assert_opens(LINK_RAW, &full, PACKET_LAYER_GRE);
	assert_opens(LINK_RAW, &bridged, PACKET_LAYER_GRE);
	assert_opens(LINK_RAW, &wifi, PACKET_LAYER_GRE | PACKET_LAYER_WIFI);
	assert_opens(LINK_RAW, &pptp, PACKET_LAYER_GRE | PACKET_LAYER_PPP);
}

static void test_gre_that_cannot_be_opened_is_lost(void **state)
{
	struct bytes unknown = GRE("\0\0\x88\x3e", false);
	struct bytes encrypted = GRE("\x30\1\x88\x0b\0\x2f\0\1\0\0\0\1\0\xfd", false);
	struct bytes routed = GRE("\x40\0\x08\0\0\0\0\0", false);
	struct bytes rubbish = GRE("\0\0\x86\xdd", false);
	struct bytes protected =
		GRE("\0\0\x82\x40\x08\x41\0\0\2\0\0\0\0\1\2\0\0\0\0\2\2\0\0\0\0\3\0\0", false);
	struct bytes later = GRE("\0\2\x08\0", false);
	struct bytes acknowledgment = {0};

	(void)state;
	assert_outer(&protected, 47);
	assert_outer(&later, 47);
	assert_outer(&unknown, 47);
	assert_outer(&encrypted, 47);
	assert_outer(&routed, 47);
	assert_outer(&rubbish, 47);
	put_ipv4(&acknowledgment, 47, 12);
	PUT(&acknowledgment, "\x20\x81\x88\x0b\0\0\0\1\0\0\0\2");
	assert_outer(&acknowledgment, 47);
}

static void test_erspan_header_has_another_length(void **state)
{
	struct bytes one = GRE("\0\0\x88\xbe", true);
	struct bytes two = GRE("\x10\0\x88\xbe\0\0\0\1\x10\1\0\0\0\0\0\0", true);
	struct bytes three = GRE("\x10\0\x22\xeb\0\0\0\1\x20\1\0\0\0\0\0\0\0\0\0\0", true);
	struct bytes platform =
		GRE("\x10\0\x22\xeb\0\0\0\1\x20\1\0\0\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0\0", true);
	struct bytes ip = GRE("\x10\0\x22\xeb\0\0\0\1\x20\1\0\0\0\0\0\0\0\0\x08\0", false);

	(void)state;
	assert_opens(LINK_RAW, &one, PACKET_LAYER_ERSPAN);
	assert_opens(LINK_RAW, &two, PACKET_LAYER_ERSPAN);
	assert_opens(LINK_RAW, &three, PACKET_LAYER_ERSPAN);
	assert_opens(LINK_RAW, &platform, PACKET_LAYER_ERSPAN);
	assert_opens(LINK_RAW, &ip, PACKET_LAYER_ERSPAN);
}

static void test_packet_cut_by_the_tap_is_malformed(void **state)
{
	struct bytes bytes = GRE("\x10\0\x88\xbe\0\0\0\1\x10\1\0\0\0\0\0\0", true);
	struct packet packet;

	(void)state;
	bytes.size -= 3;
	bytes.data[3] = (uint8_t)bytes.size;
	assert_int_equal(decode(LINK_RAW, &bytes, &packet), PACKET_DECODED);
	assert_int_equal(packet.payload_captured_bytes, 2);
	assert_int_equal(packet.payload_bytes, 5);
}

static void test_ip_in_ip_is_opened_as_the_wrong_version(void **state)
{
	struct bytes four_in_four = {0}, four_in_six = {0}, six_in_four = {0}, six_in_six = {0};
	struct packet packet;

	(void)state;
	put_ipv4(&four_in_four, 4, INNER_BYTES);
	put_inner(&four_in_four);
	assert_opens(LINK_RAW, &four_in_four, PACKET_LAYER_IP_IN_IP);
	put_ipv6(&four_in_six, 4, INNER_BYTES);
	put_inner(&four_in_six);
	assert_opens(LINK_RAW, &four_in_six, PACKET_LAYER_IP_IN_IP);
	put_ipv4(&six_in_four, 41, 40);
	put_ipv6(&six_in_four, 59, 0);
	assert_int_equal(decode(LINK_RAW, &six_in_four, &packet), PACKET_DECODED);
	assert_int_equal(packet.ip_version, 6);
	put_ipv6(&six_in_six, 41, 40);
	put_ipv6(&six_in_six, 59, 0);
	assert_int_equal(decode(LINK_RAW, &six_in_six, &packet), PACKET_DECODED);
	assert_ptr_equal(packet.ip, six_in_six.data + 40);
	six_in_six.data[40] = 0x40;
	assert_outer(&six_in_six, 41);
}

struct question {
	unsigned asked;
	struct surgetap_address source, destination;
	bool answer;
};

static bool note_question(const void *argument, const struct surgetap_address *source,
	const struct surgetap_address *destination)
{
	struct question *question = *(struct question *const *)argument;

	question->asked++;
	question->source = *source;
	question->destination = *destination;
	return question->answer;
}

static enum packet_verdict decode_asking(
	struct question *question, const struct bytes *bytes, struct packet *ret_packet)
{
	struct decode_policy policy = {note_question, &question};
	struct decoder *decoder;
	enum packet_verdict verdict;

	question->asked = 0;
	assert_int_equal(decoder_new(&policy, 1, &decoder), 0);
	verdict = decode_with(decoder, LINK_RAW, bytes, ret_packet);
	decoder_free(decoder);
	return verdict;
}

static void assert_policy_asked(const struct bytes *bytes, uint8_t transport)
{
	struct question question = {.answer = true};
	struct packet packet;
	char text[ADDRESS_TEXT_SIZE];

	assert_int_equal(decode_asking(&question, bytes, &packet), PACKET_DECODED);
	assert_int_equal(question.asked, 1);
	assert_string_equal(address_format(&question.source, text), "10.0.0.1");
	assert_string_equal(address_format(&question.destination, text), "10.0.0.2");
	assert_int_equal(packet.transport, transport);
	assert_int_equal(packet.layers, 0);
	assert_int_equal(packet.payload_bytes, bytes->size - 20);
	question.answer = false;
	assert_int_equal(decode_asking(&question, bytes, &packet), PACKET_DECODED);
	assert_int_equal(question.asked, 1);
	assert_true(packet.layers != 0);
}

static void test_tunnel_of_a_watched_host_is_opened(void **state)
{
	struct bytes bytes = GRE("\0\0\x08\0", false), four = {0}, six = {0};

	(void)state;
	assert_policy_asked(&bytes, 47);
	put_ipv4(&four, 4, INNER_BYTES);
	put_inner(&four);
	assert_policy_asked(&four, 4);
	put_ipv4(&six, 41, 40);
	put_ipv6(&six, 59, 0);
	assert_policy_asked(&six, 41);
}

static void test_policy_keeps_what_a_tap_adds(void **state)
{
	struct bytes bytes = GRE("\x10\0\x88\xbe\0\0\0\1\x10\1\0\0\0\0\0\0", true);
	struct question question = {.answer = true};
	struct packet packet;

	(void)state;
	assert_int_equal(decode_asking(&question, &bytes, &packet), PACKET_DECODED);
	assert_int_equal(question.asked, 0);
	assert_inner(&packet);
}

static void test_authentication_header_around_a_packet_is_opened(void **state)
{
	struct bytes tunnel = {0}, transport = {0};
	struct packet packet;

	(void)state;
	put_ipv4(&tunnel, 51, 12 + INNER_BYTES);
	PUT(&tunnel, "\4\1\0\0\0\0\0\1\0\0\0\1");
	put_inner(&tunnel);
	assert_outer(&tunnel, 51);
	put_ipv4(&transport, 51, 12 + 20);
	PUT(&transport, "\6\1\0\0\0\0\0\1\0\0\0\1");
	put_tcp(&transport, 2);
	assert_int_equal(decode(LINK_RAW, &transport, &packet), PACKET_DECODED);
	assert_int_equal(packet.transport, 6);
	assert_int_equal(packet.destination_port, 443);
}

static void test_nesting_is_not_bounded(void **state)
{
	struct bytes deepest = {0}, deeper = {0};

	(void)state;
	for (unsigned i = 4; i > 1; i--)
		put_ipv4(&deepest, 4, 20 * (i - 2) + INNER_BYTES);
	put_inner(&deepest); /* 4 headers, 3 tunnels */
	assert_opens(LINK_RAW, &deepest, PACKET_LAYER_IP_IN_IP);
	for (unsigned i = 5; i > 1; i--)
		put_ipv4(&deeper, 4, 20 * (i - 2) + INNER_BYTES);
	put_inner(&deeper); /* 5 headers, 4 tunnels */
	assert_verdict(LINK_RAW, &deeper, PACKET_TOO_DEEP);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_gre_optional_fields_are_miscounted),
		cmocka_unit_test(test_gre_that_cannot_be_opened_is_lost),
		cmocka_unit_test(test_erspan_header_has_another_length),
		cmocka_unit_test(test_packet_cut_by_the_tap_is_malformed),
		cmocka_unit_test(test_ip_in_ip_is_opened_as_the_wrong_version),
		cmocka_unit_test(test_tunnel_of_a_watched_host_is_opened),
		cmocka_unit_test(test_policy_keeps_what_a_tap_adds),
		cmocka_unit_test(test_authentication_header_around_a_packet_is_opened),
		cmocka_unit_test(test_nesting_is_not_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
