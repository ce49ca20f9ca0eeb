/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROXY_IMITATION_H
#define PROXY_IMITATION_H
/*
 * simple-obfs lets Shadowsocks pass for TLS: a ClientHello whose session ticket is its first data,
 * and a ServerHello whose Finished is the answer's. Both break what TLS libraries keep to.
 */
#include <surgetap/plugin.h>

/* Zero at start. */
struct imitation {
	bool is_asked; /* the ClientHello has its form */
};

enum imitation_form {
	IMITATION_NONE,
	IMITATION_HELLOS, /* both hellos have it */
	IMITATION_ASK,    /* the client's has; no packet of the server is seen */
	IMITATION_ANSWER, /* the server's has; the client's is not seen, or not as far as needed */
};

/* Takes the flow's next payload. Returns what it completes. Of a ServerHello that the capture cut
 * short its first 11 bytes have to do. */
enum imitation_form imitation_add(struct imitation *imitation, const struct surgetap_flow *flow,
	const struct surgetap_payload *payload);

#endif
