/* SPDX-License-Identifier: Apache-2.0 */
#include "recipe.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

extern const struct surgetap_plugin surgetap_plugin_coin;

#define COUNT(array) (sizeof array / sizeof array[0])
#define START(text) text, sizeof text - 1
#define TCP 6
#define UDP 17
#define NOTHING (-1)

/* A payload as a test gives it: how it begins, how long it is; the rest is 0xa5. */
struct packet {
	bool from_client;
	uint16_t bytes;
	const char *start;
	size_t start_bytes;
};

static int technique;

static void on_report(const struct surgetap_call *call, const struct surgetap_evidence *evidence)
{
	(void)call;
	assert_int_equal(evidence->grade, SURGETAP_GRADE_DPI);
	assert_true(strlen(evidence->reason) < 96);
	technique = evidence->technique;
}

static const struct surgetap_host host = {
	.abi = SURGETAP_ABI, .size = sizeof host, .report = on_report};

/* Shows packets as the sensor does, until the plugin is done. Returns the technique. */
static int technique_of(uint8_t transport, const struct packet *packets, size_t count)
{
	const struct surgetap_flow flow = {
		.size = sizeof flow, .transport = transport, .protocol = "unknown"};
	struct coin_memory memory = {0};
	enum surgetap_next next = SURGETAP_MORE;

	technique = NOTHING;
	for (size_t i = 0; i < count && next == SURGETAP_MORE; i++) {
		uint8_t *data = test_malloc(packets[i].bytes); /* exact: a read beyond is found */
		const struct surgetap_payload payload = {data, packets[i].bytes, packets[i].bytes,
			packets[i].from_client, (uint8_t)i};
		const struct surgetap_call call = {
			.host = &host, .flow_state = &memory, .flow = &flow, .payload = &payload};

		assert_true(packets[i].start_bytes <= packets[i].bytes);
		memset(data, 0xa5, packets[i].bytes);
		memcpy(data, packets[i].start, packets[i].start_bytes);
		next = surgetap_plugin_coin.on_packet(&call);
		test_free(data);
	}
	return technique;
}

static void node_is_missed(void **state)
{
	static const struct packet hellos[] = {
		{true, 295,
			START("\1\x21\1\1\1\1\1\1\6\1\0\0\0\0\0\0\1\xe9\3\0\0\0\0\0\0\1\0\0\0\1\0\0"
			      "\0")},
		{true, 133, START("\xfa\xbf\xb5\xdaversion\0\0\0\0\0\x6d\0\0\0\x66\x7f\x85\xef")},
		/* a network nobody has heard of */
		{true, 24, START("\1\2\3\4version\0\0\0\0\0\x6d\0\0\0\x66\x7f\x85\xef")},
		/* joined midway */
		{false, 24, START("\xf9\xbe\xb4\xd9inv\0\0\0\0\0\0\0\0\0\x25\0\0\0\1\2\3\4")},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(hellos); i++)
		assert_int_equal(technique_of(TCP, &hellos[i], 1), COIN_NODE);
}

static void node_is_seen_in_what_only_resembles_it(void **state)
{
	static const struct packet others[] = {
		{true, 295,
			START("\1\x21\1\1\1\1\1\1\6\1\0\0\0\0\0\0\1\xe9\3\0\0\0\0\0\0\1\0\0\0\2\0\0"
			      "\0")},
		{true, 32, START("\1\x21\1\1\1\1\1\1")},
		{true, 24, START("\1\2\3\4version\0\0\0\0\0\x6d\0\1\0\x66\x7f\x85\xef")},
		{true, 24, START("\1\2\3\4version\0x\0\0\0\x6d\0\0\0\x66\x7f\x85\xef")},
		{true, 24, START("\xf9\xbe\xb4\xd9i\0v\0\0\0\0\0\0\0\0\0\x25\0\0\0\1\2\3\4")},
		{true, 24, START("\xf9\xbe\xb4\xd8inv\0\0\0\0\0\0\0\0\0\x25\0\0\0\1\2\3\4")},
		{true, 23, START("\xf9\xbe\xb4\xd9inv\0\0\0\0\0\0\0\0\0\x25\0\0\0\1\2\3")},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(others); i++)
		assert_int_equal(technique_of(TCP, &others[i], 1), NOTHING);
}

/* A packet of Ethereum's discovery: everything up to the type is 0xa5. */
static struct packet discovery(bool from_client, char *start, uint8_t type, uint8_t list_bytes)
{
	memset(start, 0xa5, 98);
	start[97] = (char)type;
	start[98] = (char)(0xc0 + list_bytes);
	return (struct packet){from_client, (uint16_t)(99 + list_bytes), start, 99};
}

static void discovery_is_missed_or_seen_one_way(void **state)
{
	char starts[3][99];
	const struct packet packets[] = {discovery(true, starts[0], 1, 29),
		discovery(false, starts[1], 2, 30), discovery(false, starts[2], 7, 30)};
	const struct packet one_way[] = {packets[0], packets[0]},
			    wrong[] = {packets[0], packets[2]};
	struct packet cut[] = {packets[0], packets[1]};

	(void)state;
	cut[1].bytes++;
	assert_int_equal(technique_of(UDP, packets, 2), COIN_NODE);
	assert_int_equal(technique_of(UDP, one_way, 2), NOTHING);
	assert_int_equal(technique_of(UDP, wrong, 2), NOTHING);
	assert_int_equal(technique_of(UDP, cut, 2), NOTHING);
}

static void rlpx_is_missed_or_seen_one_way(void **state)
{
	static const struct packet auth = {true, 429, START("\x01\xab\x04\x77")},
				   ack = {false, 404, START("\x01\x92\x04\x77")},
				   odd = {false, 405, START("\x01\x92\x04\x77")},
				   point = {false, 404, START("\x01\x92\x02\x77")};
	/* WireGuard's data behind lengths */
	static const struct packet sent = {true, 242, START("\0\xf0\4\0\0\0")},
				   got = {false, 802, START("\3\x20\4\0\0\0")};
	const struct packet both[] = {auth, ack},
			    wrong[][2] = {{auth, odd}, {auth, point}, {ack, ack}, {sent, got}};

	(void)state;
	assert_int_equal(technique_of(TCP, both, 2), COIN_NODE);
	assert_int_equal(technique_of(TCP, both, 1), NOTHING);
	for (size_t i = 0; i < COUNT(wrong); i++)
		assert_int_equal(technique_of(TCP, wrong[i], 2), NOTHING);
}

static void miner_is_missed_or_seen_in_any_json(void **state)
{
	static const struct {
		const char *text;
		int technique;
	} cases[] = {
		{"{\"id\": 1, \"method\": \"mining.subscribe\", \"params\": []}\n", COIN_MINER},
		{"POST / HTTP/1.1\r\n\r\n{\"jsonrpc\":\"2.0\",\"method\":\"eth_getWork\"}",
			COIN_MINER},
		{"{\"jsonrpc\":\"2.0\",\"method\":\"login\",\"params\":{\"agent\":\"XMRig\"}}",
			COIN_MINER},
		{"{\"jsonrpc\":\"2.0\",\"method\":\"job\",\"params\":{\"blob\":\"0e0e\"}}",
			COIN_MINER},
		{"{\"jsonrpc\":\"2.0\",\"method\":\"echo\",\"params\":[\"Testing!\"]}", NOTHING},
		{"{\"jsonrpc\":\"2.0\",\"method\":\"login\",\"params\":{\"user\":\"me\"}}",
			NOTHING},
		{"GET /?\"mining.subscribe\" HTTP/1.1\r\n\r\n", NOTHING},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct packet packet = {true, (uint16_t)strlen(cases[i].text), cases[i].text,
			strlen(cases[i].text)};

		assert_int_equal(technique_of(TCP, &packet, 1), cases[i].technique);
	}
}

static void plugin_waits_for_ever(void **state)
{
	const struct surgetap_flow flow = {.size = sizeof flow, .transport = TCP};
	struct coin_memory memory = {0};
	const struct surgetap_payload payload = {
		(const uint8_t *)"x", 1, 1, true, COIN_PAYLOADS - 1};
	const struct surgetap_call call = {
		.host = &host, .flow_state = &memory, .flow = &flow, .payload = &payload};

	(void)state;
	assert_int_equal(surgetap_plugin_coin.on_packet(&call), SURGETAP_DONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(node_is_missed),
		cmocka_unit_test(node_is_seen_in_what_only_resembles_it),
		cmocka_unit_test(discovery_is_missed_or_seen_one_way),
		cmocka_unit_test(rlpx_is_missed_or_seen_one_way),
		cmocka_unit_test(miner_is_missed_or_seen_in_any_json),
		cmocka_unit_test(plugin_waits_for_ever),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
