/* SPDX-License-Identifier: Apache-2.0 */
#include "imitation.h"

#include <surgetap/bytes.h>

#include <string.h>

/* Of both hellos: its length; behind it stand the suites, or the chosen one. */
#define SESSION_ID_AT 43u

/* Where the ClientHello's first extension begins; 0 if that was not captured. */
static uint32_t find_extension(const struct surgetap_payload *payload)
{
	const uint8_t *hello = payload->data;
	uint32_t at = SESSION_ID_AT;

	if (payload->captured_bytes < at + 1)
		return 0;
	at += 1u + hello[at];
	if (payload->captured_bytes < at + 2)
		return 0;
	at += 2u + surgetap_be16(hello + at);
	if (payload->captured_bytes < at + 1)
		return 0;
	at += 1u + hello[at] + 2;
	return payload->captured_bytes >= at + 4 ? at : 0;
}

/* A ticket as first extension: simple-obfs hides its payload there. Few real clients begin so. */
enum tls_doubt tls_doubt_hello(const struct surgetap_payload *payload)
{
	uint32_t at;

	if (payload->index != 0 || !payload->from_client || payload->data[5] != 1)
		return TLS_DOUBT_NONE;
	at = find_extension(payload);
	if (at == 0)
		return payload->captured_bytes < payload->length_bytes ? TLS_DOUBT_CUT
								       : TLS_DOUBT_NONE;
	return surgetap_be16(payload->data + at) == 0x0023 &&
			       surgetap_be16(payload->data + at + 2) > 0
		       ? TLS_DOUBT_TICKET
		       : TLS_DOUBT_NONE;
}

/* simple-obfs answers with a record of version 3.1 that holds a hello of 3.3 and of this length; a
 * server of TLS 1.2 puts its hello into a record of 3.3 (RFC 5246, E.1). */
static bool has_foreign_record(const uint8_t *hello)
{
	return memcmp(hello, "\x16\3\1\0\x5b\2\0\0\x57\3\3", 11) == 0;
}

/* A ServerHello that chooses ChaCha20-Poly1305, then at once an encrypted Finished which is not of
 * the 32 bytes that this suite makes of it (RFC 5246, 7.4.9: 16; RFC 7905, 2: no nonce, 16 of tag):
 * this is no TLS. */
bool tls_is_impossible_answer(const struct surgetap_payload *payload)
{
	const uint8_t *hello = payload->data;
	uint32_t suite_at, end;

	if (has_foreign_record(hello))
		return true;
	if (payload->captured_bytes < SESSION_ID_AT + 1 || hello[5] != 2)
		return false;
	suite_at = SESSION_ID_AT + 1u + hello[SESSION_ID_AT];
	end = 5u + surgetap_be16(hello + 3);
	return end >= suite_at + 2 && payload->captured_bytes >= end + 11 &&
	       memcmp(hello + suite_at, "\xcc\xa8", 2) == 0 &&
	       memcmp(hello + end, "\x14\3\3\0\1\1\x16\3\3", 9) == 0 &&
	       surgetap_be16(hello + end + 9) != 32;
}
