/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROXY_OPAQUE_H
#define PROXY_OPAQUE_H
/*
 * Fully encrypted protocols: random from the first byte on, both ways, without a header, a length
 * or a greeting. Shadowsocks, vmess and obfs4 are made to look like that; hardly anything else is.
 */
#include <surgetap/plugin.h>

#define OPAQUE_BYTES_MIN 48u /* less proves nothing: Shadowsocks begins with 57 at least */
#define OPAQUE_PAYLOADS 8u   /* payloads of a flow that are looked at */

/* [0] from the server, [1] from the client; zero at start. */
struct opaque {
	uint8_t random[2]; /* payloads in which no order was found */
	bool is_ordered;   /* one at least has an order: the flow is no such protocol */
};

/* Takes the flow's next payload. Returns true while the flow may still be opaque and more of it
 * should be seen. */
bool opaque_add(struct opaque *opaque, const struct surgetap_payload *payload);

/* Whether both sides have sent nothing but random bytes. */
bool opaque_is_seen(const struct opaque *opaque);

#endif
