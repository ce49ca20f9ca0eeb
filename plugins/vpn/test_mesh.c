/* SPDX-License-Identifier: Apache-2.0 */
#include "test_trial.h"

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

#define NEBULA(index, counter) START("\x11\0\0\0" index "\0\0\0\0" counter)

static void nebula_joined_midway_is_missed_or_seen_in_anything(void **state)
{
	static const struct packet packets[] = {
		{true, 84, 0, NEBULA("\x56\x0e\x92\x41", "\0\0\0\x08")},
		{true, 84, 0, NEBULA("\x56\x0e\x92\x41", "\0\0\0\x09")},
		{true, 84, 0, NEBULA("\x56\x0e\x92\x41", "\0\0\0\x0b")},
	};
	const struct packet others[][3] = {
		/* a counter that stands, indices that change, no index */
		{packets[0], packets[0], packets[0]},
		{packets[0], packets[1], {true, 84, 0, NEBULA("\x56\x0e\x92\x42", "\0\0\0\x0a")}},
		{{true, 84, 0, NEBULA("\0\0\0\0", "\0\0\0\1")},
			{true, 84, 0, NEBULA("\0\0\0\0", "\0\0\0\2")},
			{true, 84, 0, NEBULA("\0\0\0\0", "\0\0\0\3")}},
		/* reserved bytes */
		{packets[0], packets[1],
			{true, 84, 0, START("\x11\0\0\1\x56\x0e\x92\x41\0\0\0\0\0\0\0\x0a")}},
	};
	struct surgetap_flow flow = flow_of(UDP, 4242);

	(void)state;
	assert_int_equal(grade_of_packets(&flow, packets, 2), SURGETAP_GRADE_NONE);
	assert_int_equal(grade_of_packets(&flow, packets, 3), SURGETAP_GRADE_HEURISTIC);
	for (size_t i = 0; i < COUNT(others); i++)
		assert_int_equal(grade_of_packets(&flow, others[i], 3), SURGETAP_GRADE_NONE);
}

#define N2N_PACKET(name, sender) START("\1\3\0\0" name sender "\x0a\2\3\4\5\6")

static void n2n_joined_midway_is_missed_or_seen_in_anything(void **state)
{
	static const struct packet sent = {
		true, 154, 0, N2N_PACKET("lab\0............", "\x02\1\1\1\1\1")};
	static const struct packet got = {
		false, 154, 0, N2N_PACKET("lab\0------------", "\x02\2\2\2\2\2")};
	static const struct packet others[] = {
		{true, 154, 0, N2N_PACKET("bar\0............", "\x02\1\1\1\1\1")},
		{true, 154, 0, N2N_PACKET("lab.............", "\x02\1\1\1\1\1")},
		{true, 154, 0, N2N_PACKET("lab\0............", "\x03\1\1\1\1\1")},
		{true, 154, 0, N2N_PACKET("lab\0............", "\x0a\2\3\4\5\6")},
	};
	struct surgetap_flow flow = flow_of(UDP, 7654);

	(void)state;
	assert_int_equal(grade_of_packets(&flow, (const struct packet[]){sent, got, sent}, 3),
		SURGETAP_GRADE_HEURISTIC);
	assert_int_equal(grade_of_packets(&flow, (const struct packet[]){got, got, got}, 3),
		SURGETAP_GRADE_HEURISTIC);
	for (size_t i = 0; i < COUNT(others); i++)
		assert_int_equal(
			grade_of_packets(&flow, (const struct packet[]){sent, got, others[i]}, 3),
			SURGETAP_GRADE_NONE);
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

#define PACKET_ID "\1\2\3\4\5\6\7\x08"
#define RECEIVER "\xa1\xa2\xa3\xa4\xa5"
#define SENDER "\xb1\xb2\xb3\xb4\xb5"
#define CODE "\x11\x12\x13\x14\x15\x16\x17\x18"
#define VERSIONS "\x0c\1\x0a\0\6" PACKET_ID

static void zerotier_is_missed_or_seen_in_anything(void **state)
{
	static const struct packet hello = {
		true, 140, 0, START(PACKET_ID RECEIVER SENDER "\0" CODE "\1" VERSIONS SENDER "\0")};
	static const struct packet others[] = {
		/* encrypted; another verb; another's identity; an unknown kind of key; too short */
		{true, 140, 0,
			START(PACKET_ID RECEIVER SENDER "\x08" CODE "\1" VERSIONS SENDER "\0")},
		{true, 140, 0,
			START(PACKET_ID RECEIVER SENDER "\0" CODE "\3" VERSIONS SENDER "\0")},
		{true, 140, 0,
			START(PACKET_ID RECEIVER SENDER "\0" CODE "\1" VERSIONS RECEIVER "\0")},
		{true, 140, 0,
			START(PACKET_ID RECEIVER SENDER "\0" CODE "\1" VERSIONS SENDER "\2")},
		{true, 110, 0,
			START(PACKET_ID RECEIVER SENDER "\0" CODE "\1" VERSIONS SENDER "\0")},
	};
	struct surgetap_flow flow = flow_of(UDP, 9993);
	char filler[140];

	(void)state;
	assert_int_equal(grade_of_packets(&flow, &hello, 1), SURGETAP_GRADE_DPI);
	for (size_t i = 0; i < COUNT(others); i++)
		assert_int_equal(grade_of_packets(&flow, &others[i], 1), SURGETAP_GRADE_NONE);
	memset(filler, 1, sizeof filler);
	assert_int_equal(
		grade_of_packets(&flow, &(struct packet){true, 140, 0, filler, sizeof filler}, 1),
		SURGETAP_GRADE_NONE);
	for (uint16_t bytes = 1; bytes < 47; bytes++) {
		struct packet cut = hello;

		cut.bytes = bytes;
		cut.start_bytes = bytes < hello.start_bytes ? bytes : hello.start_bytes;
		assert_int_equal(grade_of_packets(&flow, &cut, 1), SURGETAP_GRADE_NONE);
	}
}

static void zerotier_joined_midway_is_missed_or_seen_in_anything(void **state)
{
	static const struct packet sent = {
		true, 52, 0, START(PACKET_ID RECEIVER SENDER "\x08" CODE)};
	static const struct packet got = {
		false, 346, 0, START(PACKET_ID SENDER RECEIVER "\x08" CODE)};
	static const struct packet others[] = {
		/* no answer; the same order; in the clear; a fragment; one address */
		{true, 346, 0, START(PACKET_ID SENDER RECEIVER "\x08" CODE)},
		{false, 346, 0, START(PACKET_ID RECEIVER SENDER "\x08" CODE)},
		{false, 346, 0, START(PACKET_ID SENDER RECEIVER "\0" CODE)},
		{false, 346, 0, START(PACKET_ID SENDER "\xff" RECEIVER "\x08" CODE)},
		{false, 346, 0, START(PACKET_ID SENDER SENDER "\x08" CODE)},
	};
	struct surgetap_flow flow = flow_of(UDP, 9993);

	(void)state;
	assert_int_equal(grade_of_packets(&flow, (const struct packet[]){sent, got}, 2),
		SURGETAP_GRADE_HEURISTIC);
	for (size_t i = 0; i < COUNT(others); i++)
		assert_int_equal(
			grade_of_packets(&flow, (const struct packet[]){sent, others[i]}, 2),
			SURGETAP_GRADE_NONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nebula_is_missed),
		cmocka_unit_test(nebula_joined_midway_is_missed_or_seen_in_anything),
		cmocka_unit_test(n2n_joined_midway_is_missed_or_seen_in_anything),
		cmocka_unit_test(zerotier_joined_midway_is_missed_or_seen_in_anything),
		cmocka_unit_test(zerotier_is_missed_or_seen_in_anything),
		cmocka_unit_test(n2n_is_missed_or_seen_in_a_version_alone),
		cmocka_unit_test(data_flow_beside_a_handshake_is_missed),
		cmocka_unit_test(control_flow_before_its_handshake_is_missed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
