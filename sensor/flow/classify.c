/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/classify.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "flow/hello.h"
#include "flow/ndpi_api.h"
#include "flow/tls_record.h"

#define NAMES_MAX 512 /* protocols; 4.2 knows about 300 */
#define NAME_SIZE 32
#define CATEGORIES_MAX 128
#define TCP 6
#define HTTP_BYTES_MAX 1500 /* of a message, once nDPI has named it: a segment of Ethernet */

struct classifier {
	struct ndpi_detection_module_struct *module;
	char names[NAMES_MAX][NAME_SIZE];
	const char *categories[CATEGORIES_MAX];
	uint8_t copy[65536]; /* of a packet that is shown otherwise than it is */
};

_Static_assert(sizeof(((struct classifier *)0)->copy) >= TLS_SCRATCH_BYTES, "serves as scratch");

/* What a flow needs from packet to packet: nDPI's own state and its latest answer. */
struct state {
	struct ndpi_flow_struct flow;
	ndpi_protocol protocol;
};

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
		ndpi_get_api_version() != NDPI_API_VERSION)
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

/* Where a ClientHello begins in the payload of a packet; NULL for any other. */
static const uint8_t *find_client_hello(
	struct classifier *classifier, const struct packet *packet, uint32_t *ret_bytes)
{
	const uint8_t *payload = packet->payload;
	struct tls_message message;
	if (!NDPI_API_HELLO_MAY_BE_BLANK || packet->transport != TCP ||
		tls_find_hello(payload, packet->payload_captured_bytes, classifier->copy,
			&message) == TLS_FOUND_NOTHING ||
		message.type != TLS_CLIENT_HELLO || message.body == NULL ||
		message.body < payload || message.body >= payload + packet->payload_captured_bytes)
		return NULL;
	*ret_bytes = message.bytes;
	return message.body;
}

/* The packet as nDPI gets it: as it is, unless it is cut, or says hello. nDPI prints each number of
 * a hello into a text for a fingerprint that nobody asks it for; blanks are not printed. */
static const uint8_t *dress(
	struct classifier *classifier, const struct packet *packet, uint16_t bytes)
{
	uint32_t hello_bytes = 0;
	const uint8_t *hello = find_client_hello(classifier, packet, &hello_bytes);
	if (!hello && bytes >= packet->ip_bytes)
		return packet->ip;
	memcpy(classifier->copy, packet->ip, bytes);
	/* nDPI refuses a packet that is shorter than its IP header says. */
	if (bytes < packet->ip_bytes)
		packet_set_length(classifier->copy, packet->ip_version, bytes);
	if (hello)
		hello_blank(classifier->copy + (hello - packet->ip), hello_bytes);
	return classifier->copy;
}

/* As many bytes of the packet as nDPI needs. Of HTTP it reads lines, all of them, and wants those
 * at the head of a message alone. */
static uint16_t find_length(const struct state *state, const struct packet *packet)
{
	bool is_http = ndpi_api_app(&state->protocol) == NDPI_PROTOCOL_HTTP ||
		       ndpi_api_master(&state->protocol) == NDPI_PROTOCOL_HTTP;
	uint32_t most = is_http ? HTTP_BYTES_MAX : UINT16_MAX;
	return (uint16_t)(packet->ip_captured_bytes < most ? packet->ip_captured_bytes : most);
}

bool classifier_inspect(struct classifier *classifier, void *state, const struct packet *packet)
{
	struct state *own = state;
	uint16_t bytes = find_length(own, packet);
	uint64_t time_ms = packet->time_us > 0 ? (uint64_t)packet->time_us / 1000 : 0;
	if (packet->fragment == PACKET_FRAGMENT_LATER)
		return false;
	const uint8_t *ip = dress(classifier, packet, bytes);
	own->protocol = ndpi_api_process(classifier->module, &own->flow, ip, bytes, time_ms);
	return ndpi_api_is_done(classifier->module, &own->flow, &own->protocol);
}

bool classifier_has_name(const void *state)
{
	return ndpi_api_app(&((const struct state *)state)->protocol) != NDPI_PROTOCOL_UNKNOWN;
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
		.risk = own->flow.risk,
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
