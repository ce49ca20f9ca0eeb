/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FLOW_EXCERPT_H
#define FLOW_EXCERPT_H
/*
 * Excerpts of packets: what nDPI is shown, where it would read more than its verdict is made of.
 * It prints fingerprints byte by byte and compares every line with every header of HTTP. Pure.
 *
 * An excerpt has the packet's headers with a length that fits. That of a handshake has its sequence
 * number moved, so that it ends where the packet ends.
 */
#include "packet/packet.h"

/* Room for any packet and what an excerpt adds to it. */
#define EXCERPT_BYTES_MAX (65536u + 64u)

/*
 * Of a message that is a whole ClientHello: version, server_name and ALPN. Last stands a list of
 * groups that is cut off, by which nDPI 4.2 knows that there is no JA3 to be made, and takes
 * extensions for suspicious (lib/protocols/tls.c).
 *
 * Writes it to `copy`, of EXCERPT_BYTES_MAX, and returns its length from the IP header on, at most
 * UINT16_MAX; 0 for any other packet.
 */
uint32_t excerpt_client_hello(const struct packet *packet, uint8_t *copy);

/* Of a message that begins with a ServerHello and has a whole Certificate in the clear (before TLS
 * 1.3): the server's own certificate, without its key, its signature and those that sign it. As
 * above. */
uint32_t excerpt_certificate(const struct packet *packet, uint8_t *copy);

/* The first `bytes` of the packet, from the IP header on; at most UINT16_MAX. */
void excerpt_beginning(const struct packet *packet, uint32_t bytes, uint8_t *copy);

#define EXCERPT_HEAD_MAX 1448u /* a segment of Ethernet */

/* The bytes of the packet, from the IP header on, as far as its payload is a head of HTTP: to the
 * empty line behind it, or EXCERPT_HEAD_MAX of the payload. */
uint32_t excerpt_head_bytes(const struct packet *packet);

#endif
