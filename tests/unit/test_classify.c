/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/opened_classifier.h"

/* Facts of the Community ID specification's own baseline (version 1, seed 0). ICMP: type and code.
 */
static const struct {
	uint8_t transport;
	const char *source, *destination;
	uint16_t source_port, destination_port;
	const char *id;
} vectors[] = {
	{6, "128.232.110.120", "66.35.250.204", 34855, 80, "1:LQU9qZlK+B5F3KDmev6m5PMibrg="},
	{6, "66.35.250.204", "128.232.110.120", 80, 34855, "1:LQU9qZlK+B5F3KDmev6m5PMibrg="},
	{17, "192.168.1.52", "8.8.8.8", 54585, 53, "1:d/FP5EW3wiY1vCndhwleRRKHowQ="},
	{17, "8.8.8.8", "192.168.1.52", 53, 54585, "1:d/FP5EW3wiY1vCndhwleRRKHowQ="},
	{132, "192.168.170.8", "192.168.170.56", 7, 7, "1:MP2EtRCAUIZvTw6MxJHLV7N7JDs="},
	{1, "192.168.0.89", "192.168.0.1", 8, 0, "1:X0snYXpgwiv9TZtqg64sgzUn6Dk="},
	{1, "192.168.0.1", "192.168.0.89", 0, 0, "1:X0snYXpgwiv9TZtqg64sgzUn6Dk="},
	{1, "10.0.0.1", "10.0.0.2", 11, 0, "1:YHxtAirCG//0OzkcVAukqKQN9xM="},
	{46, "10.1.12.1", "10.1.12.2", 0, 0, "1:KHlLkgoJW7ifUTyTSgyVfkFHzKw="},
	{46, "10.1.12.2", "10.1.12.1", 0, 0, "1:KHlLkgoJW7ifUTyTSgyVfkFHzKw="},
	{6, "2001:470:e5bf:dead:4957:2174:e82c:4887", "2607:f8b0:400c:c03::1a", 63943, 25,
		"1:/qFaeAR+gFe1KYjMzVDsMv+wgU4="},
	{6, "2607:f8b0:400c:c03::1a", "2001:470:e5bf:dead:4957:2174:e82c:4887", 25, 63943,
		"1:/qFaeAR+gFe1KYjMzVDsMv+wgU4="},
	{58, "fe80::200:86ff:fe05:80da", "fe80::260:97ff:fe07:69ea", 135, 0,
		"1:dGHyGvjMfljg6Bppwm3bg0LO8TY="},
	{58, "fe80::260:97ff:fe07:69ea", "fe80::200:86ff:fe05:80da", 136, 0,
		"1:dGHyGvjMfljg6Bppwm3bg0LO8TY="},
	{58, "3ffe:507:0:1:200:86ff:fe05:80da", "3ffe:501:0:1001::2", 128, 0,
		"1:+TW+HtLHvV1xnGhV1lv7XoJrqQg="},
	{58, "3ffe:501:0:1001::2", "3ffe:507:0:1:200:86ff:fe05:80da", 129, 0,
		"1:+TW+HtLHvV1xnGhV1lv7XoJrqQg="},
	{58, "3ffe:501:1800:2345::2", "3ffe:507:0:1:200:86ff:fe05:80da", 3, 0,
		"1:2ObVBgIn28oZvibYZhZMBgh7WdQ="},
	{58, "3ffe:501:410:0:2c0:dfff:fe47:33e", "3ffe:507:0:1:200:86ff:fe05:80da", 1, 4,
		"1:hLZd0XGWojozrvxqE0dWB1iM6R0="},
	{58, "fe80::200:86ff:fe05:80da", "ff02::2", 133, 0, "1:hO+sN4H+MG5MY/8hIrXPqc4ZQz0="},
	{58, "fe80::260:97ff:fe07:69ea", "ff02::1", 134, 0, "1:pkvHqCL88/tg1k4cPigmZXUtL00="},
};

static void community_id_differs_from_the_specification(void **state)
{
	char id[CLASSIFY_COMMUNITY_ID_SIZE];
	int wrong = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
		struct surgetap_endpoint source = {
			address_at(vectors[i].source), vectors[i].source_port};
		struct surgetap_endpoint destination = {
			address_at(vectors[i].destination), vectors[i].destination_port};

		classify_community_id(&source, &destination,
			address_is_ipv4(&source.address) ? 4 : 6, vectors[i].transport, id);
		if (strcmp(id, vectors[i].id) == 0)
			continue;
		print_error("vector %zu: %s, not %s\n", i, id, vectors[i].id);
		wrong++;
	}
	assert_int_equal(wrong, 0);
}

static struct packet query(struct bytes *bytes, uint32_t captured_bytes)
{
	return query_for(bytes, "a", captured_bytes);
}

static void payload_that_was_parsed_is_called_a_guess(void **state)
{
	struct bytes bytes = {0};
	struct packet packet = query(&bytes, 0);
	struct verdict verdict = judge(&packet, false);

	(void)state;
	assert_string_equal(classifier_protocol_name(classifier, verdict.protocol_id), "dns");
	assert_int_equal(verdict.confidence, SURGETAP_CONFIDENCE_DPI);
	assert_string_equal(classifier_category_name(classifier, verdict.category_id), "Network");
}

static void guess_by_port_is_called_parsed(void **state)
{
	struct bytes bytes = {0};
	struct packet packet;

	(void)state;
	put_ipv4(&bytes, 6, 25);
	put_tcp(&bytes, ACK);
	put(&bytes, "\x01\x02\x03\x04\x05", 5);
	assert_int_equal(decode(LINK_RAW, &bytes, &packet), PACKET_DECODED);
	packet.ip = bytes.data;
	packet.payload = bytes.data + 40;
	struct verdict verdict = judge(&packet, true);
	assert_string_equal(classifier_protocol_name(classifier, verdict.protocol_id), "tls");
	assert_int_equal(verdict.confidence, SURGETAP_CONFIDENCE_GUESS);
	verdict = judge(&packet, false);
	assert_int_equal(verdict.confidence, SURGETAP_CONFIDENCE_NONE);
}

static void packet_cut_by_the_tap_is_refused(void **state)
{
	struct bytes bytes = {0};
	struct packet packet = query(&bytes, 45); /* the name is whole, its type is not */
	struct verdict verdict = judge(&packet, true);

	(void)state;
	assert_string_equal(classifier_protocol_name(classifier, verdict.protocol_id), "dns");
	for (uint32_t captured = 28; captured < 50; captured++) {
		packet.ip_captured_bytes = captured;
		judge(&packet, true);
	}
}

static void later_fragment_is_parsed_as_a_beginning(void **state)
{
	struct bytes bytes = {0};
	struct packet packet = query(&bytes, 0);

	(void)state;
	packet.fragment = PACKET_FRAGMENT_LATER;
	assert_int_equal(judge(&packet, false).confidence, SURGETAP_CONFIDENCE_NONE);
}

static void number_beyond_the_names_is_read(void **state)
{
	(void)state;
	assert_string_equal(classifier_protocol_name(classifier, 0), "unknown");
	assert_string_equal(classifier_protocol_name(classifier, UINT16_MAX), "unknown");
	assert_string_equal(classifier_category_name(classifier, UINT8_MAX), "");
	assert_true(strlen(classify_library_version()) > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(community_id_differs_from_the_specification),
		cmocka_unit_test(payload_that_was_parsed_is_called_a_guess),
		cmocka_unit_test(guess_by_port_is_called_parsed),
		cmocka_unit_test(packet_cut_by_the_tap_is_refused),
		cmocka_unit_test(later_fragment_is_parsed_as_a_beginning),
		cmocka_unit_test(number_beyond_the_names_is_read),
	};

	return cmocka_run_group_tests(tests, open_classifier, close_classifier);
}
