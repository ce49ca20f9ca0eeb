/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VPS_TEST_TRIAL_H
#define VPS_TEST_TRIAL_H
/* Conversations as the plugin vps sees them, and what it reports. */
#include "recipe.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

extern const struct surgetap_plugin surgetap_plugin_vps;

#define TCP 6
#define UDP 17
#define COUNT(array) (sizeof array / sizeof array[0])

/* Bytes of one side; NUL is one like others. */
struct text {
	const char *bytes;
	size_t count;
};

#define TEXT(literal)                                                                              \
	{                                                                                          \
		literal, sizeof literal - 1                                                        \
	}

/* What one side opens with and the other answers. */
struct conversation {
	const char *service; /* begins the reason; NULL where there is none */
	uint8_t transport;
	bool is_client_first;
	struct text opening, answer;
};

struct vps_trial {
	uint64_t memory[32];
	struct surgetap_evidence last;
	char reason[96];
	unsigned reports;
	uint8_t index;
	bool is_over;
};

static struct vps_trial trial;

static void on_report(const struct surgetap_call *call, const struct surgetap_evidence *evidence)
{
	(void)call;
	assert_true(strlen(evidence->reason) < sizeof trial.reason);
	trial.last = *evidence;
	memcpy(trial.reason, evidence->reason, strlen(evidence->reason) + 1);
	trial.reports++;
}

static const struct surgetap_host host = {
	.abi = SURGETAP_ABI, .size = sizeof host, .report = on_report};

static inline void trial_begin(void)
{
	trial = (struct vps_trial){0};
	assert_true(surgetap_plugin_vps.flow_state_size <= sizeof trial.memory);
}

/* Shows `captured` bytes of a payload of `length`, in memory of just that size. */
static inline void trial_show(
	uint8_t transport, bool from_client, const void *bytes, size_t captured, size_t length)
{
	const struct surgetap_flow flow = {.size = sizeof flow,
		.transport = transport,
		.answered = true,
		.place = {.asn = 24940, .network = SURGETAP_NETWORK_RENTABLE},
		.protocol = "unknown",
		.master = "unknown",
		.category = ""};
	uint8_t *copy = malloc(captured);
	const struct surgetap_payload payload = {
		copy, (uint32_t)captured, (uint32_t)length, from_client, trial.index++};
	const struct surgetap_call call = {
		.host = &host, .flow = &flow, .flow_state = trial.memory, .payload = &payload};

	assert_non_null(copy);
	memcpy(copy, bytes, captured);
	if (!trial.is_over)
		trial.is_over = surgetap_plugin_vps.on_packet(&call) == SURGETAP_DONE;
	free(copy);
}

/* Plays an opening and an answer. Returns how many reports there are. */
static inline unsigned trial_play(
	uint8_t transport, bool is_client_first, struct text opening, struct text answer)
{
	trial_begin();
	trial_show(transport, is_client_first, opening.bytes, opening.count, opening.count);
	trial_show(transport, !is_client_first, answer.bytes, answer.count, answer.count);
	return trial.reports;
}

#endif
