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

#define KEY_RECORD "\x16\xfe\xfd\0\0\0\0\0\0\0\1\0\x11\x10\0\0\5\0\1\0\0\0\0\0\5"

static void openconnect_joined_behind_its_hello_is_missed(void **state)
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(softether_is_missed),
		cmocka_unit_test(openconnect_joined_behind_its_hello_is_missed),
		cmocka_unit_test(dtls_of_openconnect_is_missed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
