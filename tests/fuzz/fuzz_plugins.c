/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hostile flows for the built-in plugins, several in a row, since some plugins remember hosts.
 * Input, for each flow: transport, server's port (2), hosts and network, verdict of nDPI,
 * circumstances, length of the server name and the name; then payloads, each with a byte of flags,
 * a length (2) and the bytes.
 */
#include "flow/builtin.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FLOWS_MAX 6
#define PAYLOADS_MAX 40
#define PLUGINS_MAX 16
#define COUNT(array) (sizeof array / sizeof array[0])

/* Flags of a payload. */
enum { FROM_CLIENT = 1, SNAPPED = 2, LAST = 4, CLASSIFIED = 8 };

/* Circumstances of a flow; the upper four bits choose what its client offers and its hello. */
enum { UNANSWERED = 1, JOINED_MIDWAY = 2, SELF_SIGNED = 4, ECH = 8 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct input {
	const uint8_t *at;
	size_t left;
};

/* A flow on its way through one plugin. */
struct trial {
	const struct surgetap_plugin *plugin;
	struct surgetap_flow flow;
	struct surgetap_call call;
	uint64_t state[32];
	char name[256];
	uint8_t verdict;
	bool is_classified, is_over;
};

static const struct {
	const char *protocol, *master, *category;
	enum surgetap_confidence confidence;
} verdicts[] = {
	{"unknown", "unknown", "", SURGETAP_CONFIDENCE_NONE},
	{"tls", "unknown", "Web", SURGETAP_CONFIDENCE_DPI},
	{"tor", "tls", "VPN", SURGETAP_CONFIDENCE_DPI},
	{"quic", "unknown", "Web", SURGETAP_CONFIDENCE_DPI},
	{"dtls", "stun", "Network", SURGETAP_CONFIDENCE_DPI},
	{"bittorrent", "unknown", "Download", SURGETAP_CONFIDENCE_DPI},
	{"socks", "unknown", "Web", SURGETAP_CONFIDENCE_GUESS},
	{"http_connect", "unknown", "Web", SURGETAP_CONFIDENCE_DPI},
	{"smtp", "unknown", "Email", SURGETAP_CONFIDENCE_DPI},
	{"facebook", "tls", "SocialNetwork", SURGETAP_CONFIDENCE_CACHE},
	{"wechat", "unknown", "Chat", SURGETAP_CONFIDENCE_DPI},
	{"dns", "unknown", "Network", SURGETAP_CONFIDENCE_DPI},
	{"openvpn", "unknown", "VPN", SURGETAP_CONFIDENCE_DPI},
	{"wireguard", "unknown", "VPN", SURGETAP_CONFIDENCE_DPI},
	{"nordvpn", "tls", "VPN", SURGETAP_CONFIDENCE_DPI},
	{"ciscovpn", "unknown", "VPN", SURGETAP_CONFIDENCE_GUESS},
	{"ssh", "unknown", "RemoteAccess", SURGETAP_CONFIDENCE_DPI},
	{"http", "unknown", "Web", SURGETAP_CONFIDENCE_DPI},
	{"mining", "unknown", "Mining", SURGETAP_CONFIDENCE_DPI},
	{"cloudflare", "tls", "Web", SURGETAP_CONFIDENCE_DPI},
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
		evidence->grade > SURGETAP_GRADE_DPI || evidence->kind > SURGETAP_KIND_IMITATION ||
		evidence->confidence_percent > 100 || evidence->reason == NULL ||
		strlen(evidence->reason) >= 96)
		abort();
}

/* The lists of this target are sound: whoever complains of one is wrong. */
static void on_fault(const struct surgetap_host *host, const char *where, const char *message)
{
	(void)host;
	(void)message;
	if (where != NULL)
		abort();
}

static void on_list(const struct surgetap_host *host, const char *name, const char *state)
{
	if (host == NULL || *name == '\0' || *state == '\0')
		abort();
}

static const struct surgetap_host host = {
	SURGETAP_ABI, sizeof host, on_fault, on_fault, on_list, on_report};

static void write_file(char *path, const char *text)
{
	int file = mkstemp(path);

	if (file < 0 || write(file, text, strlen(text)) != (ssize_t)strlen(text) || close(file) < 0)
		abort();
}

/* What each plugin has loaded: once, since the readers of lists have targets of their own. */
static void *const *load_plugins(void)
{
	static void *shared[PLUGINS_MAX];
	static bool is_loaded;
	char relays[] = "/tmp/surgetap-relays-XXXXXX", services[] = "/tmp/surgetap-services-XXXXXX";
	const struct surgetap_setting settings[] = {
		{"relays", relays}, {"services", services}, {NULL, NULL}};

	if (is_loaded)
		return shared;
	write_file(relays, "198.51.100.1:9001\n198.51.100.2\n[2001:db8::1]:443\n");
	write_file(services, "example.org western\nexample.net none\n");
	for (size_t i = 0; builtin_plugins[i] != NULL; i++) {
		if (i == PLUGINS_MAX ||
			(builtin_plugins[i]->load != NULL &&
				builtin_plugins[i]->load(&host, settings, &shared[i]) != 0))
			abort();
	}
	unlink(relays);
	unlink(services);
	is_loaded = true;
	return shared;
}

/* Hosts: two clients, four servers, of which the relay list knows two. */
static void place(struct surgetap_flow *flow, uint32_t hosts)
{
	static const uint8_t client[16] = {[10] = 0xff, 0xff, 10, 0, 0, 1};
	static const uint8_t server[16] = {[10] = 0xff, 0xff, 198, 51, 100, 0};

	memcpy(flow->client.address.bytes, client, sizeof client);
	memcpy(flow->server.address.bytes, server, sizeof server);
	flow->client.address.bytes[15] += hosts & 1;
	flow->server.address.bytes[15] += hosts >> 1 & 3;
	flow->place.network = (hosts >> 3) % (SURGETAP_NETWORK_VPN + 1);
}

static void begin(struct trial *trial, struct input *input, int64_t time_us)
{
	static const char *const offers[] = {NULL, "h2,http/1.1", "dot", "doq"};
	struct surgetap_flow *flow = &trial->flow;
	uint32_t circumstances, name_bytes;

	*flow = (struct surgetap_flow){.size = sizeof *flow,
		.transport = (uint8_t)take(input, 1),
		.client.port = 40000,
		.server.port = (uint16_t)take(input, 2),
		.last_us = time_us,
		.protocol = "unknown",
		.master = "unknown",
		.category = "",
		.tls_version = 0x0303};
	place(flow, take(input, 1));
	trial->verdict = (uint8_t)(take(input, 1) % COUNT(verdicts));
	circumstances = take(input, 1);
	flow->answered = !(circumstances & UNANSWERED);
	flow->complete = !(circumstances & JOINED_MIDWAY);
	flow->tls_self_signed = circumstances & SELF_SIGNED;
	flow->tls_ech = circumstances & ECH;
	flow->alpn = offers[circumstances >> 4 & 3];
	flow->hello = circumstances >> 6;
	name_bytes = take(input, 1);
	for (uint32_t i = 0; i < name_bytes && input->left > 0; i++)
		trial->name[i] = (char)take(input, 1);
	flow->sni = trial->name[0] != '\0' ? trial->name : NULL;
}

static void classify(struct trial *trial)
{
	struct surgetap_flow *flow = &trial->flow;

	trial->is_classified = true;
	flow->protocol = verdicts[trial->verdict].protocol;
	flow->master = verdicts[trial->verdict].master;
	flow->category = verdicts[trial->verdict].category;
	flow->confidence = verdicts[trial->verdict].confidence;
	if (flow->hello == SURGETAP_HELLO_PENDING)
		flow->hello = SURGETAP_HELLO_CUT;
	trial->call.payload = NULL;
	if (trial->plugin->wants & SURGETAP_WANTS_CLASSIFIED)
		trial->is_over |= trial->plugin->on_classified(&trial->call) == SURGETAP_DONE;
}

/* A copy of exactly the captured bytes, so that a read beyond them is found. */
static void show(struct trial *trial, const uint8_t *bytes, struct surgetap_payload payload)
{
	struct surgetap_flow *flow = &trial->flow;
	uint8_t *copy = malloc(payload.captured_bytes);

	if (copy == NULL)
		return;
	if (flow->sample_count < SURGETAP_SAMPLES)
		flow->samples[flow->sample_count++] = (struct surgetap_sample){
			(uint16_t)payload.length_bytes, payload.from_client};
	memcpy(copy, bytes, payload.captured_bytes);
	payload.data = copy;
	trial->call.payload = &payload;
	if (trial->plugin->wants & SURGETAP_WANTS_PACKETS)
		trial->is_over |= trial->plugin->on_packet(&trial->call) == SURGETAP_DONE;
	free(copy);
}

static void show_payloads(struct trial *trial, struct input *input)
{
	uint32_t flags = 0;

	for (uint8_t i = 0; i < PAYLOADS_MAX && input->left > 3 && !(flags & LAST); i++) {
		uint32_t length, captured;

		flags = take(input, 1);
		length = take(input, 2);
		captured = length < input->left ? length : (uint32_t)input->left;
		if (captured > 0 && !trial->is_over)
			show(trial, input->at,
				(struct surgetap_payload){NULL, captured,
					captured + (flags & SNAPPED ? 100 : 0), flags & FROM_CLIENT,
					i});
		input->at += captured;
		input->left -= captured;
		if (flags & CLASSIFIED && !trial->is_classified)
			classify(trial);
	}
}

static void run(const struct surgetap_plugin *plugin, const void *shared, struct input input)
{
	static uint64_t worker[(1u << 20) / sizeof(uint64_t)];

	memset(worker, 0, plugin->worker_state_size);
	for (int i = 0; i < FLOWS_MAX && input.left > 0; i++) {
		struct trial trial = {.plugin = plugin};

		trial.call = (struct surgetap_call){
			&host, shared, worker, trial.state, &trial.flow, NULL};
		begin(&trial, &input, INT64_C(1700000000000000) + i * INT64_C(1000000));
		show_payloads(&trial, &input);
		if (!trial.is_classified)
			classify(&trial);
		trial.call.payload = NULL;
		trial.call.flow_state = NULL;
		trial.flow.sni = NULL;
		trial.flow.alpn = NULL;
		if (plugin->wants & SURGETAP_WANTS_ENDED)
			plugin->on_ended(&trial.call);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	void *const *shared = load_plugins();

	for (size_t i = 0; builtin_plugins[i] != NULL; i++)
		run(builtin_plugins[i], shared[i], (struct input){data, size});
	return 0;
}
