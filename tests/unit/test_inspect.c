/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/panel.h"

#include "tests/unit/inspected_flow.h"

/* The flow's sets after the double has reported this when nDPI has spoken. */
static struct flow flow_with(const struct surgetap_evidence *evidence, unsigned count)
{
	struct flow flow = new_flow();

	begin(4, true);
	memcpy(script.on_classified, evidence, count * sizeof(*evidence));
	script.classified_reports = count;
	show(&flow, CLASSIFY_PACKETS_TCP);
	assert_int_equal(script.classified, 1);
	return flow;
}

static void vpn_over_tor_or_vps_over_vpn_is_kept(void **state)
{
	static const struct {
		uint8_t techniques[3];
		unsigned count;
		technique_set kept;
	} cases[] = {
		{{VPS, VPN, TOR}, 3, BIT(TOR)},
		{{TOR, VPS}, 2, BIT(TOR)},
		{{VPN, TOR}, 2, BIT(TOR)},
		{{VPS, VPN}, 2, BIT(VPN)},
		{{VPS}, 1, BIT(VPS)},
		{{VPS, TLS}, 2, BIT(VPS) | BIT(TLS)},
		{{VPN, TLS, TOR}, 3, BIT(TOR) | BIT(TLS)},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct surgetap_evidence evidence[3] = {0};

		for (unsigned e = 0; e < cases[i].count; e++)
			evidence[e] = tunnel(cases[i].techniques[e], SURGETAP_GRADE_DPI);
		struct flow flow = flow_with(evidence, cases[i].count);
		assert_int_equal(flow.tunnels, cases[i].kept | OPSEC);
		end(state);
	}
}

static void technique_outside_the_composite_counts_as_opsec(void **state)
{
	struct surgetap_evidence evidence = tunnel(TLS, SURGETAP_GRADE_DPI);
	struct flow flow = flow_with(&evidence, 1);

	(void)state;
	assert_int_equal(flow.tunnels, BIT(TLS));
}

static void guess_counts_as_use_or_outranks(void **state)
{
	struct surgetap_evidence evidence[] = {
		tunnel(TOR, SURGETAP_GRADE_GUESS), tunnel(VPS, SURGETAP_GRADE_CACHE)};
	struct flow flow = flow_with(evidence, 2);

	(void)state;
	assert_int_equal(flow.tunnels, BIT(VPS) | OPSEC);
	assert_int_equal(flow.suspected, BIT(TOR));
}

static void contact_counts_as_use_or_outranks(void **state)
{
	struct surgetap_evidence evidence[] = {contact(VPN, SURGETAP_GRADE_DPI),
		tunnel(VPS, SURGETAP_GRADE_HEURISTIC), contact(TLS, SURGETAP_GRADE_GUESS)};
	struct flow flow = flow_with(evidence, 3);

	(void)state;
	assert_int_equal(flow.tunnels, BIT(VPS) | OPSEC);
	assert_int_equal(flow.contacts, BIT(VPN) | BIT(TLS));
	assert_int_equal(flow.suspected, 0);
}

static void weaker_or_later_report_replaces_the_strongest(void **state)
{
	struct surgetap_evidence evidence[] = {tunnel(VPN, SURGETAP_GRADE_GUESS),
		tunnel(VPN, SURGETAP_GRADE_LIST), contact(VPN, SURGETAP_GRADE_LIST),
		tunnel(VPN, SURGETAP_GRADE_HEURISTIC)};
	evidence[1].reason = "the strongest, first";
	struct flow flow = flow_with(evidence, 4);
	const struct findings *findings = inspector_findings(inspector, &flow);

	(void)state;
	assert_int_equal(findings->evidence_count, 1);
	assert_int_equal(findings->evidence[0].grade, SURGETAP_GRADE_LIST);
	assert_string_equal(findings->evidence[0].reason, "the strongest, first");
	assert_int_equal(flow.tunnels, BIT(VPN) | OPSEC);
	assert_int_equal(flow.suspected, 0);
}

static void malformed_report_is_taken(void **state)
{
	struct surgetap_evidence evidence[] = {tunnel(DOUBLE_TECHNIQUES, SURGETAP_GRADE_DPI),
		tunnel(VPN, SURGETAP_GRADE_NONE), tunnel(VPN, SURGETAP_GRADE_DPI + 1),
		{VPN, SURGETAP_GRADE_DPI, SURGETAP_KIND_IMITATION + 1, 90, ""},
		{VPN, SURGETAP_GRADE_DPI, SURGETAP_KIND_TUNNEL, 101, ""},
		{TLS, SURGETAP_GRADE_DPI, SURGETAP_KIND_TUNNEL, 100, NULL}};
	struct flow flow = flow_with(evidence, 6);
	struct inspector_stats stats;

	(void)state;
	inspector_stats(inspector, &stats);
	assert_int_equal(stats.evidence_dropped, 5);
	assert_int_equal(flow.tunnels, BIT(TLS));
}

static void plugin_sees_a_payload_beyond_the_limit(void **state)
{
	struct flow flow = new_flow();

	(void)state;
	begin(1, false);
	show(&flow, 100);
	assert_int_equal(script.packets, PANEL_PAYLOADS_MAX);
	assert_int_equal(script.last_index, PANEL_PAYLOADS_MAX - 1);
	assert_true(script.is_in_order);
	assert_true(flow.is_decided);
	assert_int_equal(script.seen.sample_count, SURGETAP_SAMPLES);
	assert_int_equal(script.seen.samples[7].bytes, 5);
}

static void done_is_overheard(void **state)
{
	struct flow flow = new_flow();

	(void)state;
	begin(1, false);
	script.done_after = 3;
	show(&flow, 100);
	assert_int_equal(script.packets, 3);
	assert_int_equal(script.classified, 1);
	end(state);
	begin(1, false);
	flow = new_flow();
	script.done_classified = true;
	show(&flow, 10);
	inspector_end(inspector, &flow);
	assert_int_equal(script.classified, 1);
	assert_int_equal(script.packets, 10);
}

static void later_fragment_is_shown_as_a_payload(void **state)
{
	struct flow flow = new_flow();
	struct packet packet = tcp_packet(0, 5);

	(void)state;
	begin(1, false);
	packet.fragment = PACKET_FRAGMENT_LATER;
	packet.ip = packet.payload = (const uint8_t *)"fragment";
	packet.ip_captured_bytes = packet.payload_captured_bytes = 5;
	inspector_packet(inspector, &flow, &packet, true);
	assert_int_equal(script.packets, 0);
	show(&flow, 1);
	assert_int_equal(script.packets, 1);
	assert_int_equal(script.last_index, 0);
}

static void end_is_told_twice_or_not_at_all(void **state)
{
	struct flow undecided = new_flow(), decided = new_flow();

	(void)state;
	begin(2, false);
	show(&undecided, 1);
	inspector_end(inspector, &undecided);
	inspector_release(inspector, &undecided, true);
	assert_int_equal(script.ended, 1);
	assert_int_equal(script.classified, 1);
	script.done_after = 2;
	show(&decided, 60);
	assert_true(decided.is_decided);
	inspector_release(inspector, &decided, false);
	assert_int_equal(decided.inspection, FLOW_NO_INSPECTION);
	decided.bytes[0] = 12345;
	inspector_end(inspector, &decided);
	assert_int_equal(script.ended, 2);
	assert_int_equal(script.classified, 2);
	assert_int_equal(script.seen.bytes_to_server, 12345);
	assert_null(script.seen.sni);
}

static void evidence_at_the_end_breaks_the_precedence(void **state)
{
	struct flow flow = new_flow();

	(void)state;
	begin(1, false);
	script.on_classified[0] = tunnel(TOR, SURGETAP_GRADE_LIST);
	script.classified_reports = 1;
	script.on_ended[0] = tunnel(VPS, SURGETAP_GRADE_HEURISTIC);
	script.on_ended[1] = tunnel(TLS, SURGETAP_GRADE_GUESS);
	script.on_ended[2] = tunnel(TOR, SURGETAP_GRADE_GUESS);
	script.ended_reports = 3;
	show(&flow, 60);
	inspector_release(inspector, &flow, false);
	assert_int_equal(flow.tunnels, BIT(TOR) | OPSEC);
	inspector_end(inspector, &flow);
	assert_int_equal(flow.tunnels, BIT(TOR) | OPSEC);
	assert_int_equal(flow.suspected, BIT(TLS));
}

static void exhausted_pool_goes_unnoticed(void **state)
{
	struct flow flows[3] = {new_flow(), new_flow(), new_flow()};
	struct inspector_stats stats;

	(void)state;
	begin(2, false);
	for (int i = 0; i < 3; i++)
		show(&flows[i], 2);
	inspector_stats(inspector, &stats);
	assert_int_equal(stats.refused, 1);
	assert_int_equal(stats.active, 2);
	assert_true(flows[2].is_decided);
	for (int i = 0; i < 3; i++) {
		inspector_end(inspector, &flows[i]);
		inspector_release(inspector, &flows[i], true);
	}
	assert_int_equal(script.ended, 3);
	struct flow next = new_flow();
	show(&next, 1);
	inspector_stats(inspector, &stats);
	assert_int_equal(stats.refused, 1);
	assert_int_equal(stats.active, 1);
	assert_int_equal(stats.active_max, 2);
}

static void inspection_used_again_remembers_the_flow_before(void **state)
{
	(void)state;
	begin(1, false);
	for (int round = 0; round < 3; round++) {
		struct flow flow = new_flow();

		script.packets = 0;
		show(&flow, 3);
		assert_true(script.is_in_order); /* its state began at zero */
		assert_int_equal(script.seen.sample_count, 3);
		inspector_end(inspector, &flow);
		inspector_release(inspector, &flow, true);
	}
}

/* A mirror port shows each packet twice. */
static void acknowledgements_and_doubles_use_an_inspection_up(void **state)
{
	struct flow flow = new_flow();
	struct packet acknowledgement = tcp_packet(ACK, 0);
	unsigned packets = 1;

	(void)state;
	begin(4, true);
	show(&flow, 1);
	for (; packets + 2 < INSPECT_PACKETS_MAX; packets += 2) {
		inspector_packet(inspector, &flow, &acknowledgement, false);
		shown--;
		show(&flow, 1);
	}
	assert_int_equal(script.classified, 0);
	assert_false(flow.is_decided);
	/* but not for ever */
	for (; packets < INSPECT_PACKETS_MAX; packets++)
		inspector_packet(inspector, &flow, &acknowledgement, false);
	assert_int_equal(script.classified, 1);
	assert_true(flow.is_decided);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(vpn_over_tor_or_vps_over_vpn_is_kept, end),
		cmocka_unit_test_teardown(technique_outside_the_composite_counts_as_opsec, end),
		cmocka_unit_test_teardown(guess_counts_as_use_or_outranks, end),
		cmocka_unit_test_teardown(contact_counts_as_use_or_outranks, end),
		cmocka_unit_test_teardown(weaker_or_later_report_replaces_the_strongest, end),
		cmocka_unit_test_teardown(malformed_report_is_taken, end),
		cmocka_unit_test_teardown(plugin_sees_a_payload_beyond_the_limit, end),
		cmocka_unit_test_teardown(done_is_overheard, end),
		cmocka_unit_test_teardown(later_fragment_is_shown_as_a_payload, end),
		cmocka_unit_test_teardown(end_is_told_twice_or_not_at_all, end),
		cmocka_unit_test_teardown(evidence_at_the_end_breaks_the_precedence, end),
		cmocka_unit_test_teardown(exhausted_pool_goes_unnoticed, end),
		cmocka_unit_test_teardown(inspection_used_again_remembers_the_flow_before, end),
		cmocka_unit_test_teardown(acknowledgements_and_doubles_use_an_inspection_up, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
