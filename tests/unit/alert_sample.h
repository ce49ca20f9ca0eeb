/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_ALERT_SAMPLE_H
#define TESTS_ALERT_SAMPLE_H
/* An alert with every member set: what the tests of alert/ and publish/ start from. */
#include <stdio.h>
#include <string.h>

#include "alert/alert.h"

static inline void alert_sample(struct alert *ret_alert)
{
	static const uint8_t inside[] = {175, 45, 176, 7}, outside[] = {185, 220, 101, 1};
	struct alert *a = ret_alert;
	*a = (struct alert){
		.state = ALERT_OPEN,
		.time_us = 1763704980000000, /* 2025-11-21T06:03:00Z */
		.range = "star-jv",
		.prefixes = {"175.45.176.0/22"},
		.prefix_count = 1,
		.prefix_total = 1,
		.technique = "tor",
		.mitre_tactic = "TA0011",
		.mitre_technique = "T1090.003",
		.signature_id = 1900002,
		.severity = 2,
		.scale_s = 3600,
		.window_start_s = 1763701200,
		.window_end_s = 1763704800,
		.metric = "hosts",
		.observed = {13, 260, 1200300},
		.expected = {1.0, 20.1, 0},
		.method = "share",
		.samples = 1440,
		.ratio = 13,
		.rise_percent = 1200,
		.share_observed = 0.31,
		.share_expected = 0.02,
		.score = 14.2,
		.odds = 1468864,
		.p_value = 1.2e-9,
		.coverage = 0.998,
		.distinct_hosts = 13,
		.control = {true, 57, {3, 9, 0}, {2.9, 8.7, 0}, 3600, 1.03, 0.4, 2.2, 12.6, "own"},
		.coordination = {true, true, 41, 38, 0.927, 1e-9, 1800},
		.host_count = 1,
		.peer_count = 1,
		.example_count = 1,
		.list_count = 1,
	};
	alert_make_id(a->range, a->technique, a->window_start_s, a->id);
	a->hosts[0] = (struct alert_host){address_from_ipv4(inside), 22};
	a->peers[0] = (struct alert_peer){address_from_ipv4(outside), 22,
		{60729, SURGETAP_NETWORK_RENTABLE, "DE", "Zwiebelfreunde e.V."}};
	a->examples[0] = (struct alert_example){
		.client = {address_from_ipv4(inside), 50123},
		.server = {address_from_ipv4(outside), 9001},
		.ip_version = 4,
		.transport = 6,
		.flow_id = 586497171462735,
		.community_id = "1:wCb3OG7yAFWelaUydu0D+125CLM=",
		.app_proto = "tls",
		.reason = "relay list names address and port",
	};
	a->lists[0] = (struct alert_list){"tor_relays", "valid-after 2026-11-20 09:00:00"};
}

#endif
