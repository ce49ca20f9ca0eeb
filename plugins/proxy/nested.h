/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROXY_NESTED_H
#define PROXY_NESTED_H
/*
 * Proxies inside TLS (Trojan, vmess and Shadowsocks below TLS or WebSockets) mostly carry TLS
 * again. A second handshake within the first shows in the sizes of the first messages.
 */
#include <surgetap/inside.h>
#include <surgetap/plugin.h>

#define NESTED_TURNS 3 /* that tell */

/* Sizes inside TLS; zero at start. */
struct nested {
	struct surgetap_inside inside;
	bool is_begun;     /* a payload was seen */
	uint8_t ask_turn;  /* the turn that is taken for the client's hello; 0 before it */
	uint8_t turns;     /* changes of direction since */
	bool is_single;    /* the client's first turn is one message */
	bool is_switching; /* a bare "101 Switching Protocols" in the server's first turn */
	bool is_websocket; /* what follows it is counted anew */
	uint32_t ask, answer, next; /* bytes of the first three turns */
	uint32_t next_first;        /* of the third, its first message's */
};

enum nested_form {
	NESTED_NONE,
	NESTED_FINISHED,  /* the second handshake's end, exactly */
	NESTED_HANDSHAKE, /* its proportions, to a server that speaks no HTTP */
	NESTED_WEBSOCKET, /* its proportions, behind a WebSocket's opening */
};

/* Takes the flow's next payload. Returns what it completes. */
enum nested_form nested_add(struct nested *nested, const struct surgetap_flow *flow,
	const struct surgetap_payload *payload);

/* Whether the flow has been TLS so far, and more of it may tell. */
static inline bool nested_is_open(const struct nested *nested)
{
	return nested->is_begun && !nested->inside.is_foreign && nested->turns < NESTED_TURNS;
}

#endif
