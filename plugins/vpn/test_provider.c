/* SPDX-License-Identifier: Apache-2.0 */
#include "provider.h"
#include "test_trial.h"

static void request_to_a_provider_is_called_a_tunnel(void **state)
{
	static const struct packet request = {true, 60, 'a',
		START("GET /ddns HTTP/1.1\r\nHost: x0.softether-network.net:80\r\n\r\n")};
	static const struct packet others[] = {
		{true, 48, 'a', START("GET / HTTP/1.1\r\nHost: softether-network.net.eu\r\n")},
		{true, 24, 'a', START("GET / HTTP/1.1\r\nHost: ")},
		{true, 40, 'a', START("QUIT\r\nHost: softether-network.net\r\n")},
	};
	struct surgetap_flow flow = flow_of(TCP, 80);

	(void)state;
	assert_int_equal(grade_of_packets(&flow, &request, 1), SURGETAP_GRADE_DPI);
	assert_int_equal(best.kind, SURGETAP_KIND_CONTACT);
	for (size_t i = 0; i < COUNT(others); i++)
		assert_int_equal(grade_of_packets(&flow, &others[i], 1), SURGETAP_GRADE_NONE);
}

static void visit_to_a_provider_is_called_a_tunnel(void **state)
{
	static const struct {
		const char *sni;
		enum surgetap_kind kind;
	} cases[] = {
		{"nordvpn.com", SURGETAP_KIND_CONTACT},
		{"API.NordVPN.com.", SURGETAP_KIND_CONTACT},
		{"api.mullvad.net", SURGETAP_KIND_CONTACT},
		{"se-sto-wg-001.relays.mullvad.net", SURGETAP_KIND_TUNNEL},
		{"api.polargrizzly.com", SURGETAP_KIND_CONTACT},
		{"mask.icloud.com", SURGETAP_KIND_TUNNEL},
		{"api.sec-tunnel.com", SURGETAP_KIND_CONTACT},
		{"eu0.sec-tunnel.com", SURGETAP_KIND_TUNNEL},
		{"derp9f.tailscale.com", SURGETAP_KIND_TUNNEL},
		{"derpy.tailscale.com", SURGETAP_KIND_CONTACT},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct surgetap_flow flow = flow_of(TCP, 443);

		flow.protocol = "tls";
		flow.confidence = SURGETAP_CONFIDENCE_DPI;
		flow.sni = cases[i].sni;
		assert_int_equal(grade_of_verdict(&flow), SURGETAP_GRADE_DPI);
		assert_int_equal(best.kind, cases[i].kind);
	}
}

static void provider_out_of_order_is_never_found(void **state)
{
	const struct vpn_provider *providers;
	size_t count = vpn_provider_table(&providers);

	(void)state;
	for (size_t i = 0; i < count; i++)
		assert_ptr_equal(vpn_provider_find(providers[i].domain.name), &providers[i]);
}

static void name_that_only_ends_alike_is_a_provider(void **state)
{
	static const char *const names[] = {"notnordvpn.com", "nordvpn.com.evil.net", "com", "",
		".", "icloud.com", "proton.me", "\xff\xfe.nordvpn.co"};

	(void)state;
	for (size_t i = 0; i < COUNT(names); i++)
		assert_null(vpn_provider_find(names[i]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(request_to_a_provider_is_called_a_tunnel),
		cmocka_unit_test(visit_to_a_provider_is_called_a_tunnel),
		cmocka_unit_test(provider_out_of_order_is_never_found),
		cmocka_unit_test(name_that_only_ends_alike_is_a_provider),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
