/* SPDX-License-Identifier: Apache-2.0 */
#include "test_host.h"

static enum surgetap_grade judge_payload(const struct start *start, size_t captured_bytes)
{
	struct surgetap_flow flow = {.size = sizeof flow,
		.transport = start->transport,
		.protocol = "unknown",
		.master = "unknown"};
	uint8_t *data = test_malloc(captured_bytes);
	/* an answer follows, which a hello that was cut short waits for */
	const struct surgetap_payload payloads[] = {
		{data, (uint32_t)captured_bytes, start->length_bytes, true, 0},
		{(const uint8_t *)"", 1, 1, false, 1}};
	uint64_t memory[4] = {0};
	struct surgetap_call call = {.host = &host, .flow = &flow, .flow_state = memory};

	memcpy(data, start->bytes, captured_bytes);
	reports = 0;
	for (size_t i = 0; i < COUNT(payloads); i++) {
		call.payload = &payloads[i];
		if (surgetap_plugin_tls.on_packet(&call) == SURGETAP_DONE)
			break;
	}
	test_free(data);
	return reports ? last.grade : SURGETAP_GRADE_NONE;
}

static enum surgetap_grade judge_verdict(
	const char *protocol, const char *master, enum surgetap_confidence confidence)
{
	const struct surgetap_flow flow = {.size = sizeof flow,
		.transport = TCP,
		.protocol = protocol,
		.master = master,
		.confidence = confidence};
	uint64_t memory[4] = {0};
	const struct surgetap_call call = {.host = &host, .flow = &flow, .flow_state = memory};

	reports = 0;
	surgetap_plugin_tls.on_classified(&call);
	return reports ? last.grade : SURGETAP_GRADE_NONE;
}

static void handshake_is_missed(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(handshakes); i++)
		assert_int_equal(judge_payload(&handshakes[i], handshakes[i].captured_bytes),
			SURGETAP_GRADE_DPI);
}

static void truncated_handshake_is_read_beyond_its_end(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(handshakes); i++) {
		for (size_t bytes = 1; bytes < handshakes[i].captured_bytes; bytes++)
			assert_int_equal(judge_payload(&handshakes[i], bytes), SURGETAP_GRADE_NONE);
	}
}

static void resembling_start_is_a_handshake(void **state)
{
	static const struct start starts[] = {
		{TCP, START("\x17\3\3\2\0\1\0\1\xfc\3\3"), 516},   /* application data */
		{TCP, START("\x16\3\1\2\0\x0b\0\1\xfc\3\3"), 517}, /* a certificate */
		{TCP, START("\x16\2\1\2\0\1\0\1\xfc\3\3"), 517},   /* version 2 */
		{TCP, START("\x16\3\1\0\x05\1\0\1\xfc\3\3"), 517}, /* record too short */
		{TCP, START("\x16\3\1\2\0\1\0\0\x02\3\3"), 517},   /* hello too short */
		{TCP, START("\x16\3\1\2\0\1\0\1\xfc\7\3"), 517},   /* version of the hello */
		{TCP, START("GET / HTTP/1.1\r\n"), 517},
		{UDP, START("\x16\3\1\2\0\1\0\1\xfc\3\3"), 517}, /* TLS over UDP */
		{UDP, START("\x16\1\0\0\0\0\0\0\0\0\0\0\x50\1\0\0\x44\0\0\0\0\0\0\0\x44"), 93},
		{UDP, START("\x16\xfe\xfd\0\1\0\0\0\0\0\0\0\x50\1\0\0\x44\0\0\0\0\0\0\0\x44"), 93},
		{UDP, START("\xc3\0\0\0\1\x08\1"), 100},  /* no Initial is that short */
		{UDP, START("\x43\0\0\0\1\x08\1"), 1200}, /* short header */
		{UDP, START("\xe3\0\0\0\1\x08\1"), 1200}, /* Handshake, not Initial */
		{UDP, START("\xc3\0\0\0\2\x08\1"), 1200}, /* no version */
		{UDP, START("\xc3\0\0\0\1\x15\1"), 1200}, /* connection id too long */
	};

	(void)state;
	for (size_t i = 0; i < COUNT(starts); i++)
		assert_int_equal(
			judge_payload(&starts[i], starts[i].captured_bytes), SURGETAP_GRADE_NONE);
}

static void service_hides_the_tls_below_it(void **state)
{
	(void)state;
	assert_int_equal(
		judge_verdict("google", "tls", SURGETAP_CONFIDENCE_DPI), SURGETAP_GRADE_DPI);
	assert_int_equal(
		judge_verdict("tls", "unknown", SURGETAP_CONFIDENCE_DPI), SURGETAP_GRADE_DPI);
	assert_int_equal(
		judge_verdict("youtube", "quic", SURGETAP_CONFIDENCE_CACHE), SURGETAP_GRADE_CACHE);
	assert_int_equal(
		judge_verdict("google", "dns", SURGETAP_CONFIDENCE_DPI), SURGETAP_GRADE_NONE);
}

static void guess_by_port_443_counts_as_use(void **state)
{
	(void)state;
	assert_int_equal(
		judge_verdict("tls", "unknown", SURGETAP_CONFIDENCE_GUESS), SURGETAP_GRADE_GUESS);
	assert_int_equal(
		judge_verdict("azure", "tls", SURGETAP_CONFIDENCE_GUESS), SURGETAP_GRADE_GUESS);
}

static enum surgetap_next next_after(const char *protocol, const char *master)
{
	const struct surgetap_flow flow = {.size = sizeof flow,
		.transport = TCP,
		.protocol = protocol,
		.master = master,
		.confidence = SURGETAP_CONFIDENCE_DPI};
	uint64_t memory[4] = {0};
	const struct surgetap_call call = {.host = &host, .flow = &flow, .flow_state = memory};

	return surgetap_plugin_tls.on_classified(&call);
}

static void starttls_after_the_verdict_is_missed(void **state)
{
	(void)state;
	assert_int_equal(next_after("smtp", "unknown"), SURGETAP_MORE);
	assert_int_equal(next_after("google", "smtp"), SURGETAP_MORE);
	assert_int_equal(next_after("jabber", "unknown"), SURGETAP_MORE);
	assert_int_equal(next_after("gnutella", "unknown"), SURGETAP_MORE);
}

static void plugin_keeps_flows_that_will_never_turn_to_tls(void **state)
{
	(void)state;
	assert_int_equal(next_after("dns", "unknown"), SURGETAP_DONE);
	assert_int_equal(next_after("tls", "unknown"), SURGETAP_DONE);
	assert_int_equal(next_after("unknown", "unknown"), SURGETAP_DONE);
}

/* Hellos: which are seen, and how. */
struct hellos {
	uint8_t first_extension;
	uint8_t captured_bytes; /* of each at most; 0 for all */
	bool is_asked, is_answered;
};

static unsigned reports_of_hellos(const struct hellos *hellos)
{
	const struct surgetap_flow flow = {.size = sizeof flow,
		.transport = TCP,
		.protocol = "tls",
		.master = "unknown",
		.confidence = SURGETAP_CONFIDENCE_DPI,
		.hello = SURGETAP_HELLO_WHOLE};
	uint8_t client[120] = {0x16, 3, 1, 0, 115, 1, 0, 0, 111, 3, 3};
	uint8_t server[107] = {0x16, 3, 3, 0, 0x5b, 2, 0, 0, 0x57, 3, 3};
	uint32_t captured = hellos->captured_bytes ? hellos->captured_bytes : sizeof server;
	const struct surgetap_payload payloads[] = {
		{client, captured < sizeof server ? captured : sizeof client, sizeof client, true,
			0},
		{server, captured, sizeof server, false, hellos->is_asked}};
	uint64_t memory[4] = {0};
	struct surgetap_call call = {.host = &host, .flow = &flow, .flow_state = memory};

	client[45] = 2; /* suites, behind an empty session id */
	client[48] = 1; /* compression */
	client[53] = hellos->first_extension;
	client[55] = 40;
	reports = 0;
	for (size_t i = !hellos->is_asked; i <= hellos->is_answered; i++) {
		call.payload = &payloads[i];
		if (surgetap_plugin_tls.on_packet(&call) == SURGETAP_DONE)
			break;
	}
	call.payload = NULL;
	surgetap_plugin_tls.on_classified(&call);
	return reports;
}

static void hello_that_may_be_an_imitation_counts_before_its_answer(void **state)
{
	static const struct {
		struct hellos hellos;
		bool is_tls;
	} cases[] = {
		{{0x23, 0, true, true}, true},
		{{0x00, 0, true, true}, true},
		/* one direction alone */
		{{0x23, 0, true, false}, false},
		{{0x00, 0, true, false}, true},
		{{0x23, 0, false, true}, true},
		/* cut short */
		{{0x23, 30, true, true}, true},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_int_equal(reports_of_hellos(&cases[i].hellos) > 0, cases[i].is_tls);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(handshake_is_missed),
		cmocka_unit_test(truncated_handshake_is_read_beyond_its_end),
		cmocka_unit_test(resembling_start_is_a_handshake),
		cmocka_unit_test(service_hides_the_tls_below_it),
		cmocka_unit_test(guess_by_port_443_counts_as_use),
		cmocka_unit_test(starttls_after_the_verdict_is_missed),
		cmocka_unit_test(plugin_keeps_flows_that_will_never_turn_to_tls),
		cmocka_unit_test(hello_that_may_be_an_imitation_counts_before_its_answer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
