/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROXY_TEST_TRIAL_H
#define PROXY_TEST_TRIAL_H
/* A flow as the plugin proxy sees it, payload by payload, and what it reports. */
#include <surgetap/plugin.h>

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

extern const struct surgetap_plugin surgetap_plugin_proxy;

#define COUNT(array) (sizeof array / sizeof array[0])
#define START(text) text, sizeof text - 1
#define TCP 6
#define UDP 17
#define SERVER false
#define CLIENT true
#define RANDOM_MAX 1460

static unsigned reports;
static struct surgetap_evidence last;

static void on_report(const struct surgetap_call *call, const struct surgetap_evidence *evidence)
{
	(void)call;
	assert_true(strlen(evidence->reason) < 96);
	reports++;
	last = *evidence;
}

static const struct surgetap_host host = {
	.abi = SURGETAP_ABI, .size = sizeof host, .report = on_report};

/* A flow under test: what the sensor keeps for it, and what nDPI will say. */
struct trial {
	struct surgetap_flow flow;
	uint64_t memory[32];
	uint8_t payloads;
	bool is_over;
};

static uint64_t worker[(1u << 20) / sizeof(uint64_t)];

static inline struct trial new_trial(void)
{
	reports = 0;
	return (struct trial){.flow = {.size = sizeof(struct surgetap_flow),
				      .transport = TCP,
				      .answered = true,
				      .complete = true,
				      .packets_to_server = 1,
				      .packets_to_client = 1,
				      .client.address.bytes = {[15] = 1},
				      .server.address.bytes = {[15] = 2},
				      .last_us = INT64_C(1700000000000000),
				      .protocol = "unknown",
				      .master = "unknown",
				      .category = ""}};
}

static inline struct surgetap_call call_of(struct trial *trial)
{
	return (struct surgetap_call){.host = &host,
		.worker_state = worker,
		.flow_state = trial->memory,
		.flow = &trial->flow};
}

static inline void send_bytes(
	struct trial *trial, bool from_client, const void *bytes, size_t count)
{
	uint8_t *copy = test_malloc(count);
	const struct surgetap_payload payload = {
		copy, (uint32_t)count, (uint32_t)count, from_client, trial->payloads++};
	struct surgetap_call call = call_of(trial);

	memcpy(copy, bytes, count);
	call.payload = &payload;
	if (!trial->is_over)
		trial->is_over = surgetap_plugin_proxy.on_packet(&call) == SURGETAP_DONE;
	test_free(copy);
}

/* Bytes without order, the same in each run. */
static inline void send_random(struct trial *trial, bool from_client, size_t count)
{
	static uint32_t state = 2463534242u;
	uint8_t bytes[RANDOM_MAX] = {0};

	assert_true(count <= sizeof bytes);
	for (size_t i = 0; i < count; i++) {
		state ^= state << 13;
		state ^= state >> 17;
		state ^= state << 5;
		bytes[i] = (uint8_t)(state >> 11);
	}
	send_bytes(trial, from_client, bytes, count);
}

static inline enum surgetap_grade classify(struct trial *trial)
{
	const struct surgetap_call call = call_of(trial);

	if (surgetap_plugin_proxy.on_classified(&call) == SURGETAP_DONE)
		trial->is_over = true;
	return reports ? last.grade : SURGETAP_GRADE_NONE;
}

#endif
