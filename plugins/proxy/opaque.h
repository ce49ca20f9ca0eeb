/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROXY_OPAQUE_H
#define PROXY_OPAQUE_H
/*
 * Fully encrypted protocols: random from the first byte on, both ways, without a header, a length
 * or a greeting. Shadowsocks, vmess and obfs4 are made to look like that; hardly anything else is.
 */
#include <surgetap/plugin.h>

#define OPAQUE_BYTES_MIN 48u /* less proves nothing: Shadowsocks begins with 57 at least */
#define OPAQUE_PAYLOADS 6u   /* of each side that are judged */
#define OPAQUE_OPENING 18u   /* payloads in which the client may come to its second turn */

/* [0] from the server, [1] from the client; zero at start. */
struct opaque {
	uint8_t random[2]; /* payloads in which no order was found */
	bool is_ordered;   /* one at least has an order: the flow is no such protocol */
	uint8_t turns;     /* begun: 1 the client's first, 2 the server's, 3 the client's second */
	uint32_t opening[2]; /* bytes of the first turns */
	bool is_short;       /* the turn's last message is no full segment */
	bool is_parted;      /* more came behind such a one in the same turn */
};

/* Takes the flow's next payload. Returns true while the flow may still be opaque and more of it
 * should be seen. */
bool opaque_add(struct opaque *opaque, const struct surgetap_payload *payload);

/* Whether both sides have sent nothing but random bytes. */
bool opaque_is_seen(const struct opaque *opaque);

/*
 * Whether it begins as obfs4 mostly does: both sides greet with a key and random padding, 141 to
 * 8192 bytes in all (obfs4-spec, 4.1 and 4.2), so that three of four clients send more than what a
 * proxy's first request and the ClientHello behind it come to. A greeting is written at once: all
 * of its segments but the last are full. Known once the client has answered.
 */
bool opaque_is_obfs4(const struct opaque *opaque);

#endif
