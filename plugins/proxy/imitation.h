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

/* Takes the flow's next payload. Returns true once both hellos have the form. */
bool imitation_add(struct imitation *imitation, const struct surgetap_payload *payload);

#endif
