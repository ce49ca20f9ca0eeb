/* SPDX-License-Identifier: Apache-2.0 */
#include "test_trial.h"

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

static void openvpn_joined_in_its_handshake_is_missed(void **state)
{
	static const struct packet packets[] = {
		{true, 300, 0, START("\x20" SESSION_A)},
		{false, 22, 0, START("\x28" SESSION_B)},
		{false, 900, 0, START("\x20" SESSION_B)},
		{true, 22, 0, START("\x28" SESSION_A)},
	};
	static const struct packet others[][4] = {
		/* text */
		{{true, 40, 0, START("(command ")}, {false, 40, 0, START("(answers ")},
			{true, 40, 0, START("(command ")}, {false, 40, 0, START("(answers ")}},
		/* one session */
		{{true, 40, 0, START("\x20" SESSION_A)}, {false, 40, 0, START("\x20" SESSION_A)},
			{true, 40, 0, START("\x20" SESSION_A)},
			{false, 40, 0, START("\x20" SESSION_A)}},
		/* sessions that change */
		{{true, 40, 0, START("\x20" SESSION_A)}, {false, 40, 0, START("\x20" SESSION_A)},
			{true, 40, 0, START("\x20" SESSION_B)},
			{false, 40, 0, START("\x20" SESSION_B)}},
	};
	struct surgetap_flow flow = flow_of(UDP, 1194);

	(void)state;
	assert_int_equal(grade_of_packets(&flow, packets, 3), SURGETAP_GRADE_NONE);
	assert_int_equal(grade_of_packets(&flow, packets, 4), SURGETAP_GRADE_HEURISTIC);
	for (size_t i = 0; i < COUNT(others); i++)
		assert_int_equal(grade_of_packets(&flow, others[i], 4), SURGETAP_GRADE_NONE);
}

static void openvpn_is_seen_in_what_only_resembles_it(void **state)
{
	static const struct packet cases[][4] = {
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
		/* later messages, of no size that resets have */
		{{true, 90, 3, NULL, 0}, {false, 200, 90, NULL, 0},
			{true, 300, 0, START("\x38" SESSION_A)},
			{false, 500, 0, START("\x40" SESSION_B)}},
		/* the answer is not longer by an acknowledgement, which it is in all modes */
		{{true, 54, 0, START("\x38" SESSION_A)}, {false, 65, 0, START("\x40" SESSION_B)}},
		{{true, 353, 0, START("\x50" SESSION_A)}, {false, 365, 0, START("\x40" SESSION_B)}},
		/* random first payloads that nDPI takes for OpenVPN */
		{{true, 80, 3, NULL, 0}, {false, 80, 90, NULL, 0}},
		{{true, 112, 3, NULL, 0}, {false, 112, 90, NULL, 0}},
	};
	struct surgetap_flow flow = flow_of(UDP, 1194);

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_int_equal(grade_of_packets(&flow, cases[i], cases[i][2].bytes ? 4 : 2),
			SURGETAP_GRADE_NONE);
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(openvpn_pair_is_missed),
		cmocka_unit_test(openvpn_seen_one_way_is_missed),
		cmocka_unit_test(openvpn_joined_in_its_handshake_is_missed),
		cmocka_unit_test(openvpn_is_seen_in_what_only_resembles_it),
		cmocka_unit_test(openvpn_begun_by_the_server_is_missed),
		cmocka_unit_test(openvpn_in_the_middle_is_missed),
		cmocka_unit_test(openvpn_in_small_segments_is_missed),
		cmocka_unit_test(scrambled_openvpn_is_missed),
		cmocka_unit_test(openvpn_behind_a_proxy_is_given_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
