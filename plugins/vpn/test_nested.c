/* SPDX-License-Identifier: Apache-2.0 */
#include "companion.h"
#include "recipe.h"

#include "tests/unit/tls_session.h"

extern const struct surgetap_plugin surgetap_plugin_vpn;

#define COUNT(array) (sizeof array / sizeof array[0])

static struct companions companions;
static struct surgetap_evidence best;

static void on_report(const struct surgetap_call *call, const struct surgetap_evidence *evidence)
{
	(void)call;
	if (evidence->grade > best.grade)
		best = *evidence;
}

static const struct surgetap_host host = {
	.abi = SURGETAP_ABI, .size = sizeof host, .report = on_report};

static enum surgetap_grade grade_of(
	uint16_t suite, uint32_t segment_bytes, const int *messages, size_t count)
{
	const struct surgetap_flow flow = tls_session_flow();
	struct vpn_memory memory = {0};
	struct tls_session session = {.plugin = &surgetap_plugin_vpn,
		.host = &host,
		.flow = &flow,
		.memory = &memory,
		.worker = &companions,
		.suite = suite,
		.extensions_bytes = 6,
		.segment_bytes = segment_bytes};

	memset(&best, 0, sizeof best);
	tls_session_run(&session, messages, count);
	return best.grade;
}

#define GRADE(suite, ...)                                                                          \
	grade_of(suite, 0, (const int[]){__VA_ARGS__},                                             \
		sizeof((const int[]){__VA_ARGS__}) / sizeof(int))

static void openvpn_in_tls_is_missed(void **state)
{
	(void)state;
	/* plain and answered by hello or by acknowledgement, below tls-auth, in each kind of suite
	 */
	assert_int_equal(GRADE(TLS13, 16, -28, 305), SURGETAP_GRADE_HEURISTIC);
	assert_int_equal(GRADE(TLS13, 16, -265, -28, 24, 300), SURGETAP_GRADE_HEURISTIC);
	assert_int_equal(GRADE(TLS12_GCM, 44, -56, 52), SURGETAP_GRADE_HEURISTIC);
	assert_int_equal(GRADE(TLS12_CHACHA, 56, -68, 400), SURGETAP_GRADE_HEURISTIC);
	assert_non_null(strstr(best.reason, "OpenVPN"));
}

static void chat_in_tls_is_called_openvpn(void **state)
{
	(void)state;
	assert_int_equal(GRADE(TLS13, 16, -28, 30), SURGETAP_GRADE_NONE);
	assert_int_equal(GRADE(TLS13, 16, -29, 305), SURGETAP_GRADE_NONE);
	assert_int_equal(GRADE(TLS13, 17, -29, 305), SURGETAP_GRADE_NONE);
	assert_int_equal(GRADE(TLS13, 100, -20, 16, -28, 305), SURGETAP_GRADE_NONE);
	/* sizes below CBC are not known */
	assert_int_equal(GRADE(TLS12_CBC, 16, -28, 305), SURGETAP_GRADE_NONE);
}

static void sstp_is_missed_or_seen_in_chat(void **state)
{
	(void)state;
	assert_int_equal(GRADE(TLS13, 182, -250, -122, 14, -48), SURGETAP_GRADE_HEURISTIC);
	assert_non_null(strstr(best.reason, "SSTP"));
	assert_int_equal(GRADE(TLS13, 182, -122, 15, -48), SURGETAP_GRADE_NONE);
	assert_int_equal(GRADE(TLS13, 182, -122, 14, -49), SURGETAP_GRADE_NONE);
	assert_int_equal(GRADE(TLS13, 20, -122, 14, -48), SURGETAP_GRADE_NONE);
	assert_int_equal(GRADE(TLS13, 182, -122, 200, 14, -48), SURGETAP_GRADE_NONE);
}

static void packets_in_tls_are_missed(void **state)
{
	(void)state;
	/* the request at once; others between, and bare acknowledgements */
	assert_int_equal(GRADE(TLS13, 900, -500, 68, -68, 60, 140), SURGETAP_GRADE_HEURISTIC);
	assert_int_equal(GRADE(TLS13, 82, -70, 62, 148), SURGETAP_GRADE_HEURISTIC);
	assert_int_equal(
		GRADE(TLS12_GCM, 60, -60, 48, -900, 48, -900, 48), SURGETAP_GRADE_HEURISTIC);
	assert_non_null(strstr(best.reason, "IP inside"));
	/* the acknowledgement in one message with the request */
	assert_int_equal(GRADE(TLS13, 82, -70, 206, -353, 62, 62), SURGETAP_GRADE_HEURISTIC);
}

static void chat_in_tls_is_called_packets(void **state)
{
	(void)state;
	/* an echo; one shorter than what would be the shortest; too short and too long for packets
	 */
	assert_int_equal(GRADE(TLS13, 68, -68, 60, -60, 75, -75), SURGETAP_GRADE_NONE);
	assert_int_equal(GRADE(TLS13, 68, -68, 60, -900, 41, 60, -1, 60), SURGETAP_GRADE_NONE);
	assert_int_equal(GRADE(TLS13, 28, -28, 20, 100, 20, 20), SURGETAP_GRADE_NONE);
	assert_int_equal(GRADE(TLS13, 308, -308, 300, 400, 300, 300), SURGETAP_GRADE_NONE);
	assert_int_equal(GRADE(TLS13, 60, 140, 60, 140, 60, 60), SURGETAP_GRADE_NONE);
}

static void record_over_two_segments_is_lost(void **state)
{
	static const int messages[] = {16, -28, 305};

	(void)state;
	assert_int_equal(grade_of(TLS13, 600, messages, COUNT(messages)), SURGETAP_GRADE_HEURISTIC);
	/* ServerHello and its suite must come in one piece, records' heads need not */
	assert_int_equal(grade_of(TLS13, 107, messages, COUNT(messages)), SURGETAP_GRADE_HEURISTIC);
}

static void foreign_bytes_are_taken_for_records(void **state)
{
	static const int messages[] = {16, -28, 305};
	const struct surgetap_flow flow = tls_session_flow();
	struct vpn_memory memory = {0};
	struct tls_session session = {.plugin = &surgetap_plugin_vpn,
		.host = &host,
		.flow = &flow,
		.memory = &memory,
		.worker = &companions,
		.suite = TLS13};

	(void)state;
	memset(&best, 0, sizeof best);
	tls_session_bytes(&session, true, (const uint8_t *)"GET / HTTP/1.1", 14);
	assert_true(memory.nested.inside.is_foreign);
	tls_session_run(&session, messages, COUNT(messages));
	assert_int_equal(best.grade, SURGETAP_GRADE_NONE);
}

static void head_that_was_not_captured_is_read(void **state)
{
	const struct surgetap_flow flow = tls_session_flow();
	struct vpn_memory memory = {0};
	uint8_t *data = test_malloc(3); /* exact: a read beyond is found */
	const struct surgetap_payload payload = {data, 3, 1400, true, 0};

	(void)state;
	memcpy(data, "\x16\3\1", 3);
	assert_null(vpn_nested(&memory, &flow, &payload));
	assert_true(memory.nested.inside.is_foreign);
	test_free(data);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(openvpn_in_tls_is_missed),
		cmocka_unit_test(chat_in_tls_is_called_openvpn),
		cmocka_unit_test(sstp_is_missed_or_seen_in_chat),
		cmocka_unit_test(packets_in_tls_are_missed),
		cmocka_unit_test(chat_in_tls_is_called_packets),
		cmocka_unit_test(record_over_two_segments_is_lost),
		cmocka_unit_test(foreign_bytes_are_taken_for_records),
		cmocka_unit_test(head_that_was_not_captured_is_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
