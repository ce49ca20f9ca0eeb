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
