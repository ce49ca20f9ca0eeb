/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sources: Wu et al., "How the Great Firewall of China Detects and Blocks Fully Encrypted Traffic",
 * USENIX Security 2023, for the share of bits and the printable bytes; the test of byte values is
 * Pearson's chi-square.
 */
#include "opaque.h"

#include <string.h>

#define SAMPLE_BYTES_MAX 1024u
#define PRINTABLE_START 6u /* so many at the start are text */
#define PRINTABLE_RUN 20u
#define OBFS4_ASK_BYTES_MIN 2200u /* a hello with a post-quantum key has up to 2000 */
#define OBFS4_BYTES_MIN 141u
#define OBFS4_BYTES_MAX 8192u
#define SEGMENT_BYTES_MIN 500u /* of a full one: 536 by default (RFC 9293, 3.7.1), less options */
#define CHI_SQUARE_MAX 400u    /* 255 degrees of freedom: mean 255, deviation 23 */

static bool is_printable(uint8_t byte)
{
	return byte >= 0x20 && byte <= 0x7e;
}

/* Random bytes have 4 bits set of 8; a count of n bytes deviates by sqrt(2n) bits. */
static bool has_even_bits(const uint8_t *bytes, uint32_t count)
{
	int64_t bits = 0, excess;
	uint64_t word;
	uint32_t at = 0;

	for (; at + sizeof word <= count; at += sizeof word) {
		memcpy(&word, bytes + at, sizeof word);
		bits += __builtin_popcountll(word);
	}
	for (; at < count; at++)
		bits += __builtin_popcount(bytes[at]);
	excess = bits - 4 * (int64_t)count;
	return excess * excess < 32 * (int64_t)count && 10 * bits > 34 * (int64_t)count &&
	       10 * bits < 46 * (int64_t)count;
}

static bool has_text(const uint8_t *bytes, uint32_t count)
{
	uint32_t printable = 0, run = 0, longest = 0;

	for (uint32_t i = 0; i < count; i++) {
		run = is_printable(bytes[i]) ? run + 1 : 0;
		printable += run > 0;
		longest = run > longest ? run : longest;
	}
	return 2 * printable > count || longest > PRINTABLE_RUN;
}

static bool has_even_values(const uint8_t *bytes, uint32_t count)
{
	uint16_t seen[256] = {0};
	uint32_t squares = 0;

	for (uint32_t i = 0; i < count; i++)
		seen[bytes[i]]++;
	for (uint32_t i = 0; i < 256; i++)
		squares += (uint32_t)seen[i] * seen[i];
	return 256 * squares < count * (count + CHI_SQUARE_MAX);
}

/* A length at the start, of 2 or 4 bytes in either order, that counts itself or not, or what was
 * in front of it. */
static bool has_length(const uint8_t *bytes, uint32_t length_bytes)
{
	uint32_t be16 = (uint32_t)bytes[0] << 8 | bytes[1],
		 le16 = (uint32_t)bytes[1] << 8 | bytes[0];
	uint32_t be32 = be16 << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
	uint32_t le32 = __builtin_bswap32(be32);

	return length_bytes - be16 <= 4 || length_bytes - le16 <= 4 || length_bytes - be32 <= 8 ||
	       length_bytes - le32 <= 8;
}

/* RFC 8446, 5.1. Cut short, a hello is mostly what is random in it. */
static bool has_record(const uint8_t *bytes)
{
	return bytes[0] >= 20 && bytes[0] <= 24 && bytes[1] == 3 && bytes[2] <= 4;
}

/* How a side begins: a greeting, a header. */
static bool has_start(const struct surgetap_payload *payload)
{
	const uint8_t *bytes = payload->data;
	uint32_t text = 0;

	while (text < PRINTABLE_START && is_printable(bytes[text]))
		text++;
	return text == PRINTABLE_START || has_length(bytes, payload->length_bytes) ||
	       has_record(bytes);
}

static bool is_random(const struct surgetap_payload *payload)
{
	const uint8_t *bytes = payload->data;
	uint32_t count = payload->captured_bytes < SAMPLE_BYTES_MAX ? payload->captured_bytes
								    : SAMPLE_BYTES_MAX;

	return has_even_bits(bytes, count) && !has_text(bytes, count) &&
	       has_even_values(bytes, count);
}

static void count_opening(struct opaque *opaque, const struct surgetap_payload *payload)
{
	bool is_clients_turn = opaque->turns % 2 == 1;

	if (opaque->turns >= 3)
		return;
	if (payload->from_client != is_clients_turn)
		opaque->turns++;
	else
		opaque->is_parted |= opaque->is_short;
	if (opaque->turns < 3)
		opaque->opening[payload->from_client] += payload->length_bytes;
	opaque->is_short = payload->length_bytes < SEGMENT_BYTES_MIN;
}

static bool is_judged(const struct opaque *opaque, const struct surgetap_payload *payload)
{
	return opaque->random[payload->from_client] >= OPAQUE_PAYLOADS ||
	       (payload->captured_bytes < OPAQUE_BYTES_MIN &&
		       opaque->random[payload->from_client] > 0);
}

/* Each side's first payload must be long enough to be judged; later short ones are passed over.
 * One in 200 random flows begins like text by chance and is missed. */
bool opaque_add(struct opaque *opaque, const struct surgetap_payload *payload)
{
	uint8_t *random = &opaque->random[payload->from_client];

	if (opaque->is_ordered || payload->index >= OPAQUE_OPENING)
		return false;
	count_opening(opaque, payload);
	if (is_judged(opaque, payload))
		return opaque->random[0] < OPAQUE_PAYLOADS || opaque->random[1] < OPAQUE_PAYLOADS ||
		       opaque->turns < 3;
	if (payload->captured_bytes < OPAQUE_BYTES_MIN ||
		(payload->index == 0 && !payload->from_client) || !is_random(payload) ||
		(*random == 0 && has_start(payload))) {
		opaque->is_ordered = true;
		return false;
	}
	++*random;
	return true;
}

bool opaque_is_seen(const struct opaque *opaque)
{
	return !opaque->is_ordered && opaque->random[0] > 0 && opaque->random[1] > 0;
}

bool opaque_is_obfs4(const struct opaque *opaque)
{
	return opaque_is_seen(opaque) && opaque->turns >= 3 && !opaque->is_parted &&
	       opaque->opening[1] >= OBFS4_ASK_BYTES_MIN && opaque->opening[1] <= OBFS4_BYTES_MAX &&
	       opaque->opening[0] >= OBFS4_BYTES_MIN && opaque->opening[0] <= OBFS4_BYTES_MAX;
}
