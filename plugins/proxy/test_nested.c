/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/tls_session.h"

extern const struct surgetap_plugin surgetap_plugin_proxy;

static struct surgetap_evidence best;
static uint64_t worker[(1u << 20) / sizeof(uint64_t)];

static void on_report(const struct surgetap_call *call, const struct surgetap_evidence *evidence)
{
	(void)call;
	if (evidence->grade > best.grade)
		best = *evidence;
}

static const struct surgetap_host host = {
	.abi = SURGETAP_ABI, .size = sizeof host, .report = on_report};

struct setting {
	uint16_t suite, extensions_bytes;
	const char *alpn;
};

/* A server that takes up no ALPN, and one that does; a client that offers none. */
static const struct setting bare = {TLS13, 6, "h2,http/1.1"}, web = {TLS13, 19, "h2,http/1.1"},
			    silent = {TLS13, 6, NULL}, old = {TLS12_GCM, 0, "h2,http/1.1"};

static enum surgetap_grade grade_of(
	const struct setting *setting, const int *messages, size_t count)
{
	struct surgetap_flow flow = tls_session_flow();
	uint64_t memory[32] = {0};
	struct tls_session session = {.plugin = &surgetap_plugin_proxy,
		.host = &host,
		.flow = &flow,
		.memory = memory,
		.worker = worker,
		.suite = setting->suite,
		.extensions_bytes = setting->extensions_bytes};

	flow.alpn = setting->alpn;
	memset(&best, 0, sizeof best);
	tls_session_run(&session, messages, count);
	return best.grade;
}

#define GRADE(setting, ...)                                                                        \
	grade_of(setting, (const int[]){__VA_ARGS__},                                              \
		sizeof((const int[]){__VA_ARGS__}) / sizeof(int))

static void end_of_a_second_handshake_is_missed(void **state)
{
	(void)state;
	/* Trojan, its hello behind a request; vmess; Shadowsocks; TLS 1.2 on both levels */
	assert_int_equal(GRADE(&web, 585, -57, -57, -825, 80), SURGETAP_GRADE_HEURISTIC);
	assert_int_equal(GRADE(&web, -57, 641, -1186, -862, 82), SURGETAP_GRADE_HEURISTIC);
	assert_int_equal(GRADE(&web, 660, -3000, 98), SURGETAP_GRADE_HEURISTIC);
	assert_int_equal(GRADE(&old, 585, -2100, 126), SURGETAP_GRADE_HEURISTIC);
}

/* Under load a proxy's client sends its request before it has the hello. */
static void second_handshake_behind_a_request_of_its_own_is_missed(void **state)
{
	(void)state;
	assert_int_equal(GRADE(&web, 68, 517, -57, -57, -825, 80), SURGETAP_GRADE_HEURISTIC);
	assert_int_equal(GRADE(&bare, 68, 517, -825, 226, -816), SURGETAP_GRADE_HEURISTIC);
	assert_int_equal(GRADE(&web, 68, 490, -825, 80), SURGETAP_GRADE_NONE);
	assert_int_equal(GRADE(&web, 168, 517, -825, 80), SURGETAP_GRADE_NONE);
	assert_int_equal(GRADE(&web, 68, 517, 517, -825, 80), SURGETAP_GRADE_NONE);
	/* HTTP/2: settings and a long request; what is asked next begins with an acknowledgement */
	assert_int_equal(GRADE(&web, 64, 600, -40, -2000, 9, 80, -900), SURGETAP_GRADE_NONE);
}

/* The server has the client's Finished and the request, before the hello came. */
static void tickets_between_request_and_hello_count_as_an_answer(void **state)
{
	(void)state;
	assert_int_equal(GRADE(&web, 68, -57, -57, 517, -825, 80), SURGETAP_GRADE_HEURISTIC);
	assert_int_equal(GRADE(&web, 68, -233, -233, 517, -825, 80), SURGETAP_GRADE_HEURISTIC);
	/* after a resumption */
	assert_int_equal(GRADE(&web, 68, -57, 517, -825, 80), SURGETAP_GRADE_HEURISTIC);
	assert_int_equal(GRADE(&bare, 68, -57, 517, -825, 226, -816), SURGETAP_GRADE_HEURISTIC);
}

static void answer_counts_as_a_ticket(void **state)
{
	(void)state;
	assert_int_equal(GRADE(&web, 68, -233, 517, -825, 80), SURGETAP_GRADE_NONE);
	assert_int_equal(GRADE(&web, 68, -233, -232, 517, -825, 80), SURGETAP_GRADE_NONE);
	assert_int_equal(GRADE(&web, 68, -1400, -1400, 517, -825, 80), SURGETAP_GRADE_NONE);
	assert_int_equal(GRADE(&web, 68, -57, 68, -57, 517, -825, 80), SURGETAP_GRADE_NONE);
	/* the answer is complete with what was kept back */
	assert_int_equal(GRADE(&web, 585, -500, -101, 80), SURGETAP_GRADE_HEURISTIC);
	assert_int_equal(GRADE(&web, 585, -500, -99, 80), SURGETAP_GRADE_NONE);
	/* TLS 1.2 sends tickets within the handshake */
	assert_int_equal(GRADE(&old, 68, -57, -57, 517, -825, 80), SURGETAP_GRADE_NONE);
}

static void request_and_answer_count_as_a_handshake(void **state)
{
	(void)state;
	assert_int_equal(GRADE(&web, 585, -825, 81), SURGETAP_GRADE_NONE);
	assert_int_equal(GRADE(&web, 585, -500, 80), SURGETAP_GRADE_NONE);
	assert_int_equal(GRADE(&web, 585, -9100, 80), SURGETAP_GRADE_NONE);
	assert_int_equal(GRADE(&web, 200, -825, 80), SURGETAP_GRADE_NONE);
	assert_int_equal(GRADE(&web, 300, 285, -825, 80), SURGETAP_GRADE_NONE);
	assert_int_equal(GRADE(&web, 585, -825, 585, -825, 80, -900), SURGETAP_GRADE_NONE);
}

static void handshake_with_a_request_behind_is_missed_or_any_web_site_accused(void **state)
{
	(void)state;
	assert_int_equal(GRADE(&bare, 585, -825, 226, -816), SURGETAP_GRADE_HEURISTIC);
	assert_int_equal(GRADE(&web, 585, -825, 226, -816), SURGETAP_GRADE_NONE);
	assert_int_equal(GRADE(&silent, 585, -825, 226, -816), SURGETAP_GRADE_NONE);
	assert_int_equal(GRADE(&bare, 585, -825, 226, 226, -816), SURGETAP_GRADE_NONE);
	assert_int_equal(GRADE(&bare, 585, -825, 40, -816), SURGETAP_GRADE_NONE);
}

static void websocket_is_missed_or_any_accused(void **state)
{
	(void)state;
	assert_int_equal(GRADE(&web, 187, -129, 689, -935, 260, -576), SURGETAP_GRADE_HEURISTIC);
	assert_non_null(strstr(best.reason, "WebSocket"));
	assert_int_equal(
		GRADE(&web, 187, -129, 679, -899, 147, 118, 121, -615), SURGETAP_GRADE_HEURISTIC);
	assert_int_equal(GRADE(&web, 187, -129, 679, -899, 40, 118, -615), SURGETAP_GRADE_NONE);
	/* other headers; chat; a second upgrade */
	assert_int_equal(GRADE(&web, 187, -180, 689, -935, 260, -576), SURGETAP_GRADE_NONE);
	assert_int_equal(GRADE(&web, 187, -129, 60, -70, 60, -70, 60), SURGETAP_GRADE_NONE);
	assert_int_equal(
		GRADE(&web, 187, -129, 187, -129, 689, -935, 260, -576), SURGETAP_GRADE_NONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(end_of_a_second_handshake_is_missed),
		cmocka_unit_test(second_handshake_behind_a_request_of_its_own_is_missed),
		cmocka_unit_test(tickets_between_request_and_hello_count_as_an_answer),
		cmocka_unit_test(answer_counts_as_a_ticket),
		cmocka_unit_test(request_and_answer_count_as_a_handshake),
		cmocka_unit_test(handshake_with_a_request_behind_is_missed_or_any_web_site_accused),
		cmocka_unit_test(websocket_is_missed_or_any_accused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
