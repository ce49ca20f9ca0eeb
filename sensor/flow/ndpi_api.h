/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FLOW_NDPI_API_H
#define FLOW_NDPI_API_H
/*
 * nDPI's API as one shape, whatever its version: what changed between 4.2 and 5.x is told apart
 * here and nowhere else. Included by classify.c alone.
 */
#include <ndpi/ndpi_api.h>
#include <ndpi/ndpi_main.h>

#define NDPI_AT_LEAST(major, minor) (NDPI_MAJOR * 100 + NDPI_MINOR >= (major)*100 + (minor))

/* True where of a TLS handshake nDPI reads only fingerprints outside of an excerpt, and risks that
 * nobody asks for: in 4.2, by its source (lib/protocols/tls.c). */
#define NDPI_API_EXCERPT_SERVES (!NDPI_AT_LEAST(4, 4))

/* True where Tor is all that a verdict owes to nDPI's check for drawn names: in 4.2, by its source
 * (ndpi_main.c, lib/protocols). */
#define NDPI_API_NAME_CHECK_IS_OURS (!NDPI_AT_LEAST(4, 4))

/* A detection module with every protocol on. The Tor host list is left out: it dates from the
 * release and calls every service on a relay's address Tor. NULL when there is no memory. */
static inline struct ndpi_detection_module_struct *ndpi_api_new_module(void)
{
#if NDPI_AT_LEAST(6, 0)
	struct ndpi_detection_module_struct *module = ndpi_init_detection_module(NULL, NULL);
#elif NDPI_AT_LEAST(4, 10)
	struct ndpi_detection_module_struct *module = ndpi_init_detection_module(NULL);
#else
	struct ndpi_detection_module_struct *module =
		ndpi_init_detection_module(ndpi_dont_load_tor_hosts);
#endif
	if (!module)
		return NULL;
#if !NDPI_AT_LEAST(5, 0)
	NDPI_PROTOCOL_BITMASK all;
	NDPI_BITMASK_SET_ALL(all);
	ndpi_set_protocol_detection_bitmask2(module, &all);
#endif
	ndpi_finalize_initialization(module);
	return module;
}

static inline ndpi_protocol ndpi_api_process(struct ndpi_detection_module_struct *module,
	struct ndpi_flow_struct *flow, const uint8_t *ip, uint16_t bytes, uint64_t time_ms)
{
#if NDPI_AT_LEAST(4, 6)
	return ndpi_detection_process_packet(module, flow, ip, bytes, time_ms, NULL);
#else
	return ndpi_detection_process_packet(module, flow, ip, bytes, time_ms);
#endif
}

static inline ndpi_protocol ndpi_api_give_up(
	struct ndpi_detection_module_struct *module, struct ndpi_flow_struct *flow)
{
#if NDPI_AT_LEAST(5, 0)
	return ndpi_detection_giveup(module, flow);
#elif NDPI_AT_LEAST(4, 10)
	u_int8_t guessed = 0;
	return ndpi_detection_giveup(module, flow, &guessed);
#else
	u_int8_t guessed = 0;
	return ndpi_detection_giveup(module, flow, 1, &guessed);
#endif
}

static inline uint16_t ndpi_api_master(const ndpi_protocol *protocol)
{
#if NDPI_AT_LEAST(4, 12)
	return protocol->proto.master_protocol;
#else
	return protocol->master_protocol;
#endif
}

static inline uint16_t ndpi_api_app(const ndpi_protocol *protocol)
{
#if NDPI_AT_LEAST(4, 12)
	return protocol->proto.app_protocol;
#else
	return protocol->app_protocol;
#endif
}

/* True for a DNS query whose name has been looked up. The answer adds nothing to the protocol, but
 * for a server whose address nDPI knows a name for, too. */
static inline bool ndpi_api_is_query_read(
	const struct ndpi_flow_struct *flow, const ndpi_protocol *protocol)
{
#if NDPI_AT_LEAST(4, 4)
	(void)flow, (void)protocol;
	return false;
#else
	bool is_dns = ndpi_api_app(protocol) == NDPI_PROTOCOL_DNS ||
		      ndpi_api_master(protocol) == NDPI_PROTOCOL_DNS;
	return is_dns && flow->host_server_name[0] != '\0' &&
	       flow->guessed_host_protocol_id == NDPI_PROTOCOL_UNKNOWN;
#endif
}

/* True for a request of HTTP that has named a host of which nothing else is known: a plain answer
 * adds nothing. */
static inline bool ndpi_api_is_request_read(
	const struct ndpi_flow_struct *flow, const ndpi_protocol *protocol)
{
#if NDPI_AT_LEAST(4, 4)
	(void)flow, (void)protocol;
	return false;
#else
	return ndpi_api_app(protocol) == NDPI_PROTOCOL_HTTP &&
	       ndpi_api_master(protocol) == NDPI_PROTOCOL_UNKNOWN &&
	       flow->host_server_name[0] != '\0' &&
	       flow->guessed_host_protocol_id == NDPI_PROTOCOL_HTTP;
#endif
}

/* True for SSH, which its banner names: nDPI goes on to make fingerprints of both sides. */
static inline bool ndpi_api_is_banner_read(const ndpi_protocol *protocol)
{
	return ndpi_api_app(protocol) == NDPI_PROTOCOL_SSH;
}

/* True when more packets cannot tell more. */
static inline bool ndpi_api_is_done(struct ndpi_detection_module_struct *module,
	struct ndpi_flow_struct *flow, const ndpi_protocol *protocol)
{
	if (ndpi_api_is_query_read(flow, protocol) || ndpi_api_is_banner_read(protocol))
		return true;
#if NDPI_AT_LEAST(5, 0)
	(void)module;
	return protocol->state == NDPI_STATE_CLASSIFIED && !flow->extra_packets_func;
#else
	return ndpi_api_app(protocol) != NDPI_PROTOCOL_UNKNOWN &&
	       !ndpi_extra_dissection_possible(module, flow);
#endif
}

/* Tells nDPI of a TCP handshake that it was not shown. */
static inline void ndpi_api_mark_handshake(struct ndpi_flow_struct *flow)
{
	flow->l4.tcp.seen_syn = 1;
	flow->l4.tcp.seen_syn_ack = 1;
	flow->l4.tcp.seen_ack = 1;
}

static inline const char *ndpi_api_alpn(const struct ndpi_flow_struct *flow)
{
#if NDPI_AT_LEAST(4, 6)
	return flow->protos.tls_quic.advertised_alpns;
#else
	return flow->protos.tls_quic.alpn;
#endif
}

static inline const char *ndpi_api_ja3(const struct ndpi_flow_struct *flow)
{
#if NDPI_AT_LEAST(4, 13)
	(void)flow;
	return "";
#else
	return flow->protos.tls_quic.ja3_client;
#endif
}

static inline const char *ndpi_api_ja4(const struct ndpi_flow_struct *flow)
{
#if NDPI_AT_LEAST(4, 10)
	return flow->protos.tls_quic.ja4_client;
#else
	(void)flow;
	return "";
#endif
}

#endif
