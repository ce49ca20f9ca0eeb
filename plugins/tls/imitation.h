/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TLS_IMITATION_H
#define TLS_IMITATION_H
/*
 * What passes for TLS and is none: simple-obfs, by which Shadowsocks hides its first messages in
 * hellos (simple-obfs, src/obfs_tls.c). Whatever is asked here begins as a hello of TLS does, of
 * which 11 bytes at least were captured.
 */
#include <surgetap/plugin.h>

/* Whether a ClientHello may be an imitation, which the answer tells. */
enum tls_doubt {
	TLS_DOUBT_NONE,
	TLS_DOUBT_CUT,    /* too little of it was captured: nothing speaks against it */
	TLS_DOUBT_TICKET, /* it begins as simple-obfs does: no TLS without an answer of TLS */
};

/* Of a flow's hello; one that is not the flow's first payload, or the server's, is not doubted. */
enum tls_doubt tls_doubt_hello(const struct surgetap_payload *payload);

/* True when a hello is an answer that no server of TLS gives. */
bool tls_is_impossible_answer(const struct surgetap_payload *payload);

#endif
