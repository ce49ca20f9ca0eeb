/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SURGETAP_PAYLOAD_H
#define SURGETAP_PAYLOAD_H
/* What recipes ask of a payload. */
#include <surgetap/plugin.h>

#include <string.h>

/* True when the payload was captured so far, and begins with these `count` bytes. */
static inline bool surgetap_begins_with(
	const struct surgetap_payload *payload, const void *bytes, size_t count)
{
	return payload->captured_bytes >= count && memcmp(payload->data, bytes, count) == 0;
}

#endif
