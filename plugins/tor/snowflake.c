/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sources: RFC 8489 (STUN), RFC 8445 (ICE), RFC 6347 (DTLS), RFC 8831, 8832 and 9260 (data
 * channels); the client's client/lib/webrtc.go for the label, pion/ice's rand.go for the name.
 */
#include "snowflake.h"

#include <surgetap/bytes.h>

#include <string.h>

#define STUN_HEAD_BYTES 20u
#define STUN_COOKIE 0x2112a442u
#define STUN_REQUEST 0x0001u
#define STUN_USERNAME 0x0006u
#define STUN_CONTROLLED 0x8029u
#define STUN_CONTROLLING 0x802au

#define PION_NAME_BYTES 16u

#define RECORD_HEAD_BYTES 13u
#define RECORD_APPLICATION_DATA 23u
#define OPENER_RECORDS_MAX 8u /* SCTP's handshake takes up to four of them */

/* What pion chooses, AES-GCM, adds a nonce and a tag (RFC 5288). Within: SCTP's head, that of a
 * chunk of data, the message DATA_CHANNEL_OPEN with the label of 26 bytes, filled up to words. */
#define CHANNEL_OPEN_BYTES (8u + 16u + 12u + 16u + 12u + 26u + 2u)

struct ice {
	const uint8_t *username;
	uint32_t username_bytes;
	bool is_controlling, is_controlled;
};

static bool is_stun(const struct surgetap_payload *payload)
{
	return payload->captured_bytes >= STUN_HEAD_BYTES && payload->data[0] < 4 &&
	       surgetap_be32(payload->data + 4) == STUN_COOKIE;
}

/* Attributes have a type, a length and a value that is filled up to words. */
static struct ice read_attributes(const struct surgetap_payload *payload)
{
	struct ice ice = {0};
	uint32_t at = STUN_HEAD_BYTES;

	while (at + 4 <= payload->captured_bytes) {
		uint16_t type = surgetap_be16(payload->data + at);
		uint32_t bytes = surgetap_be16(payload->data + at + 2);

		at += 4;
		if (bytes > payload->captured_bytes - at)
			break;
		if (type == STUN_USERNAME) {
			ice.username = payload->data + at;
			ice.username_bytes = bytes;
		}
		ice.is_controlling |= type == STUN_CONTROLLING;
		ice.is_controlled |= type == STUN_CONTROLLED;
		at += (bytes + 3) / 4 * 4;
	}
	return ice;
}

static bool is_pion_name(const uint8_t *name, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		uint8_t lower = name[i] | 0x20;

		if (lower < 'a' || lower > 'z')
			return false;
	}
	return count == PION_NAME_BYTES;
}

/* A check of connectivity is made out to the name of its receiver, a colon, that of its sender.
 * Either end's tells who controls, and under which name. */
static enum snowflake_verdict inspect_check(
	struct snowflake *snowflake, const struct surgetap_payload *payload)
{
	const struct ice ice = read_attributes(payload);
	const uint8_t *colon =
		ice.username != NULL ? memchr(ice.username, ':', ice.username_bytes) : NULL;
	size_t receiver_bytes;
	bool is_pion, is_by_client;

	if (colon == NULL || ice.is_controlling == ice.is_controlled)
		return SNOWFLAKE_FOREIGN;
	receiver_bytes = (size_t)(colon - ice.username);
	is_pion = ice.is_controlling
			  ? is_pion_name(colon + 1, ice.username_bytes - receiver_bytes - 1)
			  : is_pion_name(ice.username, receiver_bytes);
	if (!is_pion)
		return SNOWFLAKE_FOREIGN;
	is_by_client = payload->from_client == ice.is_controlling;
	snowflake->opener = is_by_client ? 2 : 1;
	return SNOWFLAKE_OPEN;
}

/* Records of a datagram, as far as they were captured. */
static enum snowflake_verdict inspect_records(
	struct snowflake *snowflake, const struct surgetap_payload *payload)
{
	uint32_t at = 0;

	while (at + RECORD_HEAD_BYTES <= payload->captured_bytes) {
		const uint8_t *record = payload->data + at;
		uint32_t bytes = surgetap_be16(record + 11);

		if (record[0] < 20 || record[0] > RECORD_APPLICATION_DATA || record[1] != 0xfe)
			return SNOWFLAKE_FOREIGN;
		at += RECORD_HEAD_BYTES + bytes;
		if (record[0] != RECORD_APPLICATION_DATA ||
			payload->from_client != (snowflake->opener == 2))
			continue;
		if (bytes == CHANNEL_OPEN_BYTES)
			return SNOWFLAKE_SEEN;
		if (++snowflake->records == OPENER_RECORDS_MAX)
			return SNOWFLAKE_FOREIGN;
	}
	return SNOWFLAKE_OPEN;
}

enum snowflake_verdict snowflake_inspect(
	struct snowflake *snowflake, const struct surgetap_payload *payload)
{
	if (is_stun(payload))
		return surgetap_be16(payload->data) == STUN_REQUEST
			       ? inspect_check(snowflake, payload)
			       : SNOWFLAKE_OPEN;
	return snowflake->opener != 0 ? inspect_records(snowflake, payload) : SNOWFLAKE_FOREIGN;
}
