/* SPDX-License-Identifier: Apache-2.0 */
#include "test_trial.h"

#define IKE_V2 SESSION_A "\0\0\0\0\0\0\0\0\x21\x20\x22\x08\0\0\0\0"
#define IKE_V1 SESSION_A "\0\0\0\0\0\0\0\0\x01\x10\x02\x00\0\0\0\0"
#define L2TP "\xc8\x02\x00\x32\0\0\0\0\0\0\0\0\x80\x08\0\0\0\0\0\1"
#define PPTP "\x00\x9c\0\1\x1a\x2b\x3c\x4d\0\1\0\0"
#define DTLS_OLD "\x16\1\0\0\0\0\0\0\0\0\0\0\x2b\1"

static void single_packet_recipe_is_missed(void **state)
{
	static const struct {
		uint8_t transport;
		uint16_t port;
		struct packet packet;
	} cases[] = {
		{UDP, 500, {true, 300, 0, START(IKE_V2 "\0\0\x01\x2c")}},
		{UDP, 500, {true, 300, 0, START(IKE_V1 "\0\0\x01\x2c")}},
		{UDP, 4500, {true, 304, 0, START("\0\0\0\0" IKE_V2 "\0\0\x01\x2c")}},
		{UDP, 1701, {true, 50, 0, START(L2TP)}},
		{TCP, 1723, {true, 156, 0, START(PPTP)}},
		{TCP, 655, {true, 11, 0, START("0 thinkk 17\n")}},
		{TCP, 655, {true, 10, 0, START("0 init 17\n")}},
		{TCP, 9000, {true, 12, 0, START("0 labo 17.7\n")}},
		{UDP, 41641, {true, 92, 0, START("TS\xf0\x9f\x92\xac")}},
		{UDP, 443, {true, 56, 0, START(DTLS_OLD)}},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct surgetap_flow flow = flow_of(cases[i].transport, cases[i].port);
		struct packet packet = cases[i].packet;

		if (packet.start_bytes > packet.bytes)
			packet.bytes = (uint16_t)packet.start_bytes;
		assert_int_equal(grade_of_packets(&flow, &packet, 1), SURGETAP_GRADE_DPI);
	}
}

/* The same starts with one thing wrong, and cut at every length: none may match, none may be read
 * beyond. */
static void truncated_or_wrong_start_matches(void **state)
{
	static const struct {
		uint8_t transport;
		struct packet packet;
	} cases[] = {
		{UDP, {true, 301, 0, START(IKE_V2 "\0\0\x01\x2c")}},
		{UDP, {true, 300, 0,
			      START(SESSION_A
				      "\0\0\0\0\0\0\0\0\x21\x30\x22\x08\0\0\0\0\0\0\x01\x2c")}},
		{UDP, {true, 51, 0, START(L2TP)}},
		{TCP, {true, 155, 0, START(PPTP)}},
		{TCP, {true, 12, 0, START("0 a b 17\nxyz")}},
		{TCP, {true, 12, 0, START("0 abcdef 18\n")}},
		{UDP, {true, 61, 0, START("TS\xf0\x9f\x92\xac")}},
		{UDP, {true, 57, 0, START(DTLS_OLD)}},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct surgetap_flow flow = flow_of(cases[i].transport, 4500);

		for (uint16_t bytes = cases[i].packet.bytes; bytes > 0; bytes--) {
			struct packet packet = cases[i].packet;

			packet.bytes = bytes;
			if (packet.start_bytes > bytes)
				packet.start_bytes = bytes;
			if (i == 0 && bytes == 300)
				continue; /* this length is right */
			if ((i == 2 && bytes == 50) || (i == 7 && bytes == 56))
				continue;
			assert_int_equal(grade_of_packets(&flow, &packet, 1), SURGETAP_GRADE_NONE);
		}
	}
}

static void hello_without_a_name_is_missed_or_always_accused(void **state)
{
	struct surgetap_flow psiphon = flow_of(TCP, 443), other;

	(void)state;
	memset(&companions, 0, sizeof companions);
	psiphon.confidence = SURGETAP_CONFIDENCE_DPI;
	psiphon.protocol = psiphon.master = "tls";
	psiphon.alpn = "h2,http/1.1";
	psiphon.tls_version = 0x0303;
	psiphon.place.network = SURGETAP_NETWORK_CDN;
	assert_int_equal(grade_of_verdict(&psiphon), SURGETAP_GRADE_HEURISTIC);
	other = psiphon;
	other.tls_version = 0x0304;
	assert_int_equal(grade_of_verdict(&other), SURGETAP_GRADE_NONE);
	other = psiphon;
	other.sni = "www.example.org";
	assert_int_equal(grade_of_verdict(&other), SURGETAP_GRADE_NONE);
	other = psiphon;
	other.alpn = NULL;
	assert_int_equal(grade_of_verdict(&other), SURGETAP_GRADE_NONE);
	other = psiphon;
	other.place.network = SURGETAP_NETWORK_RENTABLE;
	assert_int_equal(grade_of_verdict(&other), SURGETAP_GRADE_NONE);
	other = psiphon;
	other.answered = false;
	assert_int_equal(grade_of_verdict(&other), SURGETAP_GRADE_NONE);
}

static void plugin_waits_for_ever(void **state)
{
	struct packet packets[VPN_PAYLOADS];
	struct surgetap_flow flow = flow_of(UDP, 9999);
	struct vpn_memory memory = {0};
	struct surgetap_payload payload = {(const uint8_t *)"x", 1, 1, true, VPN_PAYLOADS - 1};
	const struct surgetap_call call = {.host = &host,
		.worker_state = &companions,
		.flow_state = &memory,
		.flow = &flow,
		.payload = &payload};

	(void)state;
	for (size_t i = 0; i < VPN_PAYLOADS; i++)
		packets[i] = (struct packet){i % 2 == 0, 100, (uint8_t)(i * 13 + 0x80), NULL, 0};
	assert_int_equal(grade_of_packets(&flow, packets, VPN_PAYLOADS), SURGETAP_GRADE_NONE);
	assert_int_equal(surgetap_plugin_vpn.on_packet(&call), SURGETAP_DONE);
}

static void guess_of_ndpi_counts_as_use(void **state)
{
	static const struct {
		const char *protocol;
		enum surgetap_confidence confidence;
		enum surgetap_grade grade;
	} cases[] = {
		{"wireguard", SURGETAP_CONFIDENCE_DPI, SURGETAP_GRADE_DPI},
		{"wireguard", SURGETAP_CONFIDENCE_GUESS, SURGETAP_GRADE_GUESS},
		{"openvpn", SURGETAP_CONFIDENCE_GUESS, SURGETAP_GRADE_GUESS},
		{"openvpn", SURGETAP_CONFIDENCE_DPI, SURGETAP_GRADE_HEURISTIC},
		{"forticlient", SURGETAP_CONFIDENCE_CACHE, SURGETAP_GRADE_CACHE},
		{"tor", SURGETAP_CONFIDENCE_DPI, SURGETAP_GRADE_NONE},
		{"tls", SURGETAP_CONFIDENCE_DPI, SURGETAP_GRADE_NONE},
		{"unknown", SURGETAP_CONFIDENCE_NONE, SURGETAP_GRADE_NONE},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct surgetap_flow flow = flow_of(UDP, 1194);

		flow.protocol = cases[i].protocol;
		flow.confidence = cases[i].confidence;
		assert_int_equal(grade_of_verdict(&flow), cases[i].grade);
	}
}

static void known_false_positive_of_ndpi_is_believed(void **state)
{
	struct surgetap_flow chromecast = flow_of(TCP, 8009);
	struct surgetap_flow random = flow_of(UDP, 9999);
	struct surgetap_flow lookup = flow_of(UDP, 53);

	(void)state;
	chromecast.protocol = "ciscovpn";
	chromecast.confidence = SURGETAP_CONFIDENCE_DPI;
	assert_int_equal(grade_of_verdict(&chromecast), SURGETAP_GRADE_NONE);

	random.protocol = "openvpn";
	random.confidence = SURGETAP_CONFIDENCE_DPI;
	random.sample_count = 1;
	random.samples[0] = (struct surgetap_sample){112, true};
	assert_int_equal(grade_of_verdict(&random), SURGETAP_GRADE_NONE);
	random.samples[0].bytes = 80;
	assert_int_equal(grade_of_verdict(&random), SURGETAP_GRADE_NONE);

	lookup.protocol = "icloudprivaterelay";
	lookup.master = "dns";
	lookup.confidence = SURGETAP_CONFIDENCE_DPI;
	assert_int_equal(grade_of_verdict(&lookup), SURGETAP_GRADE_NONE);
}

static void tunnel_transport_is_missed(void **state)
{
	static const uint8_t tunnels[] = {4, 41, 47, 50, 51, 115}, others[] = {1, 6, 17, 58, 132};

	(void)state;
	for (size_t i = 0; i < COUNT(tunnels); i++) {
		struct surgetap_flow flow = flow_of(tunnels[i], 0);

		assert_int_equal(grade_of_verdict(&flow), SURGETAP_GRADE_DPI);
	}
	for (size_t i = 0; i < COUNT(others); i++) {
		struct surgetap_flow flow = flow_of(others[i], 0);

		assert_int_equal(grade_of_verdict(&flow), SURGETAP_GRADE_NONE);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(single_packet_recipe_is_missed),
		cmocka_unit_test(truncated_or_wrong_start_matches),
		cmocka_unit_test(hello_without_a_name_is_missed_or_always_accused),
		cmocka_unit_test(plugin_waits_for_ever),
		cmocka_unit_test(guess_of_ndpi_counts_as_use),
		cmocka_unit_test(known_false_positive_of_ndpi_is_believed),
		cmocka_unit_test(tunnel_transport_is_missed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
