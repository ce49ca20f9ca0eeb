/* SPDX-License-Identifier: Apache-2.0 */
#include "test_trial.h"

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

#define HEADER "\x5f\x21\x63\x07"
#define OTHER_HEADER "\x5f\x21\x63\x08"
#define ALTERED(from_client, bytes, header, index, counter)                                        \
	{                                                                                          \
		from_client, bytes, 0, START(header index counter "\0\0\0\0\0\0\0")                \
	}

static void wireguard_with_headers_of_its_own_is_missed(void **state)
{
	static const struct packet packets[] = {
		{true, 333, 5, NULL, 0}, /* junk */
		{true, 71, 90, NULL, 0},
		{true, 163, 2,
			START("padding of 15 b"
			      "\x11\x22\x33\x44" INDEX_A)},
		{false, 104, 9, NULL, 0},
		ALTERED(true, 32, HEADER, INDEX_B, "\0"),
		ALTERED(false, 128, HEADER, INDEX_A, "\0"),
		ALTERED(true, 96, HEADER, INDEX_B, "\1"),
		ALTERED(false, 1440, HEADER, INDEX_A, "\1"),
	};
	struct surgetap_flow flow = flow_of(UDP, 443);

	(void)state;
	assert_int_equal(grade_of_packets(&flow, packets, 7), SURGETAP_GRADE_NONE);
	assert_int_equal(grade_of_packets(&flow, packets, 8), SURGETAP_GRADE_HEURISTIC);
}

static void one_direction_of_altered_wireguard_is_missed(void **state)
{
	static const struct packet packets[] = {
		ALTERED(false, 128, HEADER, INDEX_A, "\0"),
		ALTERED(false, 96, HEADER, INDEX_A, "\1"),
		ALTERED(false, 1440, HEADER, INDEX_A, "\2"),
		ALTERED(false, 96, HEADER, INDEX_A, "\4"),
		ALTERED(false, 96, HEADER, INDEX_A, "\5"),
		ALTERED(false, 96, HEADER, INDEX_A, "\6"),
	};
	struct surgetap_flow flow = flow_of(UDP, 443);

	(void)state;
	assert_int_equal(grade_of_packets(&flow, packets, 6), SURGETAP_GRADE_NONE);
	flow.packets_to_server = 0;
	assert_int_equal(grade_of_packets(&flow, packets, 5), SURGETAP_GRADE_NONE);
	assert_int_equal(grade_of_packets(&flow, packets, 6), SURGETAP_GRADE_HEURISTIC);
}

/* nDPI calls the first datagram on port 53 DNS, be it junk. */
static void junk_on_the_port_of_dns_is_given_up(void **state)
{
	static uint8_t junk[] = "\x93\x11\x52\xa0\x77\x9c\x10\x41 junk";
	static uint8_t question[] = "\x93\x11\x01\0\0\1\0\0\0\0\0\0";
	struct surgetap_flow flow = flow_of(UDP, 53);

	(void)state;
	flow.protocol = "dns";
	flow.confidence = SURGETAP_CONFIDENCE_DPI;
	for (int i = 0; i < 2; i++) {
		const struct surgetap_payload payload = {i ? question : junk, 12, 12, true, 0};
		struct vpn_memory memory = {0};
		const struct surgetap_call call = {.host = &host,
			.worker_state = &companions,
			.flow_state = &memory,
			.flow = &flow,
			.payload = &payload};

		assert_int_equal(surgetap_plugin_vpn.on_packet(&call), SURGETAP_MORE);
		assert_int_equal(surgetap_plugin_vpn.on_classified(&call),
			i ? SURGETAP_DONE : SURGETAP_MORE);
	}
}

static void counters_of_others_are_called_altered_wireguard(void **state)
{
	static const struct packet cases[][4] = {
		/* the two ends have different headers, or one index */
		{ALTERED(true, 32, HEADER, INDEX_B, "\0"),
			ALTERED(false, 32, OTHER_HEADER, INDEX_A, "\0"),
			ALTERED(true, 32, HEADER, INDEX_B, "\1"),
			ALTERED(false, 32, OTHER_HEADER, INDEX_A, "\1")},
		{ALTERED(true, 32, HEADER, INDEX_A, "\0"),
			ALTERED(false, 32, HEADER, INDEX_A, "\0"),
			ALTERED(true, 32, HEADER, INDEX_A, "\1"),
			ALTERED(false, 32, HEADER, INDEX_A, "\1")},
		/* one direction; no whole blocks; counters that stand, or began long ago */
		{ALTERED(true, 32, HEADER, INDEX_B, "\0"), ALTERED(true, 32, HEADER, INDEX_B, "\1"),
			ALTERED(true, 32, HEADER, INDEX_B, "\2"),
			ALTERED(true, 32, HEADER, INDEX_B, "\3")},
		{ALTERED(true, 33, HEADER, INDEX_B, "\0"),
			ALTERED(false, 33, HEADER, INDEX_A, "\0"),
			ALTERED(true, 33, HEADER, INDEX_B, "\1"),
			ALTERED(false, 33, HEADER, INDEX_A, "\1")},
		{ALTERED(true, 32, HEADER, INDEX_B, "\0"),
			ALTERED(false, 32, HEADER, INDEX_A, "\0"),
			ALTERED(true, 32, HEADER, INDEX_B, "\0"),
			ALTERED(false, 32, HEADER, INDEX_A, "\0")},
		{ALTERED(true, 32, HEADER, INDEX_B, "\x70"),
			ALTERED(false, 32, HEADER, INDEX_A, "\x70"),
			ALTERED(true, 32, HEADER, INDEX_B, "\x71"),
			ALTERED(false, 32, HEADER, INDEX_A, "\x71")},
	};
	struct surgetap_flow flow = flow_of(UDP, 443);

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_int_equal(grade_of_packets(&flow, cases[i], 4), SURGETAP_GRADE_NONE);
}

static void wireguard_over_tcp_is_missed(void **state)
{
	static const struct packet plain[] = {
		{true, 150, 0, START("\0\x94\1\0\0\0" INDEX_A)},
		{false, 94, 0, START("\0\x5c\2\0\0\0" INDEX_B INDEX_A)},
	};
	static const struct packet others[][2] = {
		{{true, 150, 0, START("\0\x95\1\0\0\0" INDEX_A)},
			{false, 94, 0, START("\0\x5d\2\0\0\0" INDEX_B INDEX_A)}},
		{{true, 150, 0, START("\0\x94\1\0\0\1" INDEX_A)},
			{false, 94, 0, START("\0\x5c\2\0\0\1" INDEX_B INDEX_B)}},
		{{true, 1, 0, START("\0")}, {false, 2, 0, START("\0\0")}},
	};
	struct surgetap_flow flow = flow_of(TCP, 443);

	(void)state;
	assert_int_equal(grade_of_packets(&flow, plain, 2), SURGETAP_GRADE_DPI);
	for (size_t i = 0; i < COUNT(others); i++)
		assert_int_equal(grade_of_packets(&flow, others[i], 2), SURGETAP_GRADE_NONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(wireguard_pair_is_missed),
		cmocka_unit_test(wireguard_data_is_missed),
		cmocka_unit_test(wireguard_is_seen_in_what_only_resembles_it),
		cmocka_unit_test(wireguard_with_headers_of_its_own_is_missed),
		cmocka_unit_test(one_direction_of_altered_wireguard_is_missed),
		cmocka_unit_test(junk_on_the_port_of_dns_is_given_up),
		cmocka_unit_test(counters_of_others_are_called_altered_wireguard),
		cmocka_unit_test(wireguard_over_tcp_is_missed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
