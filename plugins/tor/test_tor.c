/* SPDX-License-Identifier: Apache-2.0 */
#include "test_host.h"

/* The grade that the plugin gives a TLS flow; list NULL stands for no list. */
static enum surgetap_grade grade_of(const char *list, const struct surgetap_flow *flow)
{
	static const struct surgetap_setting none[] = {{NULL, NULL}};
	struct memory memory = {0};
	struct surgetap_call call = {.host = &host, .flow = flow, .flow_state = &memory};
	void *shared = NULL;

	if (list != NULL)
		assert_int_equal(load_list(list, &shared), 0);
	else
		assert_int_equal(surgetap_plugin_tor.load(&host, none, &shared), 0);
	memset(&told, 0, sizeof told);
	call.shared = shared;
	surgetap_plugin_tor.on_classified(&call);
	surgetap_plugin_tor.unload(shared);
	assert_true(told.reports <= 1);
	return told.reports ? told.evidence.grade : SURGETAP_GRADE_NONE;
}

static void orport_of_a_relay_is_missed(void **state)
{
	struct surgetap_flow ipv4 = tls_flow("198.51.100.11", 9001);
	struct surgetap_flow ipv6 = tls_flow("2001:db8::11", 9443);

	(void)state;
	assert_int_equal(grade_of(MICRODESC, &ipv4), SURGETAP_GRADE_LIST);
	assert_int_equal(grade_of(MICRODESC, &ipv6), SURGETAP_GRADE_LIST);
}

static void https_to_a_relays_address_is_called_tor(void **state)
{
	struct surgetap_flow flow = tls_flow("198.51.100.11", 443);

	(void)state;
	flow.sni = "ritter.example";
	flow.alpn = "h2,http/1.1";
	assert_int_equal(grade_of(MICRODESC, &flow), SURGETAP_GRADE_NONE);
	flow.server.port = 9030; /* its directory port */
	assert_int_equal(grade_of(MICRODESC, &flow), SURGETAP_GRADE_NONE);
	flow = tls_flow("198.51.100.11", 9001);
	flow.transport = 17;
	assert_int_equal(grade_of(MICRODESC, &flow), SURGETAP_GRADE_NONE);
}

static void address_without_port_counts_as_use(void **state)
{
	struct surgetap_flow flow = tls_flow("198.51.100.11", 443);

	(void)state;
	assert_int_equal(grade_of("198.51.100.11\n", &flow), SURGETAP_GRADE_GUESS);
	flow.sni = "www.gjnh7y7gf2e.com";
	assert_int_equal(grade_of("198.51.100.11\n", &flow), SURGETAP_GRADE_LIST);
}

static void relay_that_spoke_first_is_missed(void **state)
{
	struct surgetap_flow flow = tls_flow("192.0.2.1", 50000);

	(void)state;
	flow.client = endpoint("198.51.100.11", 9001);
	assert_int_equal(grade_of(MICRODESC, &flow), SURGETAP_GRADE_LIST);
	flow.complete = true; /* the SYN came from there: the relay's host is a client too */
	assert_int_equal(grade_of(MICRODESC, &flow), SURGETAP_GRADE_NONE);
	flow.complete = false;
	flow.client.port = 443;
	assert_int_equal(grade_of(MICRODESC, &flow), SURGETAP_GRADE_NONE);
}

static void verdict_of_ndpi_alone_counts_as_use(void **state)
{
	struct surgetap_flow flow = tls_flow("203.0.113.5", 443);

	(void)state;
	flow.protocol = "tor";
	flow.master = "tls";
	flow.sni = "ritter.example";
	assert_int_equal(grade_of(NULL, &flow), SURGETAP_GRADE_GUESS);
	flow.sni = "www.mog74rvcq5yw6zew2doy3.com";
	assert_int_equal(grade_of(NULL, &flow), SURGETAP_GRADE_HEURISTIC);
	flow.alpn = "h2";
	assert_int_equal(grade_of(NULL, &flow), SURGETAP_GRADE_GUESS);
	flow.protocol = "tls";
	assert_int_equal(grade_of(NULL, &flow), SURGETAP_GRADE_NONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(orport_of_a_relay_is_missed),
		cmocka_unit_test(https_to_a_relays_address_is_called_tor),
		cmocka_unit_test(address_without_port_counts_as_use),
		cmocka_unit_test(relay_that_spoke_first_is_missed),
		cmocka_unit_test(verdict_of_ndpi_alone_counts_as_use),
	};

	return cmocka_run_group_tests(tests, make_file, remove_file);
}
