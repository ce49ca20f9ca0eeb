/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FLOW_TLS_RECORD_H
#define FLOW_TLS_RECORD_H
/*
 * The record layers of TLS (RFC 8446, 5.1) and DTLS (RFC 6347, 4; RFC 9147, 4), as far as hellos
 * need them: records and handshake messages in the clear. Pure; nothing is read beyond the bytes
 * given.
 */
#include <stdbool.h>
#include <stdint.h>

#define TLS_CLIENT_HELLO 1
#define TLS_SERVER_HELLO 2
#define TLS_CERTIFICATE 11

/* What a stream's bytes are, seen from the first one. */
enum tls_found {
	TLS_FOUND_NOTHING, /* no record with a hello */
	TLS_FOUND_BEGIN,   /* the first part of a hello; more bytes tell more */
	TLS_FOUND_WHOLE,
};

/* The body of a hello, behind its handshake header. */
struct tls_message {
	const uint8_t *body;
	uint32_t bytes;  /* of the body, as far as they are there */
	uint32_t stated; /* length of the body as its header states it; 0 where that is cut off */
	uint8_t type;    /* TLS_CLIENT_HELLO or TLS_SERVER_HELLO; 0 where that is cut off */
};

/* The most that tls_find_hello puts together from several records. */
#define TLS_SCRATCH_BYTES 16384u

/*
 * Looks for a ClientHello or ServerHello at the start of a stream. One that is spread over records
 * is put together in `scratch`, of TLS_SCRATCH_BYTES; otherwise the body is a part of `bytes`.
 * *ret_message is written unless nothing is found.
 */
enum tls_found tls_find_hello(
	const uint8_t *bytes, uint32_t count, uint8_t *scratch, struct tls_message *ret_message);

/* Looks for a handshake message of `type` at the start of a stream, in the clear and whole in one
 * whole record. Messages before it may not be spread over records either. */
bool tls_find_message(
	const uint8_t *bytes, uint32_t count, uint8_t type, struct tls_message *ret_message);

/* A fragment of a handshake message of DTLS. */
struct dtls_fragment {
	const uint8_t *bytes;
	uint32_t count, offset; /* of the message's body */
	uint32_t message_bytes; /* of the whole body */
	uint16_t number;        /* message_seq */
	uint8_t type;
};

/* A datagram, or what is left of it. */
struct dtls_datagram {
	const uint8_t *bytes;
	uint32_t count;
};

/* Takes the first fragment of the datagram's next record of type handshake and epoch 0. False at
 * the end, and at anything else. */
bool dtls_next_fragment(struct dtls_datagram *datagram, struct dtls_fragment *ret_fragment);

#endif
