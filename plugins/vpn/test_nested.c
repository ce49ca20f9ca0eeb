/* SPDX-License-Identifier: Apache-2.0 */
#include "companion.h"
#include "recipe.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

extern const struct surgetap_plugin surgetap_plugin_vpn;

#define COUNT(array) (sizeof array / sizeof array[0])
#define BYTES_MAX 2048u
#define TLS13 0x1301
#define TLS12_GCM 0xc02b
#define TLS12_CHACHA 0xcca9
#define TLS12_CBC 0xc013

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

static const struct surgetap_flow flow = {
	.size = sizeof flow,
	.ip_version = 4,
	.transport = 6,
	.answered = true,
	.complete = true,
	.client.port = 40000,
	.server.port = 443,
	.protocol = "tls",
	.master = "tls",
	.category = "",
};

struct session {
	struct vpn_memory memory;
	uint16_t suite;
	uint32_t segment_bytes; /* at most so much in a payload; 0: any */
	uint8_t payloads;
	bool is_over;
};

static void show(struct session *session, bool from_client, const uint8_t *data, uint32_t bytes)
{
	uint32_t most = session->segment_bytes > 0 ? session->segment_bytes : bytes;

	for (uint32_t at = 0, part; at < bytes && !session->is_over; at += part) {
		uint8_t *copy;
		struct surgetap_payload payload = {.from_client = from_client};
		const struct surgetap_call call = {.host = &host,
			.worker_state = &companions,
			.flow_state = &session->memory,
			.flow = &flow,
			.payload = &payload};

		part = bytes - at < most ? bytes - at : most;
		copy = test_malloc(part); /* exact: a read beyond is found */
		memcpy(copy, data + at, part);
		payload.data = copy;
		payload.captured_bytes = payload.length_bytes = part;
		payload.index = session->payloads++;
		session->is_over = surgetap_plugin_vpn.on_packet(&call) == SURGETAP_DONE;
		test_free(copy);
	}
}

static void show_record(struct session *session, bool from_client, uint8_t type, uint32_t bytes)
{
	uint8_t record[BYTES_MAX] = {type, 3, 3, (uint8_t)(bytes >> 8), (uint8_t)bytes};

	if (type == 22)
		record[5] = from_client ? 1 : 2;
	if (type == 22 && !from_client) { /* no session id */
		record[44] = (uint8_t)(session->suite >> 8);
		record[45] = (uint8_t)session->suite;
	}
	show(session, from_client, record, 5 + bytes);
}

/* Messages inside TLS by size: positive from the client, negative from the server. */
static enum surgetap_grade grade_of(
	uint16_t suite, uint32_t segment_bytes, const int *messages, size_t count)
{
	struct session session = {.suite = suite, .segment_bytes = segment_bytes};
	uint32_t overhead = suite == TLS13 ? 17 : suite == TLS12_CHACHA ? 16 : 24;

	memset(&best, 0, sizeof best);
	show_record(&session, true, 22, 300);
	show_record(&session, false, 22, 100);
	if (suite == TLS13) {
		show_record(&session, false, 23, 800);
		show_record(&session, true, 23, 53);
	}
	for (size_t i = 0; i < count; i++) {
		bool from_client = messages[i] > 0;

		show_record(&session, from_client, 23,
			(uint32_t)(from_client ? messages[i] : -messages[i]) + overhead);
	}
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
	struct session session = {.suite = TLS13};
	uint8_t text[64] = "GET / HTTP/1.1";

	(void)state;
	memset(&best, 0, sizeof best);
	show_record(&session, true, 22, 300);
	show_record(&session, false, 22, 100);
	show(&session, true, text, sizeof text);
	assert_true(session.memory.nested.inside.is_foreign);
	show_record(&session, true, 23, 53);
	show_record(&session, true, 23, 33);
	show_record(&session, false, 23, 45);
	show_record(&session, true, 23, 322);
	assert_int_equal(best.grade, SURGETAP_GRADE_NONE);
}

static void head_that_was_not_captured_is_read(void **state)
{
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
