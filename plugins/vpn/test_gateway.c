/* SPDX-License-Identifier: Apache-2.0 */
#include "test_trial.h"

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

#define KEY_RECORD "\x16\xfe\xfd\0\0\0\0\0\0\0\1\0\x11\x10\0\0\5\0\1\0\0\0\0\0\5"

/* Fills a DTLS hello with a session id of `id_bytes` and two suites, the second one as given. */
static size_t make_dtls_hello(char *hello, uint8_t id_bytes, const char *second_suite)
{
	static const char suites[] =
		"\0\0\4\xc0\xa8"; /* no cookie, four bytes, a suite with a key */
	size_t at = 60u + id_bytes;

	memset(hello, 0x55, at);
	memcpy(hello, "\x16\xfe\xff", 3);
	hello[13] = 1;
	hello[59] = (char)id_bytes;
	memcpy(hello + at, suites, 5);
	memcpy(hello + at + 5, second_suite, 2);
	return at + 7;
}

static bool is_waited_for(const struct surgetap_flow *flow, const struct surgetap_payload *payload)
{
	struct vpn_memory memory = {0};
	const struct surgetap_call call = {
		.host = &host, .worker_state = &companions, .flow_state = &memory, .flow = flow};

	assert_null(vpn_openconnect_hello(&memory, flow, payload));
	return surgetap_plugin_vpn.on_classified(&call) == SURGETAP_MORE;
}

static void dtls_of_openconnect_is_missed(void **state)
{
	static const struct packet key = {true, 30, 0, START(KEY_RECORD "\0\3psk")};
	static const struct packet others[] = {
		{true, 30, 0, START(KEY_RECORD "\0\3key")},
		{true, 29, 0, START(KEY_RECORD "\0\3ps")},
	};
	struct surgetap_flow flow = flow_of(UDP, 9443), stream = flow_of(TCP, 443);

	(void)state;
	memset(&companions, 0, sizeof companions);
	for (size_t i = 0; i < COUNT(others); i++)
		assert_int_equal(grade_of_packets(&flow, &others[i], 1), SURGETAP_GRADE_NONE);
	/* the gateway's packet came first: it is taken for the client */
	flow.client.port = 443;
	flow.server.port = 40000;
	assert_int_equal(grade_of_packets(&flow, &key, 1), SURGETAP_GRADE_HEURISTIC);
	assert_int_equal(grade_of_verdict(&stream), SURGETAP_GRADE_CACHE);
	memset(&companions, 0, sizeof companions);
}

/* nDPI says DTLS at the hello. */
static void flow_is_given_up_between_hello_and_key(void **state)
{
	const struct surgetap_flow flow = flow_of(UDP, 9443);
	char hello[128];
	struct surgetap_payload payload = {(const uint8_t *)hello, 0, 0, true, 0};

	(void)state;
	payload.captured_bytes = payload.length_bytes =
		(uint32_t)make_dtls_hello(hello, 32, "\xcc\xab");
	assert_true(is_waited_for(&flow, &payload));
	payload.captured_bytes--;
	assert_false(is_waited_for(&flow, &payload));
	payload.captured_bytes = payload.length_bytes =
		(uint32_t)make_dtls_hello(hello, 32, "\xc0\x2b");
	assert_false(is_waited_for(&flow, &payload));
	payload.captured_bytes = payload.length_bytes =
		(uint32_t)make_dtls_hello(hello, 0, "\xcc\xab");
	assert_false(is_waited_for(&flow, &payload));
}

/* CoAP's suite, and the session before it taken up again. */
static void device_that_resumes_is_called_openconnect(void **state)
{
	struct surgetap_flow flow = flow_of(UDP, 5684);
	char hello[128];
	struct packet packet = {true, 0, 0, hello, 0};

	(void)state;
	packet.bytes = (uint16_t)(packet.start_bytes = make_dtls_hello(hello, 32, "\0\xff"));
	assert_int_equal(grade_of_packets(&flow, &packet, 1), SURGETAP_GRADE_NONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(softether_is_missed),
		cmocka_unit_test(dtls_of_openconnect_is_missed),
		cmocka_unit_test(flow_is_given_up_between_hello_and_key),
		cmocka_unit_test(device_that_resumes_is_called_openconnect),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
