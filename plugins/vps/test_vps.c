/* SPDX-License-Identifier: Apache-2.0 */
#include <surgetap/plugin.h>

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

extern const struct surgetap_plugin surgetap_plugin_vps;

#define COUNT(array) (sizeof array / sizeof array[0])
#define TUNNEL SURGETAP_KIND_TUNNEL
#define CONTACT SURGETAP_KIND_CONTACT

static unsigned reports;
static struct surgetap_evidence last;

static void on_report(const struct surgetap_call *call, const struct surgetap_evidence *evidence)
{
	(void)call;
	reports++;
	last = *evidence;
	assert_true(strlen(evidence->reason) < 96);
}

static uint64_t memory[32]; /* of the flow to be judged */

static enum surgetap_grade judge(const struct surgetap_flow *flow)
{
	static const struct surgetap_host host = {
		.abi = SURGETAP_ABI, .size = sizeof host, .report = on_report};
	const struct surgetap_call call = {.host = &host, .flow = flow, .flow_state = memory};

	assert_true(surgetap_plugin_vps.flow_state_size <= sizeof memory);
	reports = 0;
	surgetap_plugin_vps.on_classified(&call);
	memset(memory, 0, sizeof memory);
	assert_true(reports <= 1);
	return reports ? last.grade : SURGETAP_GRADE_NONE;
}

static struct surgetap_flow flow_to(enum surgetap_network network, const char *protocol)
{
	return (struct surgetap_flow){
		.size = sizeof(struct surgetap_flow),
		.ip_version = 4,
		.transport = 6,
		.answered = true,
		.place = {.asn = 24940, .network = network, .country = "DE"},
		.protocol = protocol,
		.master = "unknown",
		.category = "",
		.confidence = strcmp(protocol, "unknown") == 0 ? SURGETAP_CONFIDENCE_NONE
							       : SURGETAP_CONFIDENCE_DPI,
	};
}

static void server_in_a_rentable_network_is_missed(void **state)
{
	static const char *const protocols[] = {
		"ssh", "rdp", "vnc", "openvpn", "wireguard", "postgresql"};

	(void)state;
	for (size_t i = 0; i < COUNT(protocols); i++) {
		struct surgetap_flow flow = flow_to(SURGETAP_NETWORK_RENTABLE, protocols[i]);

		assert_int_equal(judge(&flow), SURGETAP_GRADE_DPI);
		assert_int_equal(last.kind, TUNNEL);
	}
}

static void server_elsewhere_is_reported(void **state)
{
	static const enum surgetap_network networks[] = {SURGETAP_NETWORK_UNKNOWN,
		SURGETAP_NETWORK_HYPERSCALER, SURGETAP_NETWORK_CDN, SURGETAP_NETWORK_VPN};

	(void)state;
	for (size_t i = 0; i < COUNT(networks); i++) {
		struct surgetap_flow flow = flow_to(networks[i], "ssh");

		assert_int_equal(judge(&flow), SURGETAP_GRADE_NONE);
	}
}

/* nDPI calls HTTP on port 1080 so; a proxy that is one is `proxy`'s to tell, and counts from there.
 */
static void word_for_a_proxy_counts_as_use(void **state)
{
	static const char *const words[] = {"socks", "http_connect"};

	(void)state;
	for (size_t i = 0; i < COUNT(words); i++) {
		struct surgetap_flow flow = flow_to(SURGETAP_NETWORK_RENTABLE, words[i]);

		assert_int_equal(judge(&flow), SURGETAP_GRADE_NONE);
	}
}

static void guess_by_port_22_counts_as_use(void **state)
{
	struct surgetap_flow flow = flow_to(SURGETAP_NETWORK_RENTABLE, "ssh");

	(void)state;
	flow.server.port = 22;
	flow.confidence = SURGETAP_CONFIDENCE_GUESS;
	assert_int_equal(judge(&flow), SURGETAP_GRADE_GUESS);
}

static void hosted_web_site_counts_as_use(void **state)
{
	static const struct {
		const char *protocol, *master, *sni;
	} sites[] = {
		{"http", "unknown", NULL},
		{"tls", "unknown", "www.example.org"},
		{"quic", "unknown", "www.example.org"},
		{"google", "tls", "www.google.com"},
		{"cloudflare", "tls", NULL},
		{"google", "quic", "www.google.com"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(sites); i++) {
		struct surgetap_flow flow = flow_to(SURGETAP_NETWORK_RENTABLE, sites[i].protocol);

		flow.master = sites[i].master;
		flow.sni = sites[i].sni;
		assert_int_equal(judge(&flow), SURGETAP_GRADE_DPI);
		assert_int_equal(last.kind, CONTACT);
	}
}

static void tls_that_no_web_site_speaks_is_a_visit(void **state)
{
	struct surgetap_flow nameless = flow_to(SURGETAP_NETWORK_RENTABLE, "tls");
	struct surgetap_flow bare = nameless, bare6 = nameless, own = nameless;

	(void)state;
	nameless.hello = SURGETAP_HELLO_WHOLE;
	bare.sni = "203.0.113.10";
	bare6.sni = "2001:db8::10";
	own.sni = "www.example.org";
	own.tls_self_signed = true;
	for (const struct surgetap_flow *const *flow =
			(const struct surgetap_flow *const[]){&nameless, &bare, &bare6, &own, NULL};
		*flow != NULL; flow++) {
		assert_int_equal(judge(*flow), SURGETAP_GRADE_DPI);
		assert_int_equal(last.kind, TUNNEL);
	}
}

static void session_joined_midway_is_called_nameless(void **state)
{
	struct surgetap_flow flow = flow_to(SURGETAP_NETWORK_RENTABLE, "tls");

	(void)state;
	assert_int_equal(judge(&flow), SURGETAP_GRADE_DPI);
	assert_int_equal(last.kind, CONTACT);
}

static void database_in_tls_is_called_a_web_site(void **state)
{
	struct surgetap_flow flow = flow_to(SURGETAP_NETWORK_RENTABLE, "tls");

	(void)state;
	flow.sni = "db.example.org";
	flow.server.port = 6380;
	flow.hello = SURGETAP_HELLO_WHOLE;
	assert_int_equal(judge(&flow), SURGETAP_GRADE_HEURISTIC);
	assert_int_equal(last.kind, TUNNEL);
}

/* A port alone, a client of the web on it, or one whose hello is not known to offer nothing. */
static void web_site_on_a_port_of_databases_counts_as_use(void **state)
{
	struct surgetap_flow flow = flow_to(SURGETAP_NETWORK_RENTABLE, "tls"), web, cut;

	(void)state;
	flow.sni = "www.example.org";
	flow.hello = SURGETAP_HELLO_WHOLE;
	flow.server.port = 443;
	web = flow;
	web.server.port = 27017;
	web.alpn = "http/1.1";
	cut = flow;
	cut.server.port = 27017;
	cut.hello = SURGETAP_HELLO_CUT;
	for (const struct surgetap_flow *const *visit =
			(const struct surgetap_flow *const[]){&flow, &web, &cut, NULL};
		*visit != NULL; visit++) {
		assert_int_equal(judge(*visit), SURGETAP_GRADE_DPI);
		assert_int_equal(last.kind, CONTACT);
	}
}

static void guess_by_port_443_is_reported(void **state)
{
	struct surgetap_flow flow = flow_to(SURGETAP_NETWORK_RENTABLE, "tls");

	(void)state;
	flow.confidence = SURGETAP_CONFIDENCE_GUESS;
	assert_int_equal(judge(&flow), SURGETAP_GRADE_NONE);
}

/* Shows both sides `bytes` bytes, from `first` in steps of `step`, and judges. */
static enum surgetap_grade judge_bytes(
	struct surgetap_flow *flow, uint32_t bytes, uint8_t first, uint8_t step)
{
	uint8_t data[256];

	for (uint32_t i = 0; i < bytes; i++)
		data[i] = (uint8_t)(first + i * step);
	for (uint8_t i = 0; i < 4; i++) {
		const struct surgetap_payload payload = {data, bytes, bytes, i % 2 == 0, i};
		const struct surgetap_call call = {
			.flow = flow, .flow_state = memory, .payload = &payload};

		surgetap_plugin_vps.on_packet(&call);
	}
	flow->sample_count = 4;
	return judge(flow);
}

static void unknown_clear_text_is_taken_for_encrypted(void **state)
{
	struct surgetap_flow flow = flow_to(SURGETAP_NETWORK_RENTABLE, "unknown");

	(void)state;
	assert_int_equal(judge_bytes(&flow, 256, 0, 37), SURGETAP_GRADE_HEURISTIC);
	assert_int_equal(judge_bytes(&flow, 256, 0, 0), SURGETAP_GRADE_NONE);
	assert_int_equal(judge_bytes(&flow, 256, 0xff, 0), SURGETAP_GRADE_NONE);
	assert_int_equal(judge_bytes(&flow, 32, 'a', 0), SURGETAP_GRADE_NONE);
	assert_int_equal(judge_bytes(&flow, 16, 0, 37), SURGETAP_GRADE_NONE);
	assert_int_equal(judge_bytes(&flow, 128, 'k', 0), SURGETAP_GRADE_NONE);
	flow.place.network = SURGETAP_NETWORK_HYPERSCALER;
	assert_int_equal(judge_bytes(&flow, 256, 0, 37), SURGETAP_GRADE_NONE);
}

/* Games and calls with peers on rented servers. */
static void random_datagrams_count_as_use(void **state)
{
	struct surgetap_flow flow = flow_to(SURGETAP_NETWORK_RENTABLE, "unknown");

	(void)state;
	flow.transport = 17;
	assert_int_equal(judge_bytes(&flow, 256, 0, 37), SURGETAP_GRADE_NONE);
}

static void unknown_protocol_is_judged_by_one_side(void **state)
{
	struct surgetap_flow flow = flow_to(SURGETAP_NETWORK_RENTABLE, "unknown");
	uint8_t data[256];
	const struct surgetap_payload payload = {data, sizeof data, sizeof data, true, 0};
	const struct surgetap_call call = {
		.flow = &flow, .flow_state = memory, .payload = &payload};

	(void)state;
	for (size_t i = 0; i < sizeof data; i++)
		data[i] = (uint8_t)i;
	flow.sample_count = 4;
	assert_int_equal(surgetap_plugin_vps.on_packet(&call), SURGETAP_MORE);
	assert_int_equal(judge(&flow), SURGETAP_GRADE_NONE);
}

static void tunnel_transport_is_missed(void **state)
{
	static const uint8_t tunnels[] = {4, 41, 47, 50, 51, 115};

	(void)state;
	for (size_t i = 0; i < COUNT(tunnels); i++) {
		struct surgetap_flow flow = flow_to(SURGETAP_NETWORK_RENTABLE, "unknown");

		flow.transport = tunnels[i];
		assert_int_equal(judge(&flow), SURGETAP_GRADE_DPI);
		assert_int_equal(last.kind, TUNNEL);
	}
}

static void bittorrent_to_a_rentable_server_counts_as_use(void **state)
{
	static const char *const protocols[] = {"bittorrent", "dns", "ntp", "icmp", "stun"};

	(void)state;
	for (size_t i = 0; i < COUNT(protocols); i++) {
		struct surgetap_flow flow = flow_to(SURGETAP_NETWORK_RENTABLE, protocols[i]);

		assert_int_equal(judge(&flow), SURGETAP_GRADE_NONE);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(server_in_a_rentable_network_is_missed),
		cmocka_unit_test(server_elsewhere_is_reported),
		cmocka_unit_test(word_for_a_proxy_counts_as_use),
		cmocka_unit_test(guess_by_port_22_counts_as_use),
		cmocka_unit_test(hosted_web_site_counts_as_use),
		cmocka_unit_test(tls_that_no_web_site_speaks_is_a_visit),
		cmocka_unit_test(session_joined_midway_is_called_nameless),
		cmocka_unit_test(database_in_tls_is_called_a_web_site),
		cmocka_unit_test(web_site_on_a_port_of_databases_counts_as_use),
		cmocka_unit_test(guess_by_port_443_is_reported),
		cmocka_unit_test(unknown_clear_text_is_taken_for_encrypted),
		cmocka_unit_test(unknown_protocol_is_judged_by_one_side),
		cmocka_unit_test(random_datagrams_count_as_use),
		cmocka_unit_test(tunnel_transport_is_missed),
		cmocka_unit_test(bittorrent_to_a_rentable_server_counts_as_use),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
