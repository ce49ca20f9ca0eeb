/* SPDX-License-Identifier: Apache-2.0 */
#include "hostname.h"
#include "memory.h"
#include "relays.h"

#include <surgetap/evidence.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define TCP 6
#define UDP 17
#define LISTS_MAX 8
#define LIST_BYTES_MAX (64u << 20) /* a consensus has 3 MB */

struct tor {
	uint32_t count;
	struct relays *lists[LISTS_MAX];
};

/* What a list's listener needs to name the place. */
struct source {
	const struct surgetap_host *host;
	const char *file;
};

static void on_fault(void *argument, unsigned line, const char *message)
{
	const struct source *source = argument;
	char where[4200];

	snprintf(where, sizeof where, "%s:%u", source->file, line);
	source->host->warn(source->host, where, message);
}

static bool is_same(const struct stat *before, const struct stat *after)
{
	return before->st_size == after->st_size &&
	       before->st_mtim.tv_sec == after->st_mtim.tv_sec &&
	       before->st_mtim.tv_nsec == after->st_mtim.tv_nsec;
}

/* Reads to the end of a stream. Returns 0 or -errno; *ret_text is to be freed either way. */
static int read_stream(FILE *stream, char **ret_text, size_t *ret_bytes)
{
	size_t capacity = 1u << 16;

	*ret_bytes = 0;
	do {
		char *larger;

		capacity *= 2;
		if (capacity > LIST_BYTES_MAX)
			return -EFBIG;
		larger = realloc(*ret_text, capacity);
		if (larger == NULL)
			return -ENOMEM;
		*ret_text = larger;
		*ret_bytes += fread(*ret_text + *ret_bytes, 1, capacity - *ret_bytes, stream);
	} while (*ret_bytes == capacity);
	return ferror(stream) ? -EIO : 0;
}

/* Reads a whole file. Returns 0; -errno; -EFBIG beyond LIST_BYTES_MAX; -EAGAIN when somebody wrote
 * it meanwhile. */
static int read_file(const char *file, char **ret_text, size_t *ret_bytes)
{
	FILE *stream = fopen(file, "re");
	struct stat before, after;
	char *text = NULL;
	int result;

	if (stream == NULL)
		return -errno;
	result = fstat(fileno(stream), &before) < 0 ? -errno : 0;
	if (result == 0)
		result = read_stream(stream, &text, ret_bytes);
	if (result == 0 && (fstat(fileno(stream), &after) < 0 || !is_same(&before, &after)))
		result = -EAGAIN;
	fclose(stream);
	if (result != 0)
		free(text);
	else
		*ret_text = text;
	return result;
}

static void announce(
	const struct surgetap_host *host, const struct relays *relays, const char *file)
{
	char text[96];

	if (relays_faults(relays) > RELAYS_FAULTS_TOLD) {
		snprintf(text, sizeof text, "%u broken lines in all", relays_faults(relays));
		host->warn(host, file, text);
	}
	if (relays_beyond(relays) > 0) {
		snprintf(text, sizeof text, "%u relays are read, %u lines beyond them left out",
			RELAYS_MAX, relays_beyond(relays));
		host->warn(host, file, text);
	}
	if (relays_end(relays) == RELAYS_WITHOUT_FOOTER)
		host->warn(
			host, file, "no directory-footer: an excerpt of a consensus, or a cut one");
	if (relays_valid_after(relays)[0] != '\0')
		snprintf(text, sizeof text, "valid-after %s", relays_valid_after(relays));
	else
		snprintf(text, sizeof text, "%u relays, undated", relays_count(relays));
	host->use_list(host, "tor_relays", text);
}

static int load_list(const struct surgetap_host *host, const char *file, struct tor *tor)
{
	struct source source = {host, file};
	const struct relays_listener listener = {on_fault, &source};
	struct relays *relays;
	char *text = NULL;
	size_t bytes = 0;
	int result = tor->count < LISTS_MAX ? read_file(file, &text, &bytes) : -E2BIG;

	if (result != 0) {
		host->fail(host, file,
			result == -EAGAIN ? "changed while it was read" : strerror(-result));
		return result;
	}
	result = relays_parse(text, bytes, &listener, &relays);
	free(text);
	if (result != 0) {
		host->fail(host, file, strerror(-result));
		return result;
	}
	tor->lists[tor->count++] = relays;
	if (relays_count(relays) == 0) {
		host->fail(host, file, "no Tor relay in this file");
		return -EINVAL;
	}
	if (relays_end(relays) == RELAYS_CUT) {
		host->fail(host, file, "the consensus ends in the middle of a line: it is cut");
		return -EINVAL;
	}
	announce(host, relays, file);
	return 0;
}

static void unload(void *shared)
{
	struct tor *tor = shared;

	if (tor == NULL)
		return;
	for (uint32_t i = 0; i < tor->count; i++)
		relays_free(tor->lists[i]);
	free(tor);
}

static int load(const struct surgetap_host *host, const struct surgetap_setting *settings,
	void **ret_shared)
{
	struct tor *tor = calloc(1, sizeof *tor);
	int result = 0;

	if (tor == NULL) {
		host->fail(host, NULL, strerror(ENOMEM));
		return -ENOMEM;
	}
	for (; settings->name != NULL && result == 0; settings++) {
		if (strcmp(settings->name, "relays") == 0)
			result = load_list(host, settings->value, tor);
	}
	if (result != 0) {
		unload(tor);
		return result;
	}
	*ret_shared = tor;
	return 0;
}

static enum relays_match match_lists(
	const struct surgetap_call *call, const struct surgetap_endpoint *endpoint)
{
	const struct tor *tor = call->shared;
	enum relays_match best = RELAYS_NO_MATCH;

	for (uint32_t i = 0; i < tor->count && call->flow->transport == TCP; i++) {
		enum relays_match match = relays_find(tor->lists[i], endpoint);

		if (match > best)
			best = match;
	}
	return best;
}

/* Joined midway, the relay may have been the first to send. Relays draw other ports than their
 * ORPort for what they open. */
static enum relays_match match_ends(const struct surgetap_call *call)
{
	enum relays_match match = match_lists(call, &call->flow->server);

	if (match == RELAYS_NO_MATCH && !call->flow->complete &&
		match_lists(call, &call->flow->client) == RELAYS_ADDRESS_AND_PORT)
		match = RELAYS_ADDRESS_AND_PORT;
	return match;
}

/* Drawn names go with no ALPN. Before nDPI has parsed the handshake nothing is known. */
static bool has_drawn_name(const struct surgetap_flow *flow)
{
	return flow->sni != NULL && flow->alpn == NULL &&
	       flow->confidence == SURGETAP_CONFIDENCE_DPI && hostname_is_drawn(flow->sni);
}

/* Returns true when the flow has shown all it can. */
static bool judge_traits(const struct surgetap_call *call)
{
	const struct memory *memory = call->flow_state;
	const struct traits *traits = &memory->traits;

	if (traits->has_certificate) {
		surgetap_report(call, SURGETAP_GRADE_DPI, SURGETAP_KIND_TUNNEL, 89,
			"TLS: certificate of one drawn name by another");
		return true;
	}
	if (traits->has_cells && has_drawn_name(call->flow)) {
		surgetap_report(call, SURGETAP_GRADE_HEURISTIC, SURGETAP_KIND_TUNNEL, 75,
			"TLS: drawn server name, cells of 514 bytes");
		return true;
	}
	return traits->is_foreign;
}

static enum surgetap_next judge_datagram(const struct surgetap_call *call)
{
	struct memory *memory = call->flow_state;
	enum snowflake_verdict verdict = snowflake_inspect(&memory->snowflake, call->payload);

	if (verdict == SNOWFLAKE_SEEN)
		surgetap_report(call, SURGETAP_GRADE_HEURISTIC, SURGETAP_KIND_TUNNEL, 83,
			"Snowflake: pion's name in ICE, a channel with a label of 26 bytes");
	memory->is_snowflake_open = verdict == SNOWFLAKE_OPEN;
	return memory->is_snowflake_open ? SURGETAP_MORE : SURGETAP_DONE;
}

static enum surgetap_next on_packet(const struct surgetap_call *call)
{
	struct memory *memory = call->flow_state;

	if (call->flow->transport == UDP)
		return judge_datagram(call);
	if (call->flow->transport != TCP || call->payload->index >= TRAITS_PAYLOADS)
		return SURGETAP_DONE;
	traits_inspect(&memory->traits, call->payload);
	return judge_traits(call) ? SURGETAP_DONE : SURGETAP_MORE;
}

static enum surgetap_next on_classified(const struct surgetap_call *call)
{
	const struct surgetap_flow *flow = call->flow;
	const struct memory *memory = call->flow_state;
	enum relays_match match = match_ends(call);
	bool is_drawn = flow->transport == TCP && has_drawn_name(flow);
	bool is_random = is_drawn && hostname_is_random(flow->sni);

	if (match == RELAYS_ADDRESS_AND_PORT)
		surgetap_report(call, SURGETAP_GRADE_LIST, SURGETAP_KIND_TUNNEL, 83,
			"relay's address and ORPort");
	else if (match == RELAYS_ADDRESS && is_random)
		surgetap_report(call, SURGETAP_GRADE_LIST, SURGETAP_KIND_TUNNEL, 50,
			"relay's address, random server name");
	else if (is_random)
		surgetap_report(call, SURGETAP_GRADE_HEURISTIC, SURGETAP_KIND_TUNNEL, 75,
			"TLS: random server name, no ALPN");
	else if (match == RELAYS_ADDRESS)
		surgetap_report(call, SURGETAP_GRADE_GUESS, SURGETAP_KIND_TUNNEL, 50,
			"relay's address, port unknown");
	else if (strcmp(flow->protocol, "tor") == 0 && flow->transport == TCP)
		surgetap_report(call, SURGETAP_GRADE_GUESS, SURGETAP_KIND_TUNNEL, 20,
			"nDPI: tor, by name or built-in address list");
	return memory->is_snowflake_open || (is_drawn && !judge_traits(call)) ? SURGETAP_MORE
									      : SURGETAP_DONE;
}

static const struct surgetap_technique techniques[] = {
	{"tor", "connections into the Tor network", "TA0011", "T1090.003", 2, true},
	{NULL, NULL, NULL, NULL, 0, false},
};

static const struct surgetap_option options[] = {
	{"relays", "file with Tor relays: a consensus of a local tor, or lines address:port"},
	{NULL, NULL},
};

SURGETAP_PLUGIN = {
	.abi = SURGETAP_ABI,
	.size = sizeof(struct surgetap_plugin),
	.name = "tor",
	.version = "1",
	.summary = "Tor by relay list, by the traits of its TLS, by Snowflake's channel",
	.techniques = techniques,
	.options = options,
	.flow_state_size = sizeof(struct memory),
	.wants = SURGETAP_WANTS_PACKETS | SURGETAP_WANTS_CLASSIFIED,
	.load = load,
	.unload = unload,
	.on_packet = on_packet,
	.on_classified = on_classified,
};
