/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FLOW_QUIC_H
#define FLOW_QUIC_H
/*
 * A QUIC client's Initial packets (RFC 9000, 17.2.2): encrypted with keys that follow from the
 * client's first connection id (RFC 9001, 5.2; RFC 9369, 3.3), so that anybody can read the
 * ClientHello in them.
 */
#include "flow/crypt.h"

#define QUIC_DATAGRAM_MAX 16384u /* longer ones are not looked into */
#define QUIC_PACKETS_MAX 8       /* Initial packets of one datagram that are looked into */

/* Keys of one direction, as they follow from a connection id. */
struct quic_keys {
	uint8_t key[CRYPT_AES128_BYTES], nonce[CRYPT_NONCE_BYTES], mask[CRYPT_AES128_BYTES];
	bool is_known;
};

/* Told of each piece of the handshake's byte stream, in the order of the datagram. */
struct quic_listener {
	void (*crypto)(void *argument, uint64_t offset, const uint8_t *bytes, uint32_t count);
	void *argument;
};

/* Whether the payload has the form of an Initial packet of version 1, 2 or a known draft. */
bool quic_is_initial(const uint8_t *bytes, uint32_t count);

/*
 * Opens the Initial packets at the start of a client's datagram and tells the listener of their
 * CRYPTO frames. `keys` is zero at first; a client that was told to retry gets new ones. `scratch`
 * has room for QUIC_DATAGRAM_MAX bytes. Returns the number of packets that opened: one is proof
 * that this is QUIC, 0 is none.
 */
unsigned quic_open_initials(struct crypt *crypt, struct quic_keys *keys, const uint8_t *bytes,
	uint32_t count, uint8_t *scratch, const struct quic_listener *listener);

/* The client's keys for a connection id of a version that quic_is_initial knows, for tests. */
bool quic_derive_keys(struct crypt *crypt, uint32_t version, const uint8_t *id, uint8_t id_bytes,
	struct quic_keys *ret_keys);

#endif
