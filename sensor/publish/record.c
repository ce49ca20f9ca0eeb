/* SPDX-License-Identifier: Apache-2.0 */
#include "publish/record.h"

#include <stdlib.h>
#include <string.h>

#include "base/siphash.h"

enum {
	AT_LENGTH = 0,
	AT_CHECKSUM = 4,
	AT_SEQUENCE = 8,
	AT_KIND = 16,
	AT_COUNT = 20,
};

/* Numbers on disk, which are not those of the enum: that one may be put in another order. */
static const uint8_t kind_numbers[ENTRY_KINDS] = {
	[ENTRY_ALERT] = 1,
	[ENTRY_MINUTE] = 2,
	[ENTRY_HOUR] = 3,
};

static void put_number(uint8_t *at, uint64_t number, int bytes)
{
	for (int i = 0; i < bytes; i++)
		at[i] = (uint8_t)(number >> 8 * i);
}

static uint64_t get_number(const uint8_t *at, int bytes)
{
	uint64_t number = 0;
	for (int i = 0; i < bytes; i++)
		number |= (uint64_t)at[i] << 8 * i;
	return number;
}

uint32_t record_checksum(const void *bytes, size_t length)
{
	/* Against accidents, not against people: the key is no secret, and need not be one. */
	static const struct siphash_key key = {{0, 0}};
	return (uint32_t)siphash_2_4(&key, bytes, length);
}

static uint32_t checksum(const uint8_t *bytes, size_t body_bytes)
{
	return record_checksum(bytes + AT_SEQUENCE, RECORD_HEADER_BYTES - AT_SEQUENCE + body_bytes);
}

size_t record_size(const struct entry *entry)
{
	return RECORD_HEADER_BYTES + entry->bytes;
}

void record_encode(const struct entry *entry, uint64_t sequence, uint8_t *ret_bytes)
{
	memset(ret_bytes, 0, RECORD_HEADER_BYTES);
	put_number(ret_bytes + AT_LENGTH, entry->bytes, 4);
	put_number(ret_bytes + AT_SEQUENCE, sequence, 8);
	ret_bytes[AT_KIND] = kind_numbers[entry->kind];
	put_number(ret_bytes + AT_COUNT, entry->count, 4);
	memcpy(ret_bytes + RECORD_HEADER_BYTES, entry->strings, entry->bytes);
	put_number(ret_bytes + AT_CHECKSUM, checksum(ret_bytes, entry->bytes), 4);
}

static bool find_kind(uint8_t number, enum entry_kind *ret_kind)
{
	for (int i = 0; i < ENTRY_KINDS; i++) {
		if (number == 0 || kind_numbers[i] != number)
			continue;
		*ret_kind = (enum entry_kind)i;
		return true;
	}
	return false;
}

/* Whether the body is `count` strings, no more and no fewer: what reads an entry relies on it. */
static bool is_strings(const uint8_t *body, size_t length, size_t count)
{
	size_t found = 0;
	for (size_t i = 0; i < length; i++)
		found += body[i] == '\0';
	return count >= 2 && count <= ENTRY_STRINGS_MAX && found == count &&
	       body[length - 1] == '\0';
}

enum record_state record_check(
	const uint8_t *bytes, size_t length, size_t *ret_size, uint64_t *ret_sequence)
{
	enum entry_kind kind;
	if (length < RECORD_HEADER_BYTES)
		return RECORD_TORN;
	size_t body_bytes = get_number(bytes + AT_LENGTH, 4);
	if (body_bytes == 0 || body_bytes > RECORD_BODY_MAX)
		return RECORD_DAMAGED;
	if (length < RECORD_HEADER_BYTES + body_bytes)
		return RECORD_TORN;
	if (get_number(bytes + AT_CHECKSUM, 4) != checksum(bytes, body_bytes) ||
		!find_kind(bytes[AT_KIND], &kind) ||
		!is_strings(
			bytes + RECORD_HEADER_BYTES, body_bytes, get_number(bytes + AT_COUNT, 4)))
		return RECORD_DAMAGED;
	*ret_size = RECORD_HEADER_BYTES + body_bytes;
	*ret_sequence = get_number(bytes + AT_SEQUENCE, 8);
	return RECORD_WHOLE;
}

size_t record_seek(const uint8_t *bytes, size_t length)
{
	for (size_t offset = 0; offset < length; offset++) {
		size_t size;
		uint64_t sequence;
		if (record_check(bytes + offset, length - offset, &size, &sequence) == RECORD_WHOLE)
			return offset;
	}
	return length;
}

struct entry *record_decode(const uint8_t *bytes)
{
	struct entry *entry = calloc(1, sizeof *entry);
	size_t body_bytes = get_number(bytes + AT_LENGTH, 4);
	char *strings = entry ? malloc(body_bytes) : NULL;
	if (!strings) {
		free(entry);
		return NULL;
	}
	memcpy(strings, bytes + RECORD_HEADER_BYTES, body_bytes);
	find_kind(bytes[AT_KIND], &entry->kind);
	entry->count = get_number(bytes + AT_COUNT, 4);
	entry->bytes = body_bytes;
	entry->sequence = get_number(bytes + AT_SEQUENCE, 8);
	entry->strings = strings;
	return entry;
}
