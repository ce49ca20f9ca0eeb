/* SPDX-License-Identifier: Apache-2.0 */
/* Source: the templates in simple-obfs, src/obfs_tls.c; places are offsets into the payload. */
#include "imitation.h"

#include <surgetap/bytes.h>

#include <string.h>

#define SESSION_ID_AT 43u /* its length: behind record, handshake, version and random */
#define SUITES_AT 76u
#define SUITES_BYTES 56u
#define TICKET_AT (SUITES_AT + 2 + SUITES_BYTES + 2 + 2)
#define EXTENSION_HEAD_BYTES 4u
#define SERVER_HELLO_BYTES 96u
#define CHANGE_CIPHER_BYTES 6u
#define FINISHED_BYTES 32u /* of its suite: 16 encrypted, 16 of tag */

/* OpenSSL, whose list of suites this is, puts the server's name first and the ticket later. */
static bool is_client_hello(const struct surgetap_payload *payload)
{
	const uint8_t *hello = payload->data;
	uint32_t name_at;

	if (payload->captured_bytes < TICKET_AT + EXTENSION_HEAD_BYTES ||
		memcmp(hello, "\x16\3\1", 3) != 0 || hello[5] != 1 || hello[SESSION_ID_AT] != 32 ||
		surgetap_be16(hello + SUITES_AT) != SUITES_BYTES ||
		surgetap_be16(hello + TICKET_AT) != 0x0023)
		return false;
	name_at = TICKET_AT + EXTENSION_HEAD_BYTES + surgetap_be16(hello + TICKET_AT + 2);
	return name_at > TICKET_AT + EXTENSION_HEAD_BYTES &&
	       name_at + EXTENSION_HEAD_BYTES <= payload->captured_bytes &&
	       surgetap_be16(hello + name_at) == 0;
}

/* A record of version 3.1 and 91 bytes with a hello of 3.3: OpenSSL, as all servers of TLS 1.2,
 * puts its answer into a record of 3.3. */
static bool is_server_start(const struct surgetap_payload *payload)
{
	const uint8_t *hello = payload->data;

	return payload->captured_bytes >= 11 &&
	       memcmp(hello, "\x16\3\1\0\x5b\2\0\0\x57\3\3", 11) == 0 &&
	       (payload->captured_bytes <= SESSION_ID_AT || hello[SESSION_ID_AT] == 32) &&
	       (payload->captured_bytes < SUITES_AT + 2 ||
		       memcmp(hello + SUITES_AT, "\xcc\xa8", 2) == 0);
}

/* What follows it; true also where that was not captured. */
static bool is_server_end(const struct surgetap_payload *payload)
{
	const uint8_t *change = payload->data + SERVER_HELLO_BYTES,
		      *finished = change + CHANGE_CIPHER_BYTES;

	if (payload->captured_bytes < SERVER_HELLO_BYTES + CHANGE_CIPHER_BYTES + 5)
		return payload->captured_bytes < payload->length_bytes;
	return memcmp(change, "\x14\3\3\0\1\1", CHANGE_CIPHER_BYTES) == 0 &&
	       memcmp(finished, "\x16\3\3", 3) == 0 &&
	       surgetap_be16(finished + 3) != FINISHED_BYTES;
}

enum imitation_form imitation_add(struct imitation *imitation, const struct surgetap_flow *flow,
	const struct surgetap_payload *payload)
{
	if (payload->from_client) {
		imitation->is_asked |= payload->index == 0 && is_client_hello(payload);
		return imitation->is_asked && flow->packets_to_client == 0 ? IMITATION_ASK
									   : IMITATION_NONE;
	}
	if (!is_server_start(payload) || !is_server_end(payload))
		return IMITATION_NONE;
	return imitation->is_asked ? IMITATION_HELLOS : IMITATION_ANSWER;
}
