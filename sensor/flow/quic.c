/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/quic.h"

#include <surgetap/bytes.h>

#include <string.h>

#define LONG_HEADER 0xc0u /* header form and fixed bit */
#define ID_BYTES_MAX 20u  /* RFC 9000, 17.2 */
#define SALT_BYTES 20
#define SAMPLE_AT 4u /* bytes behind the start of the packet number: RFC 9001, 5.4.2 */
#define LABEL_MAX 32

enum frame {
	FRAME_PADDING = 0x00,
	FRAME_PING = 0x01,
	FRAME_ACK = 0x02,
	FRAME_ACK_ECN = 0x03,
	FRAME_CRYPTO = 0x06,
};

struct version {
	uint32_t first, last; /* version numbers that share what follows */
	uint8_t initial;      /* type bits of an Initial packet */
	const char *label;    /* of key derivation */
	uint8_t salt[SALT_BYTES];
};

/* RFC 9369 3.3.1, RFC 9001 5.2, and drafts 29 to 33 and 23 to 28 of the latter. */
static const struct version versions[] = {
	{0x6b3343cf, 0x6b3343cf, 0x10, "quicv2 ",
		{0x0d, 0xed, 0xe3, 0xde, 0xf7, 0x00, 0xa6, 0xdb, 0x81, 0x93, 0x81, 0xbe, 0x6e, 0x26,
			0x9d, 0xcb, 0xf9, 0xbd, 0x2e, 0xd9}},
	{0x00000001, 0x00000001, 0x00, "quic ",
		{0x38, 0x76, 0x2c, 0xf7, 0xf5, 0x59, 0x34, 0xb3, 0x4d, 0x17, 0x9a, 0xe6, 0xa4, 0xc8,
			0x0c, 0xad, 0xcc, 0xbb, 0x7f, 0x0a}},
	{0x709a50c4, 0x709a50c4, 0x10, "quicv2 ",
		{0xa7, 0x07, 0xc2, 0x03, 0xa5, 0x9b, 0x47, 0x18, 0x4a, 0x1d, 0x62, 0xca, 0x57, 0x04,
			0x06, 0xea, 0x7a, 0xe3, 0xe5, 0xd3}},
	{0xff00001d, 0xff000021, 0x00, "quic ",
		{0xaf, 0xbf, 0xec, 0x28, 0x99, 0x93, 0xd2, 0x4c, 0x9e, 0x97, 0x86, 0xf1, 0x9c, 0x61,
			0x11, 0xe0, 0x43, 0x90, 0xa8, 0x99}},
	{0xff000017, 0xff00001c, 0x00, "quic ",
		{0xc3, 0xee, 0xf7, 0x12, 0xc7, 0x2e, 0xbb, 0x5a, 0x11, 0xa7, 0xd2, 0x43, 0x2b, 0xb4,
			0x63, 0x65, 0xbe, 0xf9, 0xf5, 0x02}},
};

static const struct version *find_version(uint32_t number)
{
	for (size_t i = 0; i < sizeof versions / sizeof *versions; i++)
		if (number >= versions[i].first && number <= versions[i].last)
			return &versions[i];
	return NULL;
}

struct reader {
	const uint8_t *at;
	uint32_t left;
};

static bool skip(struct reader *reader, uint64_t count)
{
	if (count > reader->left)
		return false;
	reader->at += count;
	reader->left -= (uint32_t)count;
	return true;
}

/* RFC 9000, 16: the two upper bits tell the length. */
static bool take_number(struct reader *reader, uint64_t *ret_number)
{
	const uint8_t *bytes = reader->at;
	if (reader->left == 0 || !skip(reader, 1u << (bytes[0] >> 6)))
		return false;
	uint64_t number = bytes[0] & 0x3f;
	for (uint32_t i = 1; i < 1u << (bytes[0] >> 6); i++)
		number = number << 8 | bytes[i];
	*ret_number = number;
	return true;
}

/* An Initial packet's header, in the clear but for flags and packet number. */
struct initial {
	const struct version *version;
	const uint8_t *id; /* destination's connection id */
	uint8_t id_bytes;
	uint32_t number_at;    /* where the packet number begins */
	uint32_t sealed_bytes; /* packet number, text and tag */
};

static bool read_header(const uint8_t *bytes, uint32_t count, struct initial *ret_initial)
{
	struct reader reader = {bytes, count};
	uint64_t token_bytes, length;
	if (count < 7 || (bytes[0] & LONG_HEADER) != LONG_HEADER)
		return false;
	struct initial initial = {.version = find_version(surgetap_be32(bytes + 1)),
		.id = bytes + 6,
		.id_bytes = bytes[5]};
	if (!initial.version || (bytes[0] & 0x30) != initial.version->initial ||
		initial.id_bytes > ID_BYTES_MAX || !skip(&reader, 6u + initial.id_bytes) ||
		reader.left == 0 || reader.at[0] > ID_BYTES_MAX ||
		!skip(&reader, 1u + reader.at[0]) || !take_number(&reader, &token_bytes) ||
		!skip(&reader, token_bytes) || !take_number(&reader, &length) ||
		length > reader.left || length < SAMPLE_AT + CRYPT_AES128_BYTES)
		return false;
	initial.number_at = (uint32_t)(reader.at - bytes);
	initial.sealed_bytes = (uint32_t)length;
	*ret_initial = initial;
	return true;
}

bool quic_is_initial(const uint8_t *bytes, uint32_t count)
{
	struct initial initial;
	return read_header(bytes, count, &initial);
}

/* HKDF-Expand-Label of RFC 8446, 7.1, for at most one block of output. */
static void expand(struct crypt *crypt, const uint8_t secret[CRYPT_SHA256_BYTES],
	const char *prefix, const char *name, uint8_t *ret_bytes, uint8_t count)
{
	uint8_t info[4 + LABEL_MAX + 1] = {0, count}, block[CRYPT_SHA256_BYTES];
	size_t at = 3;
	for (const char *const *part = (const char *const[]){"tls13 ", prefix, name, NULL}; *part;
		part++) {
		memcpy(info + at, *part, strlen(*part));
		at += strlen(*part);
	}
	info[2] = (uint8_t)(at - 3);
	info[at++] = 0; /* no context */
	info[at++] = 1; /* first block */
	crypt_hmac_sha256(crypt, secret, CRYPT_SHA256_BYTES, info, at, block);
	memcpy(ret_bytes, block, count);
}

static void derive(struct crypt *crypt, const struct version *version, const uint8_t *id,
	uint8_t id_bytes, struct quic_keys *ret_keys)
{
	uint8_t initial[CRYPT_SHA256_BYTES], client[CRYPT_SHA256_BYTES];
	crypt_hmac_sha256(crypt, version->salt, SALT_BYTES, id, id_bytes, initial);
	expand(crypt, initial, "", "client in", client, sizeof client);
	expand(crypt, client, version->label, "key", ret_keys->key, sizeof ret_keys->key);
	expand(crypt, client, version->label, "iv", ret_keys->nonce, sizeof ret_keys->nonce);
	expand(crypt, client, version->label, "hp", ret_keys->mask, sizeof ret_keys->mask);
	ret_keys->is_known = true;
}

bool quic_derive_keys(struct crypt *crypt, uint32_t version, const uint8_t *id, uint8_t id_bytes,
	struct quic_keys *ret_keys)
{
	const struct version *known = find_version(version);
	if (!known || id_bytes > ID_BYTES_MAX)
		return false;
	derive(crypt, known, id, id_bytes, ret_keys);
	return true;
}

/* RFC 9001, 5.4 and 5.3. The header is written to `scratch` in the clear, the text behind it. */
static bool unseal(struct crypt *crypt, const struct quic_keys *keys, const struct initial *initial,
	const uint8_t *bytes, uint8_t *scratch, struct reader *ret_text)
{
	uint8_t mask[CRYPT_AES128_BYTES], nonce[CRYPT_NONCE_BYTES];
	crypt_aes128(crypt, keys->mask, bytes + initial->number_at + SAMPLE_AT, mask);
	uint32_t header_bytes = initial->number_at;
	memcpy(scratch, bytes, header_bytes);
	scratch[0] ^= mask[0] & 0x0f;
	uint32_t number_bytes = (scratch[0] & 3u) + 1;
	memcpy(nonce, keys->nonce, sizeof nonce);
	for (uint32_t i = 0; i < number_bytes; i++) {
		uint8_t digit = bytes[header_bytes] ^ mask[1 + i];
		scratch[header_bytes++] = digit;
		nonce[CRYPT_NONCE_BYTES - number_bytes + i] ^= digit;
	}
	uint32_t sealed_bytes = initial->sealed_bytes - number_bytes;
	const struct crypt_seal seal = {keys->key, nonce, scratch, header_bytes};
	*ret_text = (struct reader){scratch + header_bytes, sealed_bytes - CRYPT_TAG_BYTES};
	return crypt_aes128_gcm_open(
		crypt, &seal, bytes + header_bytes, sealed_bytes, scratch + header_bytes);
}

/* RFC 9000, 19.3. */
static bool skip_ack(struct reader *text, bool has_ecn)
{
	uint64_t ignored, ranges;
	if (!take_number(text, &ignored) || !take_number(text, &ignored) ||
		!take_number(text, &ranges) || !take_number(text, &ignored))
		return false;
	for (uint64_t i = 0; i < 2 * ranges + (has_ecn ? 3 : 0); i++)
		if (!take_number(text, &ignored))
			return false;
	return true;
}

/* Frames that an Initial packet may hold; at any other the rest is left. */
static void read_frames(struct reader text, const struct quic_listener *listener)
{
	uint64_t offset, count;
	while (text.left > 0) {
		uint8_t type = text.at[0];
		skip(&text, 1);
		if (type == FRAME_PADDING || type == FRAME_PING)
			continue;
		if (type == FRAME_ACK || type == FRAME_ACK_ECN) {
			if (!skip_ack(&text, type == FRAME_ACK_ECN))
				return;
			continue;
		}
		const uint8_t *bytes;
		if (type != FRAME_CRYPTO || !take_number(&text, &offset) ||
			!take_number(&text, &count) || (bytes = text.at, !skip(&text, count)))
			return;
		listener->crypto(listener->argument, offset, bytes, (uint32_t)count);
	}
}

/* With the keys at hand, or else with those of this packet's own connection id. */
static bool open_packet(struct crypt *crypt, struct quic_keys *keys, const struct initial *initial,
	const uint8_t *bytes, uint8_t *scratch, struct reader *ret_text)
{
	struct quic_keys fresh;
	if (keys->is_known && unseal(crypt, keys, initial, bytes, scratch, ret_text))
		return true;
	derive(crypt, initial->version, initial->id, initial->id_bytes, &fresh);
	if (!unseal(crypt, &fresh, initial, bytes, scratch, ret_text))
		return false;
	*keys = fresh;
	return true;
}

unsigned quic_open_initials(struct crypt *crypt, struct quic_keys *keys, const uint8_t *bytes,
	uint32_t count, uint8_t *scratch, const struct quic_listener *listener)
{
	struct initial initial;
	struct reader text;
	unsigned opened = 0;
	for (unsigned i = 0; i < QUIC_PACKETS_MAX && count <= QUIC_DATAGRAM_MAX &&
			     read_header(bytes, count, &initial);
		i++) {
		if (!open_packet(crypt, keys, &initial, bytes, scratch, &text))
			break;
		opened++;
		read_frames(text, listener);
		uint32_t packet_bytes = initial.number_at + initial.sealed_bytes;
		bytes += packet_bytes;
		count -= packet_bytes;
	}
	return opened;
}
