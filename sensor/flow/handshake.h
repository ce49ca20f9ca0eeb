/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FLOW_HANDSHAKE_H
#define FLOW_HANDSHAKE_H
/*
 * The ClientHello of a flow, wherever it stands: at the start of a TCP connection or behind a
 * greeting in clear, in DTLS, in QUIC's Initial packets; whole in one packet or spread over
 * several. One reader for each worker.
 */
#include <surgetap/flow.h>

#include "flow/fingerprint.h"
#include "flow/quic.h"
#include "flow/stream.h"

#define HANDSHAKE_SNI_SIZE 256 /* a name of DNS has at most 253 characters */
#define HANDSHAKE_ALPN_SIZE 64
#define HANDSHAKE_TLS13 0x0304

enum handshake_carrier {
	HANDSHAKE_NONE,
	HANDSHAKE_TLS,
	HANDSHAKE_DTLS,
	HANDSHAKE_QUIC,
};

/* What is known of a flow's handshake. Zero at first; its address must not
 * change. */
struct handshake {
	uint8_t carrier;  /* enum handshake_carrier */
	uint8_t hello;    /* enum surgetap_hello */
	bool from_client; /* the side, as the flow has it, that said hello */
	bool has_ech;
	uint8_t attempts;         /* QUIC: datagrams that did not open */
	uint8_t idle;             /* datagrams since the hello grew */
	uint16_t number;          /* DTLS: the message that is put together, */
	uint32_t message_bytes;   /* and its length */
	uint16_t offered, chosen; /* versions; 0 unknown */
	struct head datagrams;    /* DTLS, QUIC: the hello as far as it came */
	struct quic_keys quic;
	char sni[HANDSHAKE_SNI_SIZE],
		alpn[HANDSHAKE_ALPN_SIZE]; /* "" for none; no NUL, else any byte */
	char ja3[FINGERPRINT_JA3_SIZE], ja4[FINGERPRINT_JA4_SIZE];
};

struct handshake_reader;

/* `pool` stays the caller's; ja3 and ja4 stay empty without `with_fingerprints`. Returns 0, or the
 * errors of crypt_new. */
int handshake_reader_new(
	struct head_pool *pool, bool with_fingerprints, struct handshake_reader **ret_reader);
/* Accepts NULL. */
void handshake_reader_free(struct handshake_reader *reader);

/* Shows the next payload of the flow. TCP: `stream` is that of the payload's direction, which has
 * seen the packet, and is told to keep a hello that has begun; UDP: not used. */
void handshake_add(struct handshake_reader *reader, struct handshake *handshake,
	struct stream *stream, const struct packet *packet, bool from_client);

/* No more payloads come, or none that could help: a hello that has begun is read as far as it goes.
 */
void handshake_finish(
	struct handshake_reader *reader, struct handshake *handshake, struct stream *stream);

#endif
