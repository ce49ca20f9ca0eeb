/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/certificate.h"

#define DER_SEQUENCE 0x30
#define DER_INTEGER 0x02
#define DER_VERSION 0xa0 /* [0], explicit; left out of version 1 */
#define LENGTH_BYTES_MAX 3u

/* Moves `span` into the value at its beginning, of the given tag. Its length is stated in one byte,
 * or in as many as the first one says. */
static bool enter(struct hello_span *span, uint8_t tag)
{
	if (span->count < 2 || span->bytes[0] != tag)
		return false;
	uint32_t length = span->bytes[1], head = 2;
	if (length >= 0x80) {
		uint32_t width = length - 0x80;
		if (width == 0 || width > LENGTH_BYTES_MAX || span->count < head + width)
			return false;
		for (length = 0; width > 0; width--)
			length = length << 8 | span->bytes[head++];
	}
	if (length > span->count - head)
		return false;
	*span = (struct hello_span){span->bytes + head, length};
	return true;
}

/* Moves `span` behind the value at its beginning. */
static bool pass(struct hello_span *span, uint8_t tag)
{
	struct hello_span value = *span;
	if (!enter(&value, tag))
		return false;
	const uint8_t *end = span->bytes + span->count;
	span->bytes = value.bytes + value.count;
	span->count = (uint32_t)(end - span->bytes);
	return true;
}

bool certificate_read(struct hello_span bytes, struct certificate *ret_certificate)
{
	struct hello_span rest = bytes;
	if (!enter(&rest, DER_SEQUENCE) || !enter(&rest, DER_SEQUENCE))
		return false;
	pass(&rest, DER_VERSION);
	if (!pass(&rest, DER_INTEGER))
		return false;
	/* Of the signature, the issuer, the validity, the subject. */
	for (int i = 0; i < 4; i++)
		if (!pass(&rest, DER_SEQUENCE))
			return false;
	uint32_t names_bytes = (uint32_t)(rest.bytes - bytes.bytes);
	if (!pass(&rest, DER_SEQUENCE))
		return false;
	*ret_certificate = (struct certificate){{bytes.bytes, names_bytes}, rest};
	return true;
}
