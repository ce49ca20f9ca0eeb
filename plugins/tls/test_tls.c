/* SPDX-License-Identifier: Apache-2.0 */
#include <surgetap/plugin.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
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
	uint64_t memory[4] = {0};
	const struct surgetap_call call = {.host = &host, .flow = &flow, .flow_state = memory};

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

/* The reason once the sensor has read a hello that says this. */
static const char *reason_for(const struct surgetap_flow *said, size_t handshake)
{
	struct surgetap_flow flow = *said;
	const struct start *start = &handshakes[handshake];
	const struct surgetap_payload payload = {(const uint8_t *)start->bytes,
		(uint32_t)start->captured_bytes, start->length_bytes, true, 0};
	uint64_t memory[4] = {0};
	const struct surgetap_call call = {
		.host = &host, .flow = &flow, .flow_state = memory, .payload = &payload};

	flow.size = sizeof flow;
	flow.transport = start->transport;
	strcpy(reason, "");
	surgetap_plugin_tls.on_packet(&call);
	return reason;
}

static void resolver_out_of_order_is_not_found(void **state)
{
	static const char *const names[] = {"cloudflare-dns.com", "cloudflare-gateway.com",
		"dns.adguard-dns.com", "dns.adguard.com", "dns.quad9.net", "dns10.quad9.net",
		"dns64.dns.google", "dns9.quad9.net", "doh.360.cn", "doh.pub", "dot.pub",
		"one.one.one.one"};
	char expected[96];

	(void)state;
	for (size_t i = 0; i < COUNT(names); i++) {
		snprintf(
			expected, sizeof expected, "TLS handshake, DNS over HTTPS to %s", names[i]);
		assert_string_equal(
			reason_for(&(struct surgetap_flow){.sni = names[i]}, 0), expected);
	}
}

static void encrypted_dns_or_hello_is_not_told(void **state)
{
	(void)state;
	assert_string_equal(
		reason_for(&(struct surgetap_flow){.server.port = 443}, 0), "TLS handshake");
	assert_string_equal(reason_for(&(struct surgetap_flow){.server.port = 853}, 0),
		"TLS handshake, DNS over TLS");
	assert_string_equal(reason_for(&(struct surgetap_flow){.alpn = "h2,dot"}, 0),
		"TLS handshake, DNS over TLS");
	assert_string_equal(
		reason_for(&(struct surgetap_flow){.alpn = "dots,h2"}, 0), "TLS handshake");
	assert_string_equal(reason_for(&(struct surgetap_flow){.sni = "DNS.google"}, 0),
		"TLS handshake, DNS over HTTPS to dns.google");
	assert_string_equal(
		reason_for(&(struct surgetap_flow){.sni = "xdns.google"}, 0), "TLS handshake");
	assert_string_equal(
		reason_for(&(struct surgetap_flow){.sni = "a.dns.nextdns.io", .tls_ech = true}, 0),
		"TLS handshake, DNS over HTTPS to dns.nextdns.io, ECH offered");
}

static void hello_of_quic_is_not_looked_into(void **state)
{
	(void)state;
	assert_string_equal(reason_for(&(struct surgetap_flow){.alpn = "doq"}, 4),
		"QUIC Initial packet, DNS over QUIC");
	assert_string_equal(
		reason_for(&(struct surgetap_flow){.sni = "dns.google", .tls_ech = true}, 4),
		"QUIC Initial packet, DNS over HTTPS to dns.google, ECH offered");
}

/* A hello that spans two segments: its name is in the second one. */
static void hello_is_told_before_it_is_whole(void **state)
{
	struct surgetap_flow flow = {.size = sizeof flow,
		.transport = TCP,
		.protocol = "unknown",
		.master = "unknown",
		.hello = SURGETAP_HELLO_PENDING};
	const struct surgetap_payload first = {(const uint8_t *)handshakes[0].bytes,
		(uint32_t)handshakes[0].captured_bytes, 1400, true, 0};
	const struct surgetap_payload second = {(const uint8_t *)"\0", 1, 400, true, 1};
	uint64_t memory[4] = {0};
	struct surgetap_call call = {
		.host = &host, .flow = &flow, .flow_state = memory, .payload = &first};

	(void)state;
	reports = 0;
	assert_int_equal(surgetap_plugin_tls.on_packet(&call), SURGETAP_MORE);
	assert_int_equal(reports, 0);
	flow.hello = SURGETAP_HELLO_WHOLE;
	flow.sni = "dns.google";
	call.payload = &second;
	assert_int_equal(surgetap_plugin_tls.on_packet(&call), SURGETAP_DONE);
	assert_string_equal(reason, "TLS handshake, DNS over HTTPS to dns.google");
}

/* The connection breaks off within the hello. */
static void broken_off_hello_loses_its_report(void **state)
{
	struct surgetap_flow flow = {.size = sizeof flow,
		.transport = TCP,
		.protocol = "unknown",
		.master = "unknown",
		.hello = SURGETAP_HELLO_PENDING};
	const struct surgetap_payload first = {(const uint8_t *)handshakes[0].bytes,
		(uint32_t)handshakes[0].captured_bytes, 1400, true, 0};
	uint64_t memory[4] = {0};
	struct surgetap_call call = {
		.host = &host, .flow = &flow, .flow_state = memory, .payload = &first};

	(void)state;
	reports = 0;
	surgetap_plugin_tls.on_packet(&call);
	flow.hello = SURGETAP_HELLO_CUT;
	call.payload = NULL;
	surgetap_plugin_tls.on_classified(&call);
	assert_int_equal(reports, 1);
	assert_string_equal(reason, "TLS handshake");
}

/* STARTTLS: nDPI has named the greeting, and the connection breaks off within the hello. */
static void late_hello_that_breaks_off_is_missed(void **state)
{
	struct surgetap_flow flow = {.size = sizeof flow,
		.transport = TCP,
		.protocol = "smtp",
		.master = "unknown",
		.confidence = SURGETAP_CONFIDENCE_DPI,
		.hello = SURGETAP_HELLO_PENDING};
	const struct surgetap_payload first = {(const uint8_t *)handshakes[0].bytes,
		(uint32_t)handshakes[0].captured_bytes, 1400, true, 4};
	uint64_t memory[4] = {0};
	const struct surgetap_call call = {
		.host = &host, .flow = &flow, .flow_state = memory, .payload = &first};

	(void)state;
	reports = 0;
	assert_int_equal(surgetap_plugin_tls.on_packet(&call), SURGETAP_MORE);
	assert_int_equal(reports, 1);
	flow.hello = SURGETAP_HELLO_WHOLE;
	assert_int_equal(surgetap_plugin_tls.on_packet(&call), SURGETAP_DONE);
}

/* A hello with this first extension, and an answer whose Finished has this length. */
static unsigned reports_of_pair(uint8_t first_extension, uint8_t finished_bytes, bool is_answered)
{
	const struct surgetap_flow flow = {.size = sizeof flow,
		.transport = TCP,
		.protocol = "tls",
		.master = "unknown",
		.confidence = SURGETAP_CONFIDENCE_DPI,
		.hello = SURGETAP_HELLO_WHOLE};
	uint8_t client[120] = {0x16, 3, 1, 0, 115, 1, 0, 0, 111, 3, 3}, server[107] = {0};
	const struct surgetap_payload payloads[] = {{client, sizeof client, sizeof client, true, 0},
		{server, sizeof server, sizeof server, false, 1}};
	uint64_t memory[4] = {0};
	struct surgetap_call call = {.host = &host, .flow = &flow, .flow_state = memory};

	client[45] = 2; /* suites, behind an empty session id */
	client[48] = 1; /* compression */
	client[53] = first_extension;
	client[55] = 40;
	memcpy(server, "\x16\3\1\0\x5b\2\0\0\x57\3\3", 11);
	server[43] = 32;
	memcpy(server + 76, "\xcc\xa8", 2);
	memcpy(server + 96, "\x14\3\3\0\1\1\x16\3\3\0", 10);
	server[106] = finished_bytes;
	reports = 0;
	for (size_t i = 0; i < (is_answered ? 2 : 1); i++) {
		call.payload = &payloads[i];
		if (surgetap_plugin_tls.on_packet(&call) == SURGETAP_DONE)
			break;
	}
	call.payload = NULL;
	surgetap_plugin_tls.on_classified(&call);
	return reports;
}

static void imitation_counts_as_tls_or_real_tls_does_not(void **state)
{
	(void)state;
	assert_int_equal(reports_of_pair(0x23, 200, true), 0);
	assert_true(reports_of_pair(0x23, 32, true) > 0);
	assert_true(reports_of_pair(0x23, 200, false) > 0);
	assert_true(reports_of_pair(0x00, 200, true) > 0);
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
		cmocka_unit_test(resolver_out_of_order_is_not_found),
		cmocka_unit_test(encrypted_dns_or_hello_is_not_told),
		cmocka_unit_test(imitation_counts_as_tls_or_real_tls_does_not),
		cmocka_unit_test(hello_of_quic_is_not_looked_into),
		cmocka_unit_test(hello_is_told_before_it_is_whole),
		cmocka_unit_test(broken_off_hello_loses_its_report),
		cmocka_unit_test(late_hello_that_breaks_off_is_missed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
