/* SPDX-License-Identifier: Apache-2.0 */
#include "test_host.h"

#define HELLO                                                                                      \
	{                                                                                          \
		true, START("\x16\3\1\2\0\1\0\1\xfc\3\3")                                          \
	}

static void drawn_name_like_a_word_is_missed(void **state)
{
	static const struct start tls13[] = {HELLO, {false, START("\x16\3\3\0\x7a\2")},
		{true, START("\x14\3\3\0\1\1\x17\3\3\0\x45")}, {false, START("\x17\3\3\0\x4a")},
		{true, START("\x17\3\3\0\x1c")}, {true, START("\x17\3\3\x08\x19")}};
	static const struct start tls12[] = {
		HELLO, {true, START("\x17\3\3\0\x23")}, {false, START("\x17\3\3\2\x1a")}};
	static const struct start web[] = {
		HELLO, {true, START("\x17\3\3\0\x60")}, {true, START("\x17\3\3\2\x13")}};
	static const struct start odd[] = {
		HELLO, {true, START("\x17\3\3\0\x1c")}, {true, START("\x17\3\3\2\x14")}};
	struct surgetap_flow flow = tls_flow("198.51.100.11", 9001);

	(void)state;
	flow.sni = "www.dno673.com";
	assert_int_equal(grade_of_starts(&flow, tls13, 6), SURGETAP_GRADE_HEURISTIC);
	assert_int_equal(grade_of_starts(&flow, tls12, 3), SURGETAP_GRADE_HEURISTIC);
	assert_int_equal(grade_of_starts(&flow, web, 3), SURGETAP_GRADE_NONE);
	assert_int_equal(grade_of_starts(&flow, odd, 3), SURGETAP_GRADE_NONE);
	flow.sni = "www.company-24.com";
	assert_int_equal(grade_of_starts(&flow, tls13, 6), SURGETAP_GRADE_NONE);
	flow.sni = "www.dno673.com";
	flow.alpn = "h2";
	assert_int_equal(grade_of_starts(&flow, tls13, 6), SURGETAP_GRADE_NONE);
}

#define CERTIFICATE(issuer, subject)                                                               \
	HELLO,                                                                                     \
	{                                                                                          \
		false, START("\x16\3\3\1\0\x0b\6\3\x55\4\3" issuer "--\6\3\x55\4\3" subject)       \
	}

static void certificate_of_a_relay_is_missed(void **state)
{
	static const struct start relay[] = {
		CERTIFICATE("\x0c\x12www.t3i3ru7b6x.com", "\x0c\x0ewww.kx5d2o.net")};
	static const struct start others[][2] = {
		{CERTIFICATE("\x0c\x12www.t3i3ru7b6x.com", "\x0c\x0ewww.kx5d2o.com")},
		{CERTIFICATE("\x0c\x0bSome Issuer", "\x0c\x0ewww.kx5d2o.net")},
		{CERTIFICATE("\x0c\x12www.t3i3ru7b6x.com", "\x0c\x7fwww.kx5d2o.net")},
		{CERTIFICATE("\x0c\x12www.t3i3ru7b6x.com", "")},
		{CERTIFICATE("\x0c\x12www.t3i3ru7b6x.com", "\x0c")},
		{CERTIFICATE("\x0c\x00", "\x0c\x00")},
	};
	struct surgetap_flow flow = tls_flow("198.51.100.11", 9001);

	(void)state;
	assert_int_equal(grade_of_starts(&flow, relay, 2), SURGETAP_GRADE_DPI);
	for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
		assert_int_equal(grade_of_starts(&flow, others[i], 2), SURGETAP_GRADE_NONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(drawn_name_like_a_word_is_missed),
		cmocka_unit_test(certificate_of_a_relay_is_missed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
