/* SPDX-License-Identifier: Apache-2.0 */
#include "test_trial.h"

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

#define DATA_NAME "\x33ztvjaA-La-flute-naive-francaise-est-retiree-a-Crete\1t\3lab\4test\0"
#define DATA_QUERY "\xf0\x76\1\0\0\1\0\0\0\0\0\0" DATA_NAME

static void tunnel_within_dns_joined_midway_is_missed(void **state)
{
	static const struct packet null = {true, 90, 0, START(DATA_QUERY "\0\x0a\0\1")},
				   text = {true, 90, 0, START(DATA_QUERY "\0\x10\0\1")};
	const struct packet asked[] = {null, null, null, null}, other[] = {text, text, text, text};
	struct surgetap_flow flow = flow_of(UDP, 53);

	(void)state;
	assert_int_equal(grade_of_packets(&flow, asked, 3), SURGETAP_GRADE_NONE);
	assert_int_equal(grade_of_packets(&flow, asked, 4), SURGETAP_GRADE_HEURISTIC);
	assert_int_equal(grade_of_packets(&flow, other, 4), SURGETAP_GRADE_NONE);
}

/* Packets of changing size, each with another first byte. */
static enum surgetap_grade grade_of_blocks(
	size_t count, size_t odd, bool is_one_sided, bool is_one_way)
{
	struct surgetap_flow flow = flow_of(UDP, 1194);
	struct packet packets[12];

	flow.packets_to_client = is_one_way ? 0 : 1;

	for (size_t i = 0; i < count; i++)
		packets[i] = (struct packet){is_one_sided || i % 2 == 0,
			(uint16_t)(68 + 16 * (i % 3) + (i == odd)), (uint8_t)(i * 83 + 0x51), "",
			0};
	return grade_of_packets(&flow, packets, count);
}

static void static_key_is_missed_or_seen_in_anything(void **state)
{
	(void)state;
	assert_int_equal(grade_of_blocks(10, 12, false, false), SURGETAP_GRADE_HEURISTIC);
	assert_int_equal(grade_of_blocks(9, 12, false, false), SURGETAP_GRADE_NONE);
	assert_int_equal(grade_of_blocks(12, 4, false, false), SURGETAP_GRADE_NONE);
	assert_int_equal(grade_of_blocks(12, 12, true, false), SURGETAP_GRADE_NONE);
	/* the tap sees one direction */
	assert_int_equal(grade_of_blocks(10, 12, true, true), SURGETAP_GRADE_HEURISTIC);
	assert_int_equal(grade_of_blocks(9, 12, true, true), SURGETAP_GRADE_NONE);
	assert_int_equal(grade_of_blocks(12, 4, true, true), SURGETAP_GRADE_NONE);
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
		cmocka_unit_test(static_key_that_looks_like_speech_is_given_up),
		cmocka_unit_test(tunnel_within_dns_is_missed),
		cmocka_unit_test(tunnel_within_dns_joined_midway_is_missed),
		cmocka_unit_test(static_key_is_missed_or_seen_in_anything),
		cmocka_unit_test(static_key_over_tcp_is_missed_or_seen_in_anything),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
