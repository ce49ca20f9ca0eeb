/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A plugin that recognises nothing: it records what plugins are shown of the first FLOWS_MAX flows,
 * and at the end shows it to each plugin in a folder, alone, over and over. So the cost of each is
 * measured on the same calls, without what lies between them.
 *
 *     surgetap flows --workers 1 --plugin plugin_cost.so --plugin-option plugin_cost.folder=DIR
 * CAPTURE
 *
 * Prints a line for each plugin to standard error: nanoseconds per flow, and per packet it asked
 * for.
 */
#include <surgetap/plugin.h>

#include <dlfcn.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define FLOWS_MAX 20000u
#define EVENTS_MAX (16u * FLOWS_MAX)
#define SECONDS_MIN 0.5
#define REPEATS                                                                                    \
	16 /* of a flow, one after another: in the sensor its packet is in the cache as well */
#define STATE_BYTES 256 /* the most that the ABI gives a flow */
#define WORKER_BYTES (1u << 20)

/* One call of a callback. */
struct event {
	struct surgetap_flow flow;
	struct surgetap_payload payload; /* data NULL: on_classified */
	uint32_t next;                   /* of the same flow, 0: the last one */
};

/* The flow's first and latest event. */
struct memory {
	uint32_t first, latest;
};

/* What a plugin has cost over all flows. */
struct cost {
	double ns_per_flow, ns_per_packet, packets_per_flow;
};

static struct event events[EVENTS_MAX]; /* [0] is none */
static uint32_t event_count = 1, firsts[FLOWS_MAX], flow_count;
static const char *folder;

static const char *keep(const char *text)
{
	return text ? strdup(text) : NULL;
}

static enum surgetap_next record(const struct surgetap_call *call)
{
	struct memory *memory = call->flow_state;
	struct event *event = &events[event_count];

	if (event_count == EVENTS_MAX || (memory->first == 0 && flow_count == FLOWS_MAX))
		return SURGETAP_DONE;
	event->flow = *call->flow;
	event->flow.protocol = keep(call->flow->protocol);
	event->flow.master = keep(call->flow->master);
	event->flow.category = keep(call->flow->category);
	event->flow.sni = keep(call->flow->sni);
	event->flow.alpn = keep(call->flow->alpn);
	event->flow.ja3 = event->flow.ja4 = NULL;
	if (call->payload) {
		uint8_t *data = malloc(call->payload->captured_bytes + 1u);

		if (data == NULL)
			abort();
		memcpy(data, call->payload->data, call->payload->captured_bytes);
		event->payload = *call->payload;
		event->payload.data = data;
	}
	if (memory->first == 0)
		memory->first = firsts[flow_count++] = event_count;
	else
		events[memory->latest].next = event_count;
	memory->latest = event_count++;
	return SURGETAP_MORE;
}

static void on_text(const struct surgetap_host *host, const char *where, const char *message)
{
	(void)host;
	(void)where;
	(void)message;
}

static void on_report(const struct surgetap_call *call, const struct surgetap_evidence *evidence)
{
	(void)call;
	(void)evidence;
}

static const struct surgetap_host host = {
	SURGETAP_ABI, sizeof host, on_text, on_text, on_text, on_report};

/* Shows a plugin one flow, as the sensor would; returns how many packets it asked for. */
static uint64_t show_flow(
	const struct surgetap_plugin *plugin, struct surgetap_call *call, uint32_t first)
{
	bool waits = (plugin->wants & SURGETAP_WANTS_PACKETS) != 0;
	uint64_t packets = 0;

	memset(call->flow_state, 0, plugin->flow_state_size);
	for (uint32_t i = first; i != 0; i = events[i].next) {
		struct event *event = &events[i];

		call->flow = &event->flow;
		call->payload = event->payload.data ? &event->payload : NULL;
		if (call->payload && waits) {
			packets++;
			waits = plugin->on_packet(call) == SURGETAP_MORE;
		} else if (!call->payload && plugin->wants & SURGETAP_WANTS_CLASSIFIED &&
			   plugin->on_classified(call) == SURGETAP_DONE) {
			waits = false;
		}
	}
	return packets;
}

static double now_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static struct cost measure(const struct surgetap_plugin *plugin)
{
	static uint64_t state[STATE_BYTES / sizeof(uint64_t)],
		worker[WORKER_BYTES / sizeof(uint64_t)];
	static const struct surgetap_setting none[] = {{NULL, NULL}};
	struct surgetap_call call = {.host = &host, .worker_state = worker, .flow_state = state};
	uint64_t packets = 0, rounds = 0;
	double start_s, seconds;
	void *shared = NULL;

	if (plugin->load && plugin->load(&host, none, &shared) != 0)
		abort();
	call.shared = shared;
	memset(worker, 0, sizeof worker);
	start_s = now_s();
	do {
		for (uint32_t i = 0; i < flow_count; i++)
			for (int repeat = 0; repeat < REPEATS; repeat++)
				packets += show_flow(plugin, &call, firsts[i]);
		rounds += REPEATS;
		seconds = now_s() - start_s;
	} while (seconds < SECONDS_MIN);
	if (plugin->unload)
		plugin->unload(shared);
	return (struct cost){1e9 * seconds / (double)(rounds * flow_count),
		packets ? 1e9 * seconds / (double)packets : 0,
		(double)packets / (double)(rounds * flow_count)};
}

static void measure_all(void *unused)
{
	char pattern[4096];
	glob_t files;
	double sum = 0;

	(void)unused;
	snprintf(pattern, sizeof pattern, "%s/*.so", folder);
	if (flow_count == 0 || glob(pattern, 0, NULL, &files) != 0)
		return;
	for (size_t i = 0; i < files.gl_pathc; i++) {
		void *library = dlopen(files.gl_pathv[i], RTLD_NOW | RTLD_LOCAL);
		const struct surgetap_plugin *plugin =
			library ? dlsym(library, "surgetap_plugin") : NULL;
		struct cost cost;

		if (plugin == NULL)
			continue;
		cost = measure(plugin);
		sum += cost.ns_per_flow;
		fprintf(stderr,
			"%-8s %7.0f ns per flow %7.0f ns per packet, %5.2f packets of a flow\n",
			plugin->name, cost.ns_per_flow, cost.ns_per_packet, cost.packets_per_flow);
	}
	fprintf(stderr, "%-8s %7.0f ns per flow, over %u flows\n", "all", sum, flow_count);
	globfree(&files);
}

static int load(const struct surgetap_host *sensor, const struct surgetap_setting *settings,
	void **ret_shared)
{
	(void)sensor;
	for (; settings->name; settings++)
		folder = settings->value;
	*ret_shared = NULL;
	return folder ? 0 : -1;
}

static const struct surgetap_technique techniques[] = {
	{"recorded", "nothing: calls are recorded", NULL, NULL, 3, false},
	{NULL, NULL, NULL, NULL, 0, false},
};

static const struct surgetap_option options[] = {
	{"folder", "where the plugins to be measured are, as shared objects"},
	{NULL, NULL},
};

SURGETAP_PLUGIN = {
	.abi = SURGETAP_ABI,
	.size = sizeof(struct surgetap_plugin),
	.name = "plugin_cost",
	.version = "1",
	.summary = "what each plugin costs",
	.techniques = techniques,
	.options = options,
	.flow_state_size = sizeof(struct memory),
	.wants = SURGETAP_WANTS_PACKETS | SURGETAP_WANTS_CLASSIFIED,
	.load = load,
	.unload = measure_all,
	.on_packet = record,
	.on_classified = record,
};
