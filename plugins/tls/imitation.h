/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TLS_IMITATION_H
#define TLS_IMITATION_H
/*
 * What may pass for TLS and be none: simple-obfs, by which Shadowsocks hides its first messages in
 * hellos (simple-obfs, src/obfs_tls.c). Whether it is, the plugin proxy tells by the answer; until
 * then nothing is to be counted that would have to be taken back.
 */
#include <surgetap/plugin.h>

/* Whether a ClientHello may be an imitation, which the answer tells. */
enum tls_doubt {
	TLS_DOUBT_NONE,
	TLS_DOUBT_CUT,    /* too little of it was captured: nothing speaks against it */
	TLS_DOUBT_TICKET, /* it begins as simple-obfs does: no TLS without an answer of TLS */
};

/* Of a flow's hello, of which 11 bytes at least were captured; one that is not the flow's first
 * payload, or the server's, is not doubted. */
enum tls_doubt tls_doubt_hello(const struct surgetap_payload *payload);

#endif
