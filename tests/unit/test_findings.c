/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/findings.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define BIT(technique) ((technique_set)1 << (technique))

static struct technique_table table;
static struct plugin plugin;
static int vpn, vps, proxy;

/* One plugin that reports all three. */
static int begin(void **state)
{
	(void)state;
	technique_table_init(&table);
	vpn = technique_table_add(
		&table, &(struct surgetap_technique){.name = "vpn", .is_opsec = true});
	vps = technique_table_add(
		&table, &(struct surgetap_technique){.name = "vps", .is_opsec = true});
	proxy = technique_table_add(&table, &(struct surgetap_technique){.name = "proxy"});
	plugin = (struct plugin){
		.technique_count = 3, .techniques = {(uint8_t)vpn, (uint8_t)vps, (uint8_t)proxy}};
	return vpn > 0 && vps > 0 && proxy > 0 ? 0 : -1;
}

static struct findings in_network(enum surgetap_network network)
{
	return (struct findings){.place = {.asn = 64500, .network = network}};
}

/* `technique` is the plugin's number. */
static void report(struct findings *findings, unsigned technique, enum surgetap_grade grade,
	enum surgetap_kind kind)
{
	assert_true(findings_report(findings, &plugin, 0,
		&(struct surgetap_evidence){.technique = technique,
			.grade = grade,
			.kind = kind,
			.confidence_percent = 80,
			.reason = "reported"}));
}

static technique_set settle(struct findings *findings)
{
	struct flow flow = {.tunnels = 0};

	findings_settle(findings, &table, &flow);
	return flow.tunnels;
}

static void proxy_dressed_as_the_web_on_a_rented_server_is_a_visit(void **state)
{
	struct findings findings = in_network(SURGETAP_NETWORK_RENTABLE);

	(void)state;
	report(&findings, 1, SURGETAP_GRADE_DPI, SURGETAP_KIND_CONTACT);
	report(&findings, 2, SURGETAP_GRADE_HEURISTIC, SURGETAP_KIND_TUNNEL);
	assert_int_equal(settle(&findings), BIT(vps) | BIT(proxy) | BIT(TECHNIQUE_OPSEC));
	assert_int_equal(findings.evidence[0].grade, SURGETAP_GRADE_HEURISTIC);
	assert_int_equal(findings.evidence[0].confidence_percent, 80);
	assert_string_equal(findings.evidence[0].reason, "reported to a rentable server (AS64500)");
}

static void better_evidence_of_vps_gives_way_to_the_proxy(void **state)
{
	struct findings findings = in_network(SURGETAP_NETWORK_RENTABLE);

	(void)state;
	report(&findings, 1, SURGETAP_GRADE_DPI, SURGETAP_KIND_TUNNEL);
	report(&findings, 2, SURGETAP_GRADE_HEURISTIC, SURGETAP_KIND_TUNNEL);
	settle(&findings);
	assert_string_equal(findings.evidence[0].reason, "reported");
}

static void guess_or_visit_of_a_proxy_is_use_of_a_rented_server(void **state)
{
	struct findings guess = in_network(SURGETAP_NETWORK_RENTABLE), visit = guess;

	(void)state;
	report(&guess, 2, SURGETAP_GRADE_GUESS, SURGETAP_KIND_TUNNEL);
	assert_int_equal(settle(&guess), 0);
	report(&visit, 2, SURGETAP_GRADE_DPI, SURGETAP_KIND_CONTACT);
	assert_int_equal(settle(&visit), 0);
}

static void proxy_in_another_network_is_use_of_a_rented_server(void **state)
{
	static const enum surgetap_network others[] = {SURGETAP_NETWORK_UNKNOWN,
		SURGETAP_NETWORK_HYPERSCALER, SURGETAP_NETWORK_CDN, SURGETAP_NETWORK_VPN};

	(void)state;
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		struct findings findings = in_network(others[i]);

		report(&findings, 2, SURGETAP_GRADE_DPI, SURGETAP_KIND_TUNNEL);
		assert_int_equal(settle(&findings), BIT(proxy));
	}
}

static void vpn_through_a_proxy_on_a_rented_server_counts_as_vps(void **state)
{
	struct findings findings = in_network(SURGETAP_NETWORK_RENTABLE);

	(void)state;
	report(&findings, 2, SURGETAP_GRADE_DPI, SURGETAP_KIND_TUNNEL);
	report(&findings, 0, SURGETAP_GRADE_DPI, SURGETAP_KIND_TUNNEL);
	assert_int_equal(settle(&findings), BIT(vpn) | BIT(proxy) | BIT(TECHNIQUE_OPSEC));
}

static void proxy_without_a_technique_for_rented_servers_crashes(void **state)
{
	struct findings findings = in_network(SURGETAP_NETWORK_RENTABLE);

	(void)state;
	table.vps = 0;
	report(&findings, 2, SURGETAP_GRADE_DPI, SURGETAP_KIND_TUNNEL);
	assert_int_equal(settle(&findings), BIT(proxy));
}

static void imitation_counts_as_what_it_imitates(void **state)
{
	struct findings before = in_network(SURGETAP_NETWORK_UNKNOWN), after = before;
	struct flow flow = {.tunnels = 0};

	(void)state;
	report(&before, 0, SURGETAP_GRADE_DPI, SURGETAP_KIND_TUNNEL);
	findings_add(&before, &table, &flow);
	assert_int_equal(flow.tunnels, BIT(vpn) | BIT(TECHNIQUE_OPSEC));
	report(&before, 0, SURGETAP_GRADE_HEURISTIC, SURGETAP_KIND_IMITATION);
	assert_true(before.is_news);
	findings_add(&before, &table, &flow);
	assert_int_equal(flow.tunnels, 0);
	assert_true(before.evidence[0].is_void);

	report(&after, 0, SURGETAP_GRADE_HEURISTIC, SURGETAP_KIND_IMITATION);
	report(&after, 0, SURGETAP_GRADE_DPI, SURGETAP_KIND_TUNNEL);
	report(&after, 2, SURGETAP_GRADE_DPI, SURGETAP_KIND_TUNNEL);
	assert_int_equal(settle(&after), BIT(proxy));
}

static void imitation_outranks_what_is_there(void **state)
{
	struct findings findings = in_network(SURGETAP_NETWORK_RENTABLE);

	(void)state;
	report(&findings, 0, SURGETAP_GRADE_HEURISTIC, SURGETAP_KIND_IMITATION);
	report(&findings, 1, SURGETAP_GRADE_DPI, SURGETAP_KIND_TUNNEL);
	assert_int_equal(settle(&findings), BIT(vps) | BIT(TECHNIQUE_OPSEC));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(
			proxy_dressed_as_the_web_on_a_rented_server_is_a_visit, begin),
		cmocka_unit_test_setup(imitation_counts_as_what_it_imitates, begin),
		cmocka_unit_test_setup(imitation_outranks_what_is_there, begin),
		cmocka_unit_test_setup(better_evidence_of_vps_gives_way_to_the_proxy, begin),
		cmocka_unit_test_setup(guess_or_visit_of_a_proxy_is_use_of_a_rented_server, begin),
		cmocka_unit_test_setup(proxy_in_another_network_is_use_of_a_rented_server, begin),
		cmocka_unit_test_setup(vpn_through_a_proxy_on_a_rented_server_counts_as_vps, begin),
		cmocka_unit_test_setup(proxy_without_a_technique_for_rented_servers_crashes, begin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
