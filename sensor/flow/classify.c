/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/classify.h"

#include <ctype.h>
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "flow/answer.h"
#include "flow/excerpt.h"
#include "flow/ndpi_api.h"

#define NAMES_MAX 512 /* protocols; 4.2 knows about 300 */
#define NAME_SIZE 32
#define CATEGORIES_MAX 128
#define TCP 6
#define RISKS_OF_EXCERPTS (UINT64_C(1) << NDPI_TLS_SUSPICIOUS_EXTENSION)

struct classifier {
	struct ndpi_detection_module_struct *module;
	char names[NAMES_MAX][NAME_SIZE];
	const char *categories[CATEGORIES_MAX];
	uint8_t copy[EXCERPT_BYTES_MAX]; /* of a packet that is shown otherwise than it is */
};

/* What a flow needs from packet to packet: nDPI's own state and its latest answer. */
struct state {
	struct ndpi_flow_struct flow;
	ndpi_protocol protocol;
	bool is_begun; /* a packet was shown */
};

#if NDPI_API_NAME_CHECK_IS_OURS
typedef int name_check(struct ndpi_detection_module_struct *module, struct ndpi_flow_struct *flow,
	char *name, u_int8_t is_hostname);

static _Atomic(name_check *) ndpis_name_check;

/* Others are not taken for Tor's, whatever they look like (nDPI 4.2, lib/protocols/tls.c). */
static bool may_be_tors(const char *name)
{
	size_t length = strlen(name);
	return length > 8 && memcmp(name, "www.", 4) == 0 &&
	       (memcmp(name + length - 4, ".com", 4) == 0 ||
		       memcmp(name + length - 4, ".net", 4) == 0);
}

/* nDPI asks this of every server's name: whether a program has drawn it. Its own answer costs 3,000
 * instructions, and no verdict but Tor's rests on it. The dynamic linker prefers the program's
 * function to the library's. If it should not, verdicts stay the same, and take longer. */
int ndpi_check_dga_name(struct ndpi_detection_module_struct *module, struct ndpi_flow_struct *flow,
	char *name, u_int8_t is_hostname)
{
	return may_be_tors(name) ? ndpis_name_check(module, flow, name, is_hostname) : 0;
}

static bool find_name_check(void)
{
	ndpis_name_check = (name_check *)dlsym(RTLD_NEXT, "ndpi_check_dga_name");
	return ndpis_name_check != NULL;
}
#else
static bool find_name_check(void)
{
	return true;
}
#endif

static void read_names(struct classifier *classifier)
{
	unsigned count = ndpi_get_num_supported_protocols(classifier->module);
	for (unsigned id = 0; id < NAMES_MAX; id++) {
		const char *name = id < count
					   ? ndpi_get_proto_name(classifier->module, (uint16_t)id)
					   : "unknown";
		size_t i = 0;
		for (; i < NAME_SIZE - 1 && name[i]; i++)
			classifier->names[id][i] = (char)tolower((unsigned char)name[i]);
		classifier->names[id][i] = '\0';
	}
	for (unsigned id = 0; id < CATEGORIES_MAX; id++) {
		const char *name = NULL;
		if (id < NDPI_PROTOCOL_NUM_CATEGORIES)
			name = ndpi_category_get_name(
				classifier->module, (ndpi_protocol_category_t)id);
		classifier->categories[id] = name ? name : "";
	}
}

int classifier_new(struct classifier **ret_classifier)
{
	if (ndpi_detection_get_sizeof_ndpi_flow_struct() != sizeof(struct ndpi_flow_struct) ||
		ndpi_get_api_version() != NDPI_API_VERSION || !find_name_check())
		return -ELIBACC;
	struct classifier *classifier = calloc(1, sizeof *classifier);
	if (!classifier)
		return -ENOMEM;
	classifier->module = ndpi_api_new_module();
	if (!classifier->module) {
		free(classifier);
		return -ENOMEM;
	}
	read_names(classifier);
	*ret_classifier = classifier;
	return 0;
}

void classifier_free(struct classifier *classifier)
{
	if (!classifier)
		return;
	ndpi_exit_detection_module(classifier->module);
	free(classifier);
}

size_t classifier_state_size(void)
{
	return sizeof(struct state);
}

void classifier_begin(void *state, bool has_handshake)
{
	if (has_handshake)
		ndpi_api_mark_handshake(&((struct state *)state)->flow);
}

bool classifier_has_name(const void *state)
{
	return ndpi_api_app(&((const struct state *)state)->protocol) != NDPI_PROTOCOL_UNKNOWN;
}

static bool is_http(const struct state *state)
{
	return ndpi_api_app(&state->protocol) == NDPI_PROTOCOL_HTTP ||
	       ndpi_api_master(&state->protocol) == NDPI_PROTOCOL_HTTP;
}

/* Takes the excerpt of a handshake into the copy, 0 bytes if it is none. It must be the first that
 * nDPI sees of its direction, because of its sequence number. */
static uint32_t take_handshake(
	struct classifier *classifier, const struct state *state, const struct packet *packet)
{
	if (!NDPI_API_EXCERPT_SERVES)
		return 0;
	if (!state->is_begun)
		return excerpt_client_hello(packet, classifier->copy);
	return classifier_has_name(state) ? excerpt_certificate(packet, classifier->copy) : 0;
}

/* What nDPI is shown of the packet: from the returned IP header on so many bytes. */
static const uint8_t *take_excerpt(struct classifier *classifier, const struct state *state,
	const struct packet *packet, uint32_t *ret_bytes)
{
	*ret_bytes = take_handshake(classifier, state, packet);
	if (*ret_bytes > 0)
		return classifier->copy;
	uint32_t bytes = is_http(state) ? excerpt_head_bytes(packet) : packet->ip_captured_bytes;
	*ret_bytes = bytes < UINT16_MAX ? bytes : UINT16_MAX;
	if (*ret_bytes >= packet->ip_bytes)
		return packet->ip;
	/* nDPI refuses a packet that is shorter than its IP header says. */
	excerpt_beginning(packet, *ret_bytes, classifier->copy);
	return classifier->copy;
}

/* A packet without payload tells nothing. Of HTTP nDPI takes one for the beginning of the answer,
 * whose content it looks at otherwise then. */
static bool tells_something(const struct state *state, const struct packet *packet)
{
	bool is_empty = packet->transport == TCP && packet->payload_bytes == 0;
	return packet->fragment != PACKET_FRAGMENT_LATER && (!is_empty || is_http(state));
}

bool classifier_inspect(struct classifier *classifier, void *state, const struct packet *packet)
{
	struct state *own = state;
	uint64_t time_ms = packet->time_us > 0 ? (uint64_t)packet->time_us / 1000 : 0;
	uint32_t bytes;
	if (!tells_something(own, packet))
		return false;
	if (ndpi_api_is_request_read(&own->flow, &own->protocol) &&
		answer_is_plain(packet->payload, packet->payload_captured_bytes))
		return true;
	const uint8_t *ip = take_excerpt(classifier, own, packet, &bytes);
	own->is_begun = true;
	own->protocol =
		ndpi_api_process(classifier->module, &own->flow, ip, (uint16_t)bytes, time_ms);
	return ndpi_api_is_done(classifier->module, &own->flow, &own->protocol);
}

static enum surgetap_confidence confidence_of(
	const struct ndpi_flow_struct *flow, uint16_t protocol)
{
	if (protocol == NDPI_PROTOCOL_UNKNOWN)
		return SURGETAP_CONFIDENCE_NONE;
	switch ((int)flow->confidence) {
	case NDPI_CONFIDENCE_UNKNOWN:
	case NDPI_CONFIDENCE_MATCH_BY_PORT:
	case NDPI_CONFIDENCE_MATCH_BY_IP:
#if NDPI_AT_LEAST(4, 6)
	case NDPI_CONFIDENCE_NBPF:
	case NDPI_CONFIDENCE_DPI_AGGRESSIVE:
#endif
		return SURGETAP_CONFIDENCE_GUESS;
	case NDPI_CONFIDENCE_DPI_CACHE:
#if NDPI_AT_LEAST(4, 6)
	case NDPI_CONFIDENCE_DPI_PARTIAL_CACHE:
#endif
		return SURGETAP_CONFIDENCE_CACHE;
	default:
		return SURGETAP_CONFIDENCE_DPI;
	}
}

static const char *text_or_null(const char *text)
{
	return text && text[0] ? text : NULL;
}

/* flow->protos is a union: its TLS side may be read only when TLS filled it. */
static void read_tls(const struct ndpi_flow_struct *flow, struct verdict *verdict)
{
	verdict->sni = text_or_null(flow->host_server_name);
	verdict->alpn = text_or_null(ndpi_api_alpn(flow));
	/* Hellos that came by TCP were blank. */
	if (verdict->protocol_id == NDPI_PROTOCOL_QUIC ||
		verdict->master_id == NDPI_PROTOCOL_QUIC) {
		verdict->ja3 = text_or_null(ndpi_api_ja3(flow));
		verdict->ja4 = text_or_null(ndpi_api_ja4(flow));
	}
	verdict->tls_version = flow->protos.tls_quic.ssl_version;
	verdict->tls_self_signed = (flow->risk >> NDPI_TLS_SELFSIGNED_CERTIFICATE) & 1;
}

static bool is_tls(uint16_t protocol)
{
	return protocol == NDPI_PROTOCOL_TLS || protocol == NDPI_PROTOCOL_DTLS ||
	       protocol == NDPI_PROTOCOL_QUIC;
}

void classifier_decide(
	struct classifier *classifier, void *state, bool give_up, struct verdict *ret_verdict)
{
	struct state *own = state;
	if (give_up)
		own->protocol = ndpi_api_give_up(classifier->module, &own->flow);
	uint16_t app = ndpi_api_app(&own->protocol), master = ndpi_api_master(&own->protocol);
	*ret_verdict = (struct verdict){
		.protocol_id = app != NDPI_PROTOCOL_UNKNOWN ? app : master,
		.master_id = master,
		.category_id = (uint8_t)own->protocol.category,
		.risk = own->flow.risk & ~RISKS_OF_EXCERPTS,
	};
	ret_verdict->confidence = confidence_of(&own->flow, ret_verdict->protocol_id);
	if (is_tls(app) || is_tls(master))
		read_tls(&own->flow, ret_verdict);
}

void classifier_end(void *state)
{
	ndpi_free_flow_data(&((struct state *)state)->flow);
}

const char *classifier_protocol_name(const struct classifier *classifier, uint16_t protocol_id)
{
	return classifier->names[protocol_id < NAMES_MAX ? protocol_id : 0];
}

const char *classifier_category_name(const struct classifier *classifier, uint8_t category_id)
{
	return category_id < CATEGORIES_MAX ? classifier->categories[category_id] : "";
}

static uint32_t ipv4_host_order(const struct surgetap_address *address)
{
	const uint8_t *octets = address->bytes + 12;
	return (uint32_t)octets[0] << 24 | (uint32_t)octets[1] << 16 | (uint32_t)octets[2] << 8 |
	       octets[3];
}

void classify_community_id(const struct surgetap_endpoint *client,
	const struct surgetap_endpoint *server, uint8_t ip_version, uint8_t transport,
	char ret_text[CLASSIFY_COMMUNITY_ID_SIZE])
{
	uint8_t type = (uint8_t)client->port, code = (uint8_t)server->port;
	u_char text[CLASSIFY_COMMUNITY_ID_SIZE] = "";
	int error;
	if (ip_version == 4) {
		error = ndpi_flowv4_flow_hash(transport, ipv4_host_order(&client->address),
			ipv4_host_order(&server->address), client->port, server->port, type, code,
			text, sizeof text);
	} else {
		struct ndpi_in6_addr from, to;
		memcpy(&from, client->address.bytes, sizeof from);
		memcpy(&to, server->address.bytes, sizeof to);
		error = ndpi_flowv6_flow_hash(transport, &from, &to, client->port, server->port,
			type, code, text, sizeof text);
	}
	snprintf(ret_text, CLASSIFY_COMMUNITY_ID_SIZE, "%s", error == 0 ? (const char *)text : "");
}

const char *classify_library_version(void)
{
	return ndpi_revision();
}
