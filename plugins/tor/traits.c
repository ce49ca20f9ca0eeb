/* SPDX-License-Identifier: Apache-2.0 */
#include "traits.h"
#include "hostname.h"

#include <surgetap/bytes.h>

#include <string.h>

#define RECORD_HEADER_BYTES 5
#define RECORD_HANDSHAKE 22
#define RECORD_DATA 23
#define VERSIONS_CELL_BYTES 11u /* circuit id, command, length, versions 3, 4 and 5 */
#define CELL_BYTES 514u
#define NAME_MAX 33 /* "www.", 25, ".com" */

/* What encryption adds to a record: TLS 1.3, TLS 1.2 with GCM, TLS 1.2 with ChaCha20-Poly1305. */
static const uint8_t overheads[] = {17, 24, 16};

static bool is_versions(uint16_t record_bytes)
{
	for (size_t i = 0; i < sizeof overheads; i++) {
		if (record_bytes == VERSIONS_CELL_BYTES + overheads[i])
			return true;
	}
	return false;
}

static bool is_cells(uint16_t record_bytes)
{
	for (size_t i = 0; i < sizeof overheads; i++) {
		if (record_bytes > CELL_BYTES && (record_bytes - overheads[i]) % CELL_BYTES == 0)
			return true;
	}
	return false;
}

/* Finished of TLS 1.3 with SHA-256 or SHA-384. */
static bool is_finished(uint16_t record_bytes)
{
	return record_bytes == 4 + 32 + 17 || record_bytes == 4 + 48 + 17;
}

/* Finds the next common name (OID 2.5.4.3) at or after `*at`, moves `*at` behind it and copies the
 * name. */
static bool next_common_name(
	const uint8_t *bytes, size_t count, size_t *at, char name[NAME_MAX + 1])
{
	static const uint8_t oid[] = {0x06, 0x03, 0x55, 0x04, 0x03};
	const uint8_t *found =
		*at < count ? memmem(bytes + *at, count - *at, oid, sizeof oid) : NULL;
	size_t start = found != NULL ? (size_t)(found - bytes) + sizeof oid + 2 : count + 1;

	if (start > count || bytes[start - 1] > NAME_MAX || count - start < bytes[start - 1])
		return false;
	memcpy(name, bytes + start, bytes[start - 1]);
	name[bytes[start - 1]] = '\0';
	*at = start + bytes[start - 1];
	return true;
}

static bool ends_with(const char *name, const char *suffix)
{
	return strcmp(name + strlen(name) - strlen(suffix), suffix) == 0;
}

static bool has_certificate(const struct surgetap_payload *payload)
{
	char issuer[NAME_MAX + 1], subject[NAME_MAX + 1];
	size_t at = 0, count = payload->captured_bytes;

	return next_common_name(payload->data, count, &at, issuer) && hostname_is_drawn(issuer) &&
	       ends_with(issuer, ".com") && next_common_name(payload->data, count, &at, subject) &&
	       hostname_is_drawn(subject) && ends_with(subject, ".net");
}

static void inspect_data(struct traits *traits, uint16_t record_bytes, bool from_client)
{
	if (traits->has_versions)
		traits->has_cells |= is_cells(record_bytes);
	else if (from_client)
		*(is_versions(record_bytes) ? &traits->has_versions : &traits->is_foreign) = true;
}

void traits_inspect(struct traits *traits, const struct surgetap_payload *payload)
{
	const uint8_t *bytes = payload->data;
	size_t at = 0;

	traits->is_foreign |=
		payload->index == 0 && payload->captured_bytes > 0 && bytes[0] != RECORD_HANDSHAKE;
	if (traits->is_foreign)
		return;
	if (!payload->from_client && payload->captured_bytes > 0 && bytes[0] == RECORD_HANDSHAKE)
		traits->has_certificate |= has_certificate(payload);
	while (at + RECORD_HEADER_BYTES <= payload->captured_bytes && bytes[at + 1] == 3) {
		uint16_t record_bytes = surgetap_be16(bytes + at + 3);

		/* TLS 1.3 sends the end of the handshake as application data too, mostly behind
		 * ChangeCipherSpec. */
		if (bytes[at] == RECORD_DATA && at == 0 && !is_finished(record_bytes))
			inspect_data(traits, record_bytes, payload->from_client);
		at += RECORD_HEADER_BYTES + record_bytes;
	}
}
