/* SPDX-License-Identifier: Apache-2.0 */
#include "test_host.h"

/* The reason once the sensor has read a hello that says this. */
static const char *reason_for(const struct surgetap_flow *said, size_t handshake)
{
	struct surgetap_flow flow = *said;
	const struct start *start = &handshakes[handshake];
	/* an answer follows, which a hello that was cut short waits for */
	const struct surgetap_payload payloads[] = {
		{(const uint8_t *)start->bytes, (uint32_t)start->captured_bytes,
			start->length_bytes, true, 0},
		{(const uint8_t *)"", 1, 1, false, 1}};
	uint64_t memory[4] = {0};
	struct surgetap_call call = {.host = &host, .flow = &flow, .flow_state = memory};

	flow.size = sizeof flow;
	flow.transport = start->transport;
	strcpy(reason, "");
	for (size_t i = 0; i < COUNT(payloads); i++) {
		call.payload = &payloads[i];
		if (surgetap_plugin_tls.on_packet(&call) == SURGETAP_DONE)
			break;
	}
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(resolver_out_of_order_is_not_found),
		cmocka_unit_test(encrypted_dns_or_hello_is_not_told),
		cmocka_unit_test(hello_of_quic_is_not_looked_into),
		cmocka_unit_test(hello_is_told_before_it_is_whole),
		cmocka_unit_test(broken_off_hello_loses_its_report),
		cmocka_unit_test(late_hello_that_breaks_off_is_missed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
