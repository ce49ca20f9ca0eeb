/* SPDX-License-Identifier: Apache-2.0 */
#include "companion.h"
#include "provider.h"
#include "recipe.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

extern const struct surgetap_plugin surgetap_plugin_vpn;

#define TCP 6
#define UDP 17

/* A packet as a test gives it: how it begins, how long it is. The rest counts up from `fill`. */
struct packet {
	bool from_client;
	uint16_t bytes;
	uint8_t fill;
	const char *start;
	size_t start_bytes;
};

#define START(text) text, sizeof text - 1
#define COUNT(array) (sizeof array / sizeof array[0])

static struct surgetap_evidence best;
static struct companions companions;

static void on_report(const struct surgetap_call *call, const struct surgetap_evidence *evidence)
{
	(void)call;
	assert_int_equal(evidence->technique, 0);
	assert_true(evidence->reason != NULL && strlen(evidence->reason) < 96);
	assert_true(evidence->confidence_percent <= 100);
	if (evidence->grade > best.grade)
		best = *evidence;
}

static const struct surgetap_host host = {
	.abi = SURGETAP_ABI, .size = sizeof host, .report = on_report};

static struct surgetap_flow flow_of(uint8_t transport, uint16_t port)
{
	return (struct surgetap_flow){
		.size = sizeof(struct surgetap_flow),
		.ip_version = 4,
		.transport = transport,
		.answered = true,
		.complete = true,
		.client.port = 40000,
		.server.port = port,
		.protocol = "unknown",
		.master = "unknown",
		.category = "",
	};
}

/* Shows packets as the sensor does, until the plugin is done. Returns the best grade. */
static enum surgetap_grade grade_of_packets(
	const struct surgetap_flow *flow, const struct packet *packets, size_t count)
{
	struct vpn_memory memory = {0};
	struct surgetap_call call = {
		.host = &host, .worker_state = &companions, .flow_state = &memory, .flow = flow};

	memset(&best, 0, sizeof best);
	for (size_t i = 0; i < count; i++) {
		uint8_t *data = test_malloc(packets[i].bytes); /* exact: a read beyond is found */
		struct surgetap_payload payload = {data, packets[i].bytes, packets[i].bytes,
			packets[i].from_client, (uint8_t)i};
		enum surgetap_next next;

		assert_true(packets[i].start_bytes <= packets[i].bytes);
		for (size_t k = 0; k < packets[i].bytes; k++)
			data[k] = (uint8_t)(packets[i].fill + 7 * k);
		if (packets[i].start_bytes > 0)
			memcpy(data, packets[i].start, packets[i].start_bytes);
		call.payload = &payload;
		next = surgetap_plugin_vpn.on_packet(&call);
		test_free(data);
		if (next == SURGETAP_DONE)
			break;
	}
	return best.grade;
}

static enum surgetap_grade grade_of_verdict(const struct surgetap_flow *flow)
{
	struct vpn_memory memory = {0};
	const struct surgetap_call call = {
		.host = &host, .worker_state = &companions, .flow_state = &memory, .flow = flow};

	memset(&best, 0, sizeof best);
	surgetap_plugin_vpn.on_classified(&call);
	return best.grade;
}

#define SESSION_A "\x11\x22\x33\x44\x55\x66\x77\x88"
#define SESSION_B "\xa1\xa2\xa3\xa4\xa5\xa6\xa7\xa8"

static void openvpn_pair_is_missed(void **state)
{
	static const struct {
		uint8_t transport;
		struct packet packets[2];
	} cases[] = {
		/* plain, tls-auth, tls-crypt, tls-crypt-v2 with and without early negotiation */
		{UDP, {{true, 14, 0, START("\x38" SESSION_A)},
			      {false, 26, 0, START("\x40" SESSION_B)}}},
		{UDP, {{true, 42, 0, START("\x38" SESSION_A)},
			      {false, 54, 0, START("\x40" SESSION_B)}}},
		{UDP, {{true, 54, 0, START("\x38" SESSION_A)},
			      {false, 66, 0, START("\x40" SESSION_B)}}},
		{UDP, {{true, 353, 0, START("\x50" SESSION_A)},
			      {false, 72, 0, START("\x40" SESSION_B)}}},
		{UDP, {{true, 353, 0, START("\x50" SESSION_A)},
			      {false, 66, 0, START("\x40" SESSION_B)}}},
		/* key method 1 */
		{UDP, {{true, 14, 0, START("\x08" SESSION_A)},
			      {false, 26, 0, START("\x10" SESSION_B)}}},
		{TCP, {{true, 16, 0, START("\x00\x0e\x38" SESSION_A)},
			      {false, 28, 0, START("\x00\x1a\x40" SESSION_B)}}},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct surgetap_flow flow = flow_of(cases[i].transport, 443);

		assert_int_equal(grade_of_packets(&flow, cases[i].packets, 2), SURGETAP_GRADE_DPI);
	}
}

static void openvpn_seen_one_way_is_missed(void **state)
{
	static const struct packet packets[] = {
		{true, 14, 0, START("\x38" SESSION_A)},
		{true, 22, 0, START("\x28" SESSION_A)},
	};
	struct surgetap_flow flow = flow_of(UDP, 1194);

	(void)state;
	assert_int_equal(grade_of_packets(&flow, packets, 1), SURGETAP_GRADE_NONE);
	assert_int_equal(grade_of_packets(&flow, packets, 2), SURGETAP_GRADE_DPI);
}

static void openvpn_is_seen_in_what_only_resembles_it(void **state)
{
	static const struct packet cases[][2] = {
		/* both are client's resets */
		{{true, 14, 0, START("\x38" SESSION_A)}, {false, 26, 0, START("\x38" SESSION_B)}},
		/* key id is not 0 */
		{{true, 14, 0, START("\x39" SESSION_A)}, {false, 26, 0, START("\x40" SESSION_B)}},
		/* an echo */
		{{true, 14, 0, START("\x38" SESSION_A)}, {false, 26, 0, START("\x40" SESSION_A)}},
		/* too short for a reset */
		{{true, 9, 0, START("\x38" SESSION_A)}, {false, 26, 0, START("\x40" SESSION_B)}},
		/* no session */
		{{true, 14, 0, START("\x38\0\0\0\0\0\0\0\0")},
			{false, 26, 0, START("\x40" SESSION_B)}},
		/* the server's answer to the other version */
		{{true, 14, 0, START("\x08" SESSION_A)}, {false, 26, 0, START("\x40" SESSION_B)}},
		/* random first payloads that nDPI takes for OpenVPN */
		{{true, 80, 3, NULL, 0}, {false, 80, 90, NULL, 0}},
		{{true, 112, 3, NULL, 0}, {false, 112, 90, NULL, 0}},
	};
	struct surgetap_flow flow = flow_of(UDP, 1194);

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_int_equal(grade_of_packets(&flow, cases[i], 2), SURGETAP_GRADE_NONE);
}

static void openvpn_begun_by_the_server_is_missed(void **state)
{
	static const struct packet packets[] = {
		{true, 26, 0, START("\x40" SESSION_B)},
		{false, 14, 0, START("\x38" SESSION_A)},
	};
	struct surgetap_flow flow = flow_of(UDP, 13680);

	(void)state;
	assert_int_equal(grade_of_packets(&flow, packets, 2), SURGETAP_GRADE_DPI);
}

static void openvpn_in_the_middle_is_missed(void **state)
{
	static const struct packet packets[] = {
		{true, 90, 1, START("\x48\x00\x00\x05\x00\x00\x01\x07")},
		{true, 90, 2, START("\x48\x00\x00\x05\x00\x00\x01\x08")},
		{true, 90, 3, START("\x48\x00\x00\x05\x00\x00\x01\x0a")},
	};
	struct surgetap_flow flow = flow_of(UDP, 9999);

	(void)state;
	assert_int_equal(grade_of_packets(&flow, packets, 2), SURGETAP_GRADE_NONE);
	assert_int_equal(grade_of_packets(&flow, packets, 3), SURGETAP_GRADE_HEURISTIC);
}

#define INDEX_A "\x01\x02\x03\x04"
#define INDEX_B "\x0a\x0b\x0c\x0d"

static void wireguard_pair_is_missed(void **state)
{
	static const struct packet plain[] = {
		{true, 148, 0, START("\1\0\0\0" INDEX_A)},
		{false, 92, 0, START("\2\0\0\0" INDEX_B INDEX_A)},
	};
	static const struct packet padded[] = {
		{true, 204, 0, START("\1\0\0\0" INDEX_A)},
		{false, 100, 0, START("\2\0\0\0" INDEX_B INDEX_A)},
	};
	static const struct packet warp[] = {
		{true, 194, 0, START("\xc1\0\0\0" INDEX_A)},
		{false, 778, 0, START("\xc2\x02\x78\0" INDEX_B INDEX_A)},
	};
	struct surgetap_flow flow = flow_of(UDP, 443);

	(void)state;
	assert_int_equal(grade_of_packets(&flow, plain, 2), SURGETAP_GRADE_DPI);
	assert_int_equal(grade_of_packets(&flow, plain, 1), SURGETAP_GRADE_HEURISTIC);
	assert_int_equal(grade_of_packets(&flow, plain + 1, 1), SURGETAP_GRADE_HEURISTIC);
	assert_int_equal(grade_of_packets(&flow, padded, 2), SURGETAP_GRADE_DPI);
	assert_int_equal(grade_of_packets(&flow, padded, 1), SURGETAP_GRADE_NONE);
	assert_int_equal(grade_of_packets(&flow, warp, 2), SURGETAP_GRADE_DPI);
}

static void wireguard_data_is_missed(void **state)
{
	static const struct packet packets[] = {
		{true, 96, 0, START("\4\0\0\0" INDEX_A "\x05\0\0\0\0\0\0\0")},
		{true, 32, 0, START("\4\0\0\0" INDEX_A "\x06\0\0\0\0\0\0\0")},
		{true, 128, 0, START("\4\0\0\0" INDEX_A "\x07\0\0\0\0\0\0\0")},
	};
	struct surgetap_flow flow = flow_of(UDP, 53);

	(void)state;
	assert_int_equal(grade_of_packets(&flow, packets, 3), SURGETAP_GRADE_DPI);
	static const struct packet warp[] = {
		{true, 84, 0, START("\xc4\x02\x78\0" INDEX_A "\x01\0\0\0\0\0\0\0")},
		{true, 92, 0, START("\xc4\x02\x78\0" INDEX_A "\x02\0\0\0\0\0\0\0")},
		{true, 104, 0, START("\xc4\x02\x78\0" INDEX_A "\x03\0\0\0\0\0\0\0")},
	};

	assert_int_equal(grade_of_packets(&flow, packets, 2), SURGETAP_GRADE_NONE);
	assert_int_equal(grade_of_packets(&flow, warp, 3), SURGETAP_GRADE_HEURISTIC);
}

static void wireguard_is_seen_in_what_only_resembles_it(void **state)
{
	static const struct packet cases[][3] = {
		{{true, 148, 0, START("\1\0\0\1" INDEX_A)},
			{false, 92, 0, START("\2\0\0\1" INDEX_B INDEX_B)}, {0}},
		{{true, 147, 0, START("\1\0\0\0" INDEX_A)},
			{false, 91, 0, START("\2\0\0\0" INDEX_B INDEX_A)}, {0}},
		/* falling, standing, leaping counters; an odd length */
		{{true, 96, 0, START("\4\0\0\0" INDEX_A "\x07\0\0\0\0\0\0\0")},
			{true, 96, 0, START("\4\0\0\0" INDEX_A "\x06\0\0\0\0\0\0\0")},
			{true, 96, 0, START("\4\0\0\0" INDEX_A "\x05\0\0\0\0\0\0\0")}},
		{{true, 96, 0, START("\4\0\0\0" INDEX_A "\x07\0\0\0\0\0\0\0")},
			{true, 96, 0, START("\4\0\0\0" INDEX_A "\x07\0\0\0\0\0\0\0")},
			{true, 96, 0, START("\4\0\0\0" INDEX_A "\x07\0\0\0\0\0\0\0")}},
		{{true, 96, 0, START("\4\0\0\0" INDEX_A "\x01\0\0\0\0\0\0\0")},
			{true, 96, 0, START("\4\0\0\0" INDEX_A "\x02\0\0\0\0\0\x01\0")},
			{true, 96, 0, START("\4\0\0\0" INDEX_A "\x03\0\0\0\0\0\x02\0")}},
		{{true, 96, 0, START("\4\0\0\0" INDEX_A "\x01\0\0\0\0\0\0\1")},
			{true, 96, 0, START("\4\0\0\0" INDEX_A "\x02\0\0\0\0\0\0\1")},
			{true, 96, 0, START("\4\0\0\0" INDEX_A "\x03\0\0\0\0\0\0\1")}},
	};
	struct surgetap_flow flow = flow_of(UDP, 51820);

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_int_equal(grade_of_packets(&flow, cases[i], cases[i][2].bytes ? 3 : 2),
			SURGETAP_GRADE_NONE);
}

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

static void esp_in_udp_without_ike_is_missed(void **state)
{
	static const struct packet packets[] = {
		{true, 120, 1, START("\xc1\x02\x03\x04\0\0\0\x01")},
		{true, 120, 2, START("\xc1\x02\x03\x04\0\0\0\x02")},
		{true, 120, 3, START("\xc1\x02\x03\x04\0\0\0\x03")},
	};
	struct surgetap_flow flow = flow_of(UDP, 4500);

	(void)state;
	assert_int_equal(grade_of_packets(&flow, packets, 3), SURGETAP_GRADE_HEURISTIC);
	flow.server.port = 4501;
	assert_int_equal(grade_of_packets(&flow, packets, 3), SURGETAP_GRADE_NONE);
}

static void openvpn_in_small_segments_is_missed(void **state)
{
	static const struct packet packets[] = {
		{true, 9, 0, START("\0\x56\x38\x11\x22\x33\x44\x55\x66")},
		{true, 1, 0, START("\x77")},
		{true, 9, 0, START("\x88-------")},
		{false, 100, 0, START("\0\x62\x40" SESSION_B)},
	};
	struct surgetap_flow flow = flow_of(TCP, 443);

	(void)state;
	assert_int_equal(grade_of_packets(&flow, packets, 3), SURGETAP_GRADE_NONE);
	assert_int_equal(grade_of_packets(&flow, packets, 4), SURGETAP_GRADE_DPI);
}

static void scrambled_openvpn_is_missed(void **state)
{
	static const struct packet udp[] = {
		{true, 86, 9, START("\x4c")}, {false, 98, 77, START("\x34")}};
	static const struct packet tcp[] = {
		{true, 88, 9, START("\0\x56\x4c")}, {false, 100, 77, START("\0\x62\x34")}};
	static const struct packet others[][2] = {
		{{true, 86, 9, START("\x4c")}, {false, 98, 77, START("\x35")}},
		{{true, 86, 9, START("\x4c")}, {false, 99, 77, START("\x34")}},
		{{true, 87, 9, START("\x4c")}, {false, 99, 77, START("\x34")}},
	};
	struct surgetap_flow flow = flow_of(UDP, 1214), stream = flow_of(TCP, 465);

	(void)state;
	assert_int_equal(grade_of_packets(&flow, udp, 2), SURGETAP_GRADE_HEURISTIC);
	assert_int_equal(grade_of_packets(&stream, tcp, 2), SURGETAP_GRADE_HEURISTIC);
	for (size_t i = 0; i < COUNT(others); i++)
		assert_int_equal(grade_of_packets(&flow, others[i], 2), SURGETAP_GRADE_NONE);
}

static void request_to_a_provider_is_called_a_tunnel(void **state)
{
	static const struct packet request = {true, 60, 'a',
		START("GET /ddns HTTP/1.1\r\nHost: x0.softether-network.net:80\r\n\r\n")};
	static const struct packet others[] = {
		{true, 48, 'a', START("GET / HTTP/1.1\r\nHost: softether-network.net.eu\r\n")},
		{true, 24, 'a', START("GET / HTTP/1.1\r\nHost: ")},
		{true, 40, 'a', START("QUIT\r\nHost: softether-network.net\r\n")},
	};
	struct surgetap_flow flow = flow_of(TCP, 80);

	(void)state;
	assert_int_equal(grade_of_packets(&flow, &request, 1), SURGETAP_GRADE_DPI);
	assert_int_equal(best.kind, SURGETAP_KIND_CONTACT);
	for (size_t i = 0; i < COUNT(others); i++)
		assert_int_equal(grade_of_packets(&flow, &others[i], 1), SURGETAP_GRADE_NONE);
}

static void softether_is_missed(void **state)
{
	static const struct packet packets[] = {
		{true, 1, 0, START("A")},
		{false, 28, 0, START("IP=203.0.113.10,PORT=51381")},
	};
	struct surgetap_flow flow = flow_of(UDP, 5004);

	(void)state;
	static const struct packet others[] = {
		{false, 26, 0, START("IP=203.0.113.10,PART=51381")},
		{false, 9, 0, START("IP=,PORT=")},
		{false, 3, 0, START("IP=")},
	};

	assert_int_equal(grade_of_packets(&flow, packets, 2), SURGETAP_GRADE_DPI);
	for (size_t i = 0; i < COUNT(others); i++)
		assert_int_equal(grade_of_packets(&flow, &others[i], 1), SURGETAP_GRADE_NONE);
}

static void nebula_is_missed(void **state)
{
	static const struct packet packets[] = {
		{true, 100, 0, START("\x10\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1")},
		{false, 100, 0, START("\x10\0\0\0\x84\xab\x2a\x60\0\0\0\0\0\0\0\2")},
	};
	static const struct packet echo[] = {
		{true, 100, 0, START("\x10\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1")},
		{false, 100, 0, START("\x10\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1")},
	};
	struct surgetap_flow flow = flow_of(UDP, 4242);

	(void)state;
	assert_int_equal(grade_of_packets(&flow, packets, 2), SURGETAP_GRADE_DPI);
	assert_int_equal(grade_of_packets(&flow, packets, 1), SURGETAP_GRADE_NONE);
	assert_int_equal(grade_of_packets(&flow, packets + 1, 1), SURGETAP_GRADE_NONE);
	assert_int_equal(grade_of_packets(&flow, echo, 2), SURGETAP_GRADE_NONE);
}

/* Fills a DTLS hello with a session id of `id_bytes` and two suites, the second one as given. */
static size_t make_dtls_hello(char *hello, uint8_t id_bytes, const char *second_suite)
{
	static const char suites[] = "\0\0\4\0\xa9"; /* no cookie, four bytes, a suite with a key */
	size_t at = 60u + id_bytes;

	memset(hello, 0x55, at);
	memcpy(hello, "\x16\xfe\xff", 3);
	hello[13] = 1;
	hello[59] = (char)id_bytes;
	memcpy(hello + at, suites, 5);
	memcpy(hello + at + 5, second_suite, 2);
	return at + 7;
}

static void dtls_of_openconnect_is_missed(void **state)
{
	struct surgetap_flow flow = flow_of(UDP, 9443);
	char hello[128];
	struct packet packet = {true, 0, 0, hello, 0};

	(void)state;
	packet.bytes = (uint16_t)(packet.start_bytes = make_dtls_hello(hello, 32, "\xcc\xab"));
	assert_int_equal(grade_of_packets(&flow, &packet, 1), SURGETAP_GRADE_HEURISTIC);
	while (--packet.start_bytes > 0) {
		packet.bytes = (uint16_t)packet.start_bytes;
		assert_int_equal(grade_of_packets(&flow, &packet, 1), SURGETAP_GRADE_NONE);
	}
	packet.bytes = (uint16_t)(packet.start_bytes = make_dtls_hello(hello, 32, "\xc0\x2b"));
	assert_int_equal(grade_of_packets(&flow, &packet, 1), SURGETAP_GRADE_NONE);
	packet.bytes = (uint16_t)(packet.start_bytes = make_dtls_hello(hello, 0, "\xcc\xab"));
	assert_int_equal(grade_of_packets(&flow, &packet, 1), SURGETAP_GRADE_NONE);
}

static void data_flow_beside_a_handshake_is_missed(void **state)
{
	static const struct packet greeting = {true, 12, 0, START("0 thinkk 17\n")};
	struct surgetap_flow control = flow_of(TCP, 655), payload = flow_of(UDP, 655);
	struct surgetap_flow other_host, other_port, late;

	(void)state;
	memset(&companions, 0, sizeof companions);
	control.client.address.bytes[15] = payload.server.address.bytes[15] = 1;
	control.server.address.bytes[15] = payload.client.address.bytes[15] = 2;
	payload.client.port = 655;
	other_host = other_port = late = payload;
	other_host.server.address.bytes[15] = 3;
	other_port.client.port = other_port.server.port = 656;
	late.last_us = COMPANION_LIFE_US;
	assert_int_equal(grade_of_verdict(&payload), SURGETAP_GRADE_NONE);
	assert_int_equal(grade_of_packets(&control, &greeting, 1), SURGETAP_GRADE_DPI);
	assert_int_equal(grade_of_verdict(&payload), SURGETAP_GRADE_CACHE);
	assert_int_equal(grade_of_verdict(&other_host), SURGETAP_GRADE_NONE);
	assert_int_equal(grade_of_verdict(&other_port), SURGETAP_GRADE_NONE);
	assert_int_equal(grade_of_verdict(&late), SURGETAP_GRADE_NONE);
	memset(&companions, 0, sizeof companions);
}

static void control_flow_before_its_handshake_is_missed(void **state)
{
	static const struct packet hello = {true, 60, 0, START("\x16\1\0\0\0\0\0\0\0\0\0\0\x2f\1")};
	struct surgetap_flow control = flow_of(TCP, 443), payload = flow_of(UDP, 443);
	const struct surgetap_call call = {
		.host = &host, .worker_state = &companions, .flow = &control};

	(void)state;
	memset(&companions, 0, sizeof companions);
	memset(&best, 0, sizeof best);
	surgetap_plugin_vpn.on_ended(&call);
	assert_int_equal(best.grade, SURGETAP_GRADE_NONE);
	assert_int_equal(grade_of_packets(&payload, &hello, 1), SURGETAP_GRADE_DPI);
	memset(&best, 0, sizeof best);
	surgetap_plugin_vpn.on_ended(&call);
	assert_int_equal(best.grade, SURGETAP_GRADE_CACHE);
	memset(&companions, 0, sizeof companions);
}

static void n2n_is_missed_or_seen_in_a_version_alone(void **state)
{
	static const char edge[] = "\1\1\0\0lab\0............\2\3\4\5\6\7\0\0\0\0\0\0";
	static const struct {
		const char *answer;
		enum surgetap_grade grade;
	} cases[] = {
		{"\1\4\0\1lab\0............\0\0\0\0\0\0\2\3\4\5\6\7", SURGETAP_GRADE_DPI},
		{"\1\4\0\0lab\0............\2\7\7\7\7\7\0\0\0\0\0\0", SURGETAP_GRADE_DPI},
		{"\1\4\0\1bar\0............\0\0\0\0\0\0\2\3\4\5\6\7", SURGETAP_GRADE_NONE},
		{"\1\4\0\1lab\0............\0\0\0\0\0\0\2\3\4\5\6\6", SURGETAP_GRADE_NONE},
		{"\1\3\0\1lab\0............\0\0\0\0\0\0\2\3\4\5\6\7", SURGETAP_GRADE_NONE},
	};
	struct surgetap_flow flow = flow_of(UDP, 7654);

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct packet packets[] = {{true, 87, 0, edge, sizeof edge - 1},
			{false, 87, 0, cases[i].answer, sizeof edge - 1}};

		assert_int_equal(grade_of_packets(&flow, packets, 2), cases[i].grade);
		/* nobody has asked */
		assert_int_equal(grade_of_packets(&flow, packets + 1, 1), SURGETAP_GRADE_NONE);
	}
}

static void static_key_that_looks_like_speech_is_given_up(void **state)
{
	struct vpn_memory memory = {.static_key.run = 2};
	struct surgetap_flow flow = flow_of(UDP, 1194);
	const struct surgetap_call call = {
		.host = &host, .worker_state = &companions, .flow_state = &memory, .flow = &flow};

	(void)state;
	flow.protocol = flow.master = "rtp";
	assert_int_equal(surgetap_plugin_vpn.on_classified(&call), SURGETAP_MORE);
	memory.static_key.run = 0;
	assert_int_equal(surgetap_plugin_vpn.on_classified(&call), SURGETAP_DONE);
}

static void openvpn_behind_a_proxy_is_given_up(void **state)
{
	static const char *const names[] = {"socks", "http_connect"};

	(void)state;
	for (size_t i = 0; i < COUNT(names); i++) {
		struct vpn_memory memory = {0};
		struct surgetap_flow flow = flow_of(TCP, 1080);
		const struct surgetap_call call = {.host = &host,
			.worker_state = &companions,
			.flow_state = &memory,
			.flow = &flow};

		flow.protocol = flow.master = names[i];
		assert_int_equal(surgetap_plugin_vpn.on_classified(&call), SURGETAP_MORE);
	}
}

static void hello_without_a_name_is_missed_or_always_accused(void **state)
{
	struct surgetap_flow psiphon = flow_of(TCP, 443), other;

	(void)state;
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

static void visit_to_a_provider_is_called_a_tunnel(void **state)
{
	static const struct {
		const char *sni;
		enum surgetap_kind kind;
	} cases[] = {
		{"nordvpn.com", SURGETAP_KIND_CONTACT},
		{"API.NordVPN.com.", SURGETAP_KIND_CONTACT},
		{"api.mullvad.net", SURGETAP_KIND_CONTACT},
		{"se-sto-wg-001.relays.mullvad.net", SURGETAP_KIND_TUNNEL},
		{"api.polargrizzly.com", SURGETAP_KIND_CONTACT},
		{"mask.icloud.com", SURGETAP_KIND_TUNNEL},
		{"api.sec-tunnel.com", SURGETAP_KIND_CONTACT},
		{"eu0.sec-tunnel.com", SURGETAP_KIND_TUNNEL},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct surgetap_flow flow = flow_of(TCP, 443);

		flow.protocol = "tls";
		flow.confidence = SURGETAP_CONFIDENCE_DPI;
		flow.sni = cases[i].sni;
		assert_int_equal(grade_of_verdict(&flow), SURGETAP_GRADE_DPI);
		assert_int_equal(best.kind, cases[i].kind);
	}
}

static void provider_out_of_order_is_never_found(void **state)
{
	const struct vpn_provider *providers;
	size_t count = vpn_provider_table(&providers);

	(void)state;
	for (size_t i = 0; i < count; i++)
		assert_ptr_equal(vpn_provider_find(providers[i].domain.name), &providers[i]);
}

static void name_that_only_ends_alike_is_a_provider(void **state)
{
	static const char *const names[] = {"notnordvpn.com", "nordvpn.com.evil.net", "com", "",
		".", "icloud.com", "proton.me", "\xff\xfe.nordvpn.co"};

	(void)state;
	for (size_t i = 0; i < COUNT(names); i++)
		assert_null(vpn_provider_find(names[i]));
}

#define DNS_NAME "\x0bvaaaakasouu\1t\3lab\4test\0"
#define DNS_QUERY "\x77\xba\1\0\0\1\0\0\0\0\0\0" DNS_NAME
#define DNS_ANSWER "\x77\xba\x84\0\0\1\0\1\0\0\0\0" DNS_NAME
#define RECORD(type) type "\0\1\xc0\x0c" type "\0\1\0\0\0\0\0\x09"

static void tunnel_within_dns_is_missed(void **state)
{
	static const struct packet null[] = {
		{true, 40, 0, START(DNS_QUERY "\0\x0a\0\1")},
		{false, 61, 0, START(DNS_ANSWER RECORD("\0\x0a") "VACK")},
	};
	static const struct packet others[][1] = {
		{{false, 61, 0, START(DNS_ANSWER RECORD("\0\1") "VACK")}},
		{{false, 61, 0, START(DNS_ANSWER RECORD("\0\x0a") "VBCK")}},
		{{false, 56, 0, START(DNS_ANSWER RECORD("\0\x0a"))}},
		{{false, 14, 0, START("\x77\xba\x84\0\0\1\0\1\0\0\0\0\x3f")}},
		{{false, 14, 0, START("\x77\xba\x84\0\0\1\0\1\0\0\0\0\xc0\x0c")}},
	};
	struct surgetap_flow flow = flow_of(UDP, 53);

	(void)state;
	assert_int_equal(grade_of_packets(&flow, null, COUNT(null)), SURGETAP_GRADE_DPI);
	for (size_t i = 0; i < COUNT(others); i++)
		assert_int_equal(grade_of_packets(&flow, others[i], 1), SURGETAP_GRADE_NONE);
}

/* Packets of changing size, each with another first byte. */
static enum surgetap_grade grade_of_blocks(size_t count, size_t odd, bool is_one_sided)
{
	const struct surgetap_flow flow = flow_of(UDP, 1194);
	struct packet packets[12];

	for (size_t i = 0; i < count; i++)
		packets[i] = (struct packet){is_one_sided || i % 2 == 0,
			(uint16_t)(68 + 16 * (i % 3) + (i == odd)), (uint8_t)(i * 83 + 0x51), "",
			0};
	return grade_of_packets(&flow, packets, count);
}

static void static_key_is_missed_or_seen_in_anything(void **state)
{
	(void)state;
	assert_int_equal(grade_of_blocks(10, 12, false), SURGETAP_GRADE_HEURISTIC);
	assert_int_equal(grade_of_blocks(9, 12, false), SURGETAP_GRADE_NONE);
	assert_int_equal(grade_of_blocks(12, 4, false), SURGETAP_GRADE_NONE);
	assert_int_equal(grade_of_blocks(12, 12, true), SURGETAP_GRADE_NONE);
}

/* Messages behind their lengths, two in each segment; the length of number `odd` lies. */
static enum surgetap_grade grade_of_framed_blocks(size_t segments, size_t odd)
{
	const struct surgetap_flow flow = flow_of(TCP, 1194);
	struct vpn_memory memory = {0};
	const struct vpn_match *match = NULL;

	for (size_t i = 0; i < segments && match == NULL; i++) {
		uint8_t data[2 * (2 + 116)];
		struct surgetap_payload payload = {data, 0, 0, i % 2 == 0, (uint8_t)i};

		for (size_t k = 0; k < 2; k++) {
			uint8_t bytes = (uint8_t)(68 + 16 * ((2 * i + k) % 3));

			data[payload.captured_bytes++] = 0;
			data[payload.captured_bytes++] = (uint8_t)(bytes + (2 * i + k == odd));
			for (uint8_t m = 0; m < bytes; m++)
				data[payload.captured_bytes++] = (uint8_t)(i * 83 + 0x51 + 7 * m);
		}
		payload.length_bytes = payload.captured_bytes;
		match = vpn_openvpn_static_tcp(&memory, &flow, &payload);
	}
	return match != NULL ? match->grade : SURGETAP_GRADE_NONE;
}

static void static_key_over_tcp_is_missed_or_seen_in_anything(void **state)
{
	(void)state;
	assert_int_equal(grade_of_framed_blocks(3, 99), SURGETAP_GRADE_HEURISTIC);
	assert_int_equal(grade_of_framed_blocks(2, 99), SURGETAP_GRADE_NONE);
	assert_int_equal(grade_of_framed_blocks(12, 0), SURGETAP_GRADE_NONE);
	assert_int_equal(grade_of_framed_blocks(4, 3), SURGETAP_GRADE_NONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tunnel_within_dns_is_missed),
		cmocka_unit_test(static_key_is_missed_or_seen_in_anything),
		cmocka_unit_test(static_key_over_tcp_is_missed_or_seen_in_anything),
		cmocka_unit_test(control_flow_before_its_handshake_is_missed),
		cmocka_unit_test(n2n_is_missed_or_seen_in_a_version_alone),
		cmocka_unit_test(static_key_that_looks_like_speech_is_given_up),
		cmocka_unit_test(openvpn_behind_a_proxy_is_given_up),
		cmocka_unit_test(openvpn_pair_is_missed),
		cmocka_unit_test(openvpn_seen_one_way_is_missed),
		cmocka_unit_test(openvpn_is_seen_in_what_only_resembles_it),
		cmocka_unit_test(openvpn_begun_by_the_server_is_missed),
		cmocka_unit_test(openvpn_in_the_middle_is_missed),
		cmocka_unit_test(wireguard_pair_is_missed),
		cmocka_unit_test(wireguard_data_is_missed),
		cmocka_unit_test(wireguard_is_seen_in_what_only_resembles_it),
		cmocka_unit_test(single_packet_recipe_is_missed),
		cmocka_unit_test(truncated_or_wrong_start_matches),
		cmocka_unit_test(esp_in_udp_without_ike_is_missed),
		cmocka_unit_test(openvpn_in_small_segments_is_missed),
		cmocka_unit_test(scrambled_openvpn_is_missed),
		cmocka_unit_test(request_to_a_provider_is_called_a_tunnel),
		cmocka_unit_test(softether_is_missed),
		cmocka_unit_test(nebula_is_missed),
		cmocka_unit_test(dtls_of_openconnect_is_missed),
		cmocka_unit_test(data_flow_beside_a_handshake_is_missed),
		cmocka_unit_test(hello_without_a_name_is_missed_or_always_accused),
		cmocka_unit_test(plugin_waits_for_ever),
		cmocka_unit_test(guess_of_ndpi_counts_as_use),
		cmocka_unit_test(known_false_positive_of_ndpi_is_believed),
		cmocka_unit_test(tunnel_transport_is_missed),
		cmocka_unit_test(visit_to_a_provider_is_called_a_tunnel),
		cmocka_unit_test(provider_out_of_order_is_never_found),
		cmocka_unit_test(name_that_only_ends_alike_is_a_provider),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
