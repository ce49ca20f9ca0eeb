/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROXY_HANDSHAKE_H
#define PROXY_HANDSHAKE_H
/*
 * Proxies that are asked in the clear. A request alone is what a scan looks like: only the proxy's
 * answer to it proves one.
 */
#include <surgetap/plugin.h>

enum proxy_request {
	PROXY_REQUEST_NONE,
	PROXY_REQUEST_SOCKS4,
	PROXY_REQUEST_SOCKS5,
	PROXY_REQUEST_CONNECT,
};

enum proxy_answer {
	PROXY_ANSWER_NONE,    /* no request is open, or the payload does not answer it */
	PROXY_ANSWER_GRANTED, /* the proxy goes on */
	PROXY_ANSWER_REFUSED, /* there is a proxy, it was not used */
};

/* What the client has asked; zero at start. */
struct proxy_handshake {
	uint8_t request;     /* enum proxy_request */
	bool is_chosen;      /* the server alone is seen, and has chosen a way to authenticate */
	uint8_t methods[32]; /* SOCKS 5: a bit for each way to authenticate that was offered */
};

/* Reads a client's payload; a request replaces an earlier one. Returns true if it is one. */
bool proxy_handshake_ask(struct proxy_handshake *handshake, const struct surgetap_payload *payload);

/* Reads a server's payload. A demand for a password (HTTP 407) leaves the request open. */
enum proxy_answer proxy_handshake_answer(
	const struct proxy_handshake *handshake, const struct surgetap_payload *payload);

/* Where no packet of the server is seen: reads what the client sends behind its request. True when
 * it is what a client goes on with that was granted it. */
bool proxy_handshake_goes_on(
	const struct proxy_handshake *handshake, const struct surgetap_payload *payload);

/* Where no packet of the client is seen: reads a payload of the server. Returns what it grants. */
enum proxy_request proxy_handshake_grants(
	struct proxy_handshake *handshake, const struct surgetap_payload *payload);

/* The name of the open request's protocol, for people; NULL if there is none. */
const char *proxy_handshake_name(const struct proxy_handshake *handshake);

/* How often an answer to such a request was right, in percent; 0 if there is none. */
uint8_t proxy_handshake_confidence(const struct proxy_handshake *handshake);

#endif
