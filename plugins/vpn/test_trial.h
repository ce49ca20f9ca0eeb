/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VPN_TEST_TRIAL_H
#define VPN_TEST_TRIAL_H
/* Packets as the plugin vpn sees them, and the best of what it reports. */
#include "companion.h"
#include "recipe.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

extern const struct surgetap_plugin surgetap_plugin_vpn;

#define TCP 6
#define UDP 17

/* A packet as a test gives it: how it begins, how long it is. The rest counts up from `fill`. */
struct packet {
	bool from_client;
	uint16_t bytes;
	uint8_t fill;
	const char *start;
	size_t start_bytes;
};

#define START(text) text, sizeof text - 1
#define COUNT(array) (sizeof array / sizeof array[0])

static struct surgetap_evidence best;
static struct companions companions;

static void on_report(const struct surgetap_call *call, const struct surgetap_evidence *evidence)
{
	(void)call;
	assert_int_equal(evidence->technique, 0);
	assert_true(evidence->reason != NULL && strlen(evidence->reason) < 96);
	assert_true(evidence->confidence_percent <= 100);
	if (evidence->grade > best.grade)
		best = *evidence;
}

static const struct surgetap_host host = {
	.abi = SURGETAP_ABI, .size = sizeof host, .report = on_report};

static inline struct surgetap_flow flow_of(uint8_t transport, uint16_t port)
{
	return (struct surgetap_flow){
		.size = sizeof(struct surgetap_flow),
		.ip_version = 4,
		.transport = transport,
		.answered = true,
		.complete = true,
		.packets_to_server = 1,
		.packets_to_client = 1,
		.client.port = 40000,
		.server.port = port,
		.protocol = "unknown",
		.master = "unknown",
		.category = "",
	};
}

/* Shows packets as the sensor does, until the plugin is done. Returns the best grade. */
static inline enum surgetap_grade grade_of_packets(
	const struct surgetap_flow *flow, const struct packet *packets, size_t count)
{
	struct vpn_memory memory = {0};
	struct surgetap_call call = {
		.host = &host, .worker_state = &companions, .flow_state = &memory, .flow = flow};

	memset(&best, 0, sizeof best);
	for (size_t i = 0; i < count; i++) {
		uint8_t *data = test_malloc(packets[i].bytes); /* exact: a read beyond is found */
		struct surgetap_payload payload = {data, packets[i].bytes, packets[i].bytes,
			packets[i].from_client, (uint8_t)i};
		enum surgetap_next next;

		assert_true(packets[i].start_bytes <= packets[i].bytes);
		for (size_t k = 0; k < packets[i].bytes; k++)
			data[k] = (uint8_t)(packets[i].fill + 7 * k);
		if (packets[i].start_bytes > 0)
			memcpy(data, packets[i].start, packets[i].start_bytes);
		call.payload = &payload;
		next = surgetap_plugin_vpn.on_packet(&call);
		test_free(data);
		if (next == SURGETAP_DONE)
			break;
	}
	return best.grade;
}

static inline enum surgetap_grade grade_of_verdict(const struct surgetap_flow *flow)
{
	struct vpn_memory memory = {0};
	const struct surgetap_call call = {
		.host = &host, .worker_state = &companions, .flow_state = &memory, .flow = flow};

	memset(&best, 0, sizeof best);
	surgetap_plugin_vpn.on_classified(&call);
	return best.grade;
}

/* Session ids of OpenVPN, cookies of IKE. */
#define SESSION_A "\x11\x22\x33\x44\x55\x66\x77\x88"
#define SESSION_B "\xa1\xa2\xa3\xa4\xa5\xa6\xa7\xa8"

#endif
