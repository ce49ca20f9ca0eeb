/* SPDX-License-Identifier: Apache-2.0 */
#include <surgetap/plugin.h>

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

extern const struct surgetap_plugin surgetap_plugin_tls;

#define COUNT(array) (sizeof array / sizeof array[0])
#define START(text) text, sizeof text - 1
#define TCP 6
#define UDP 17

static unsigned reports;
static struct surgetap_evidence last;
static char reason[96];

static void on_report(const struct surgetap_call *call, const struct surgetap_evidence *evidence)
{
	(void)call;
	reports++;
	last = *evidence;
	assert_true(strlen(evidence->reason) < sizeof reason);
	strcpy(reason, evidence->reason);
}

static const struct surgetap_host host = {
	.abi = SURGETAP_ABI, .size = sizeof host, .report = on_report};

/* How a payload begins, how long it is on the wire; what was captured is exactly the beginning. */
struct start {
	uint8_t transport;
	const char *bytes;
	size_t captured_bytes;
	uint32_t length_bytes;
};

static enum surgetap_grade judge_payload(const struct start *start, size_t captured_bytes)
{
	struct surgetap_flow flow = {.size = sizeof flow,
		.transport = start->transport,
		.protocol = "unknown",
		.master = "unknown"};
	uint8_t *data = test_malloc(captured_bytes);
	const struct surgetap_payload payload = {
		data, (uint32_t)captured_bytes, start->length_bytes, true, 0};
	uint64_t memory[4] = {0};
	const struct surgetap_call call = {
		.host = &host, .flow = &flow, .flow_state = memory, .payload = &payload};

	memcpy(data, start->bytes, captured_bytes);
	reports = 0;
	surgetap_plugin_tls.on_packet(&call);
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
	const struct surgetap_call call = {.host = &host, .flow = &flow};

	reports = 0;
	surgetap_plugin_tls.on_classified(&call);
	return reports ? last.grade : SURGETAP_GRADE_NONE;
}

static const struct start handshakes[] = {
	{TCP, START("\x16\3\1\2\0\1\0\1\xfc\3\3"), 517},
	{TCP, START("\x16\3\3\0\x7a\2\0\0\x76\3\3"), 1460},
	{UDP, START("\x16\xfe\xfd\0\0\0\0\0\0\0\0\0\x50\1\0\0\x44\0\0\0\0\0\0\0\x44"), 93},
	{UDP, START("\x16\xfe\xff\0\0\0\0\0\0\0\0\0\x23\3\0\0\x17\0\0\0\0\0\0\0\x17"), 48},
	{UDP, START("\xc3\0\0\0\1\x08\1"), 1200},
	{UDP, START("\xd3\x6b\x33\x43\xcf\x08\1"), 1252},
	{UDP, START("\xc3\xff\0\0\x1d\x08\1"), 1200},
	{UDP, START("\x0d-bcdefghQ043\1"), 1350},
	{UDP, START("\xc3T051\x08\0abcdefg"), 1350},
	{TCP, START("\x80\x2e\1\0\2\0\x15\0\0\0\x10"), 48},
};

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
		{TCP, START("\x17\3\3\2\0\1\0\1\xfc\3\3"), 517},   /* application data */
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
	const struct surgetap_call call = {.host = &host, .flow = &flow};

	return surgetap_plugin_tls.on_classified(&call);
}

static void starttls_after_the_verdict_is_missed(void **state)
{
	(void)state;
	assert_int_equal(next_after("smtp", "unknown"), SURGETAP_MORE);
	assert_int_equal(next_after("google", "smtp"), SURGETAP_MORE);
	assert_int_equal(next_after("jabber", "unknown"), SURGETAP_MORE);
}

static void plugin_keeps_flows_that_will_never_turn_to_tls(void **state)
{
	(void)state;
	assert_int_equal(next_after("dns", "unknown"), SURGETAP_DONE);
	assert_int_equal(next_after("tls", "unknown"), SURGETAP_DONE);
	assert_int_equal(next_after("unknown", "unknown"), SURGETAP_DONE);
}

static enum surgetap_grade judge_stream(
	const struct start *starts, const bool *from_client, size_t count)
{
	const struct surgetap_flow flow = {.size = sizeof flow, .transport = TCP};
	uint64_t memory[4] = {0};

	assert_true(surgetap_plugin_tls.flow_state_size <= sizeof memory);
	reports = 0;
	for (size_t i = 0; i < count; i++) {
		const struct surgetap_payload payload = {(const uint8_t *)starts[i].bytes,
			(uint32_t)starts[i].captured_bytes, starts[i].length_bytes, from_client[i],
			(uint8_t)i};
		const struct surgetap_call call = {
			.host = &host, .flow = &flow, .flow_state = memory, .payload = &payload};

		surgetap_plugin_tls.on_packet(&call);
	}
	return reports ? last.grade : SURGETAP_GRADE_NONE;
}

static void session_joined_midway_is_missed(void **state)
{
	static const struct start records[] = {
		{TCP, START("\x17\3\3\0\x30"), 53},
		{TCP, START("\x17\3\3\x40\0"), 1460},
	};
	static const struct start others[] = {
		{TCP, START("\x17\3\3\0\x30"), 54},
		{TCP, START("\x17\3\3\0\x10"), 21},
		{TCP, START("\x17\3\3\x50\0"), 1460},
	};
	static const bool both[] = {true, false}, one[] = {true, true};

	(void)state;
	assert_int_equal(judge_stream(records, both, 2), SURGETAP_GRADE_HEURISTIC);
	assert_int_equal(judge_stream(records, one, 2), SURGETAP_GRADE_HEURISTIC);
	assert_int_equal(judge_stream(records, one, 1), SURGETAP_GRADE_NONE);
	assert_int_equal(judge_stream(others, both, 2), SURGETAP_GRADE_NONE);
	assert_int_equal(judge_stream(others + 1, both, 2), SURGETAP_GRADE_NONE);
}

/* A record with a ClientHello of these extensions; nothing else in it varies. */
static size_t make_hello(const char *extensions, size_t count, uint8_t *ret_record)
{
	static const uint8_t head[] = {22, 3, 1, 0, 0, 1, 0, 0, 0, 3, 3};
	static const uint8_t middle[] = {0, 0, 2, 0x13, 1, 1, 0};
	uint8_t *at = ret_record;
	size_t bytes = sizeof head + 32 + sizeof middle + 2 + count;

	memcpy(at, head, sizeof head);
	memset(at + sizeof head, 0x5a, 32);
	at += sizeof head + 32;
	memcpy(at, middle, sizeof middle);
	at += sizeof middle;
	at[0] = (uint8_t)(count >> 8);
	at[1] = (uint8_t)count;
	memcpy(at + 2, extensions, count);
	ret_record[3] = (uint8_t)((bytes - 5) >> 8);
	ret_record[4] = (uint8_t)(bytes - 5);
	ret_record[7] = (uint8_t)((bytes - 9) >> 8);
	ret_record[8] = (uint8_t)(bytes - 9);
	return bytes;
}

static const char *reason_for(uint16_t port, const char *extensions, size_t count, size_t cut_bytes)
{
	const struct surgetap_flow flow = {
		.size = sizeof flow, .transport = TCP, .server.port = port};
	uint8_t record[512];
	size_t bytes = make_hello(extensions, count, record) - cut_bytes;
	uint8_t *data = test_malloc(bytes);
	const struct surgetap_payload payload = {data, (uint32_t)bytes, (uint32_t)bytes, true, 0};
	uint64_t memory[4] = {0};
	const struct surgetap_call call = {
		.host = &host, .flow = &flow, .flow_state = memory, .payload = &payload};

	memcpy(data, record, bytes);
	surgetap_plugin_tls.on_packet(&call);
	test_free(data);
	return reason;
}

#define NAME                                                                                       \
	"\0\0\0\x0f\0\x0d\0\0\x0a"                                                                 \
	"dns.google"
#define OTHER_NAME                                                                                 \
	"\0\0\0\x10\0\x0e\0\0\x0b"                                                                 \
	"xdns.google"
#define ALPN_DOT "\0\x10\0\x06\0\x04\3dot"
#define ECH "\xfe\x0d\0\2\0\0"

static void encrypted_dns_or_hello_is_not_told(void **state)
{
	(void)state;
	assert_string_equal(reason_for(443, START(""), 0), "TLS handshake");
	assert_string_equal(reason_for(853, START(""), 0), "TLS handshake, DNS over TLS");
	assert_string_equal(reason_for(443, START(ALPN_DOT), 0), "TLS handshake, DNS over TLS");
	assert_string_equal(
		reason_for(443, START(NAME), 0), "TLS handshake, DNS over HTTPS to dns.google");
	assert_string_equal(reason_for(443, START(OTHER_NAME), 0), "TLS handshake");
	assert_string_equal(reason_for(443, START(ECH NAME), 0),
		"TLS handshake, DNS over HTTPS to dns.google, ECH offered");
}

static void cut_extensions_are_read_beyond_their_end(void **state)
{
	static const char extensions[] = ECH ALPN_DOT NAME;

	(void)state;
	for (size_t cut = 1; cut < sizeof extensions + 40; cut++)
		assert_null(strstr(reason_for(443, START(extensions), cut), "dns.google"));
}

static void length_of_a_name_reaches_beyond_its_list(void **state)
{
	(void)state;
	assert_string_equal(
		reason_for(443, START("\0\0\0\x05\0\x0d\0\xff\xff"), 0), "TLS handshake");
	assert_string_equal(reason_for(443, START("\0\x10\0\x03\xff\xff\xff"), 0), "TLS handshake");
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
		cmocka_unit_test(session_joined_midway_is_missed),
		cmocka_unit_test(encrypted_dns_or_hello_is_not_told),
		cmocka_unit_test(cut_extensions_are_read_beyond_their_end),
		cmocka_unit_test(length_of_a_name_reaches_beyond_its_list),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
