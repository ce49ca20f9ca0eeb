/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hostile payloads for the built-in plugins. Input: transport, server's port (2), then payloads,
 * each with a byte of flags (1 from the client, 2 snapped, 4 the rest is the server name), a length
 * (2) and the bytes.
 */
#include "flow/builtin.h"

#include <stdlib.h>
#include <string.h>

#define PAYLOADS_MAX 24
#define NAME_MAX 255

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct input {
	const uint8_t *at;
	size_t left;
};

static uint32_t take(struct input *input, unsigned bytes)
{
	uint32_t value = 0;

	for (; bytes > 0 && input->left > 0; bytes--, input->left--)
		value = value << 8 | *input->at++;
	return value;
}

static void on_report(const struct surgetap_call *call, const struct surgetap_evidence *evidence)
{
	if (call == NULL || evidence->grade == SURGETAP_GRADE_NONE ||
		evidence->grade > SURGETAP_GRADE_DPI || evidence->kind > SURGETAP_KIND_CONTACT ||
		evidence->confidence_percent > 100 || evidence->reason == NULL ||
		strlen(evidence->reason) >= 96)
		abort();
}

static void on_list(const struct surgetap_host *host, const char *where, const char *message)
{
	(void)host;
	(void)where;
	(void)message;
}

static const struct surgetap_host host = {
	SURGETAP_ABI, sizeof host, on_list, on_list, on_list, on_report};

static uint64_t worker_state[(1u << 20) / sizeof(uint64_t)];

/* A copy of exactly the captured bytes, so that a read beyond them is found. */
static void show(const struct surgetap_plugin *plugin, struct surgetap_call *call,
	const uint8_t *bytes, struct surgetap_payload payload, bool *waits)
{
	uint8_t *copy = malloc(payload.captured_bytes);

	if (copy == NULL)
		return;
	memcpy(copy, bytes, payload.captured_bytes);
	payload.data = copy;
	call->payload = &payload;
	*waits = plugin->on_packet(call) == SURGETAP_MORE;
	free(copy);
}

static void run(const struct surgetap_plugin *plugin, struct input input)
{
	static const struct surgetap_setting none[] = {{NULL, NULL}};
	uint64_t state[32] = {0};
	char name[NAME_MAX + 1] = "";
	struct surgetap_flow flow = {.size = sizeof flow,
		.transport = (uint8_t)take(&input, 1),
		.server.port = (uint16_t)take(&input, 2),
		.place.network = SURGETAP_NETWORK_RENTABLE,
		.protocol = "unknown",
		.master = "unknown",
		.category = "",
		.sample_count = SURGETAP_SAMPLES};
	struct surgetap_call call = {.host = &host, .flow_state = state, .flow = &flow};
	bool waits = (plugin->wants & SURGETAP_WANTS_PACKETS) != 0;
	void *shared = NULL;

	if (plugin->load != NULL && plugin->load(&host, none, &shared) != 0)
		return;
	memset(worker_state, 0, plugin->worker_state_size);
	call.worker_state = worker_state;
	call.shared = shared;
	for (uint8_t i = 0; i < PAYLOADS_MAX && input.left > 3 && waits; i++) {
		uint32_t flags = take(&input, 1), length = take(&input, 2);
		uint32_t captured = length < input.left ? length : (uint32_t)input.left;

		if (flags & 4 || captured == 0)
			break;
		show(plugin, &call, input.at,
			(struct surgetap_payload){
				NULL, captured, captured + (flags & 2 ? 100 : 0), flags & 1, i},
			&waits);
		input.at += captured;
		input.left -= captured;
	}
	memcpy(name, input.at, input.left < NAME_MAX ? input.left : NAME_MAX);
	flow.sni = name[0] != '\0' ? name : NULL;
	flow.protocol = flow.sni != NULL ? "tls" : "unknown";
	flow.confidence = flow.sni != NULL ? SURGETAP_CONFIDENCE_DPI : SURGETAP_CONFIDENCE_NONE;
	call.payload = NULL;
	if (plugin->wants & SURGETAP_WANTS_CLASSIFIED)
		plugin->on_classified(&call);
	call.flow_state = NULL;
	if (plugin->wants & SURGETAP_WANTS_ENDED)
		plugin->on_ended(&call);
	if (plugin->unload != NULL)
		plugin->unload(shared);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	for (const struct surgetap_plugin *const *plugin = builtin_plugins; *plugin != NULL;
		plugin++)
		run(*plugin, (struct input){data, size});
	return 0;
}
