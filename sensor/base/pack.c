/* SPDX-License-Identifier: Apache-2.0 */
#include "base/pack.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define HEAP_FIRST_ROOM 4096

int pack_flush(struct pack_writer *writer)
{
	if (writer->error == 0 && writer->used > 0)
		writer->error = writer->flush(writer->argument, writer->buffer, writer->used);
	writer->used = 0;
	return writer->error;
}

void pack_put_bytes(struct pack_writer *writer, const void *bytes, size_t count)
{
	const uint8_t *next = bytes;
	while (count > 0 && writer->error == 0) {
		if (writer->used == writer->room)
			pack_flush(writer);
		size_t room = writer->room - writer->used, part = count < room ? count : room;
		memcpy(writer->buffer + writer->used, next, part);
		writer->used += part;
		next += part;
		count -= part;
	}
}

static void put_number(struct pack_writer *writer, uint64_t value, size_t bytes)
{
	uint8_t text[8];
	for (size_t i = 0; i < bytes; i++)
		text[i] = (uint8_t)(value >> 8 * i);
	pack_put_bytes(writer, text, bytes);
}

void pack_put_u8(struct pack_writer *writer, uint8_t value)
{
	put_number(writer, value, 1);
}

void pack_put_u16(struct pack_writer *writer, uint16_t value)
{
	put_number(writer, value, 2);
}

void pack_put_u32(struct pack_writer *writer, uint32_t value)
{
	put_number(writer, value, 4);
}

void pack_put_u64(struct pack_writer *writer, uint64_t value)
{
	put_number(writer, value, 8);
}

void pack_put_i64(struct pack_writer *writer, int64_t value)
{
	put_number(writer, (uint64_t)value, 8);
}

void pack_put_double(struct pack_writer *writer, double value)
{
	uint64_t bits;
	memcpy(&bits, &value, sizeof bits);
	put_number(writer, bits, 8);
}

void pack_put_text(struct pack_writer *writer, const char *text)
{
	size_t length = strnlen(text, UINT16_MAX);
	pack_put_u16(writer, (uint16_t)length);
	pack_put_bytes(writer, text, length);
}

static void stop(struct pack_reader *reader, int error)
{
	if (reader->error == 0)
		reader->error = error;
	reader->left = 0;
}

void pack_fail(struct pack_reader *reader)
{
	stop(reader, -EBADMSG);
}

void pack_get_bytes(struct pack_reader *reader, void *ret_bytes, size_t count)
{
	uint8_t *out = ret_bytes;
	while (count > 0) {
		if (reader->left == 0 && reader->error == 0) {
			int error = reader->refill ? reader->refill(reader->argument, reader)
						   : -EBADMSG;
			if (error < 0)
				stop(reader, error);
		}
		if (reader->error < 0) {
			memset(out, 0, count);
			return;
		}
		size_t part = count < reader->left ? count : reader->left;
		memcpy(out, reader->next, part);
		reader->next += part;
		reader->left -= part;
		out += part;
		count -= part;
	}
}

static uint64_t get_number(struct pack_reader *reader, size_t bytes)
{
	uint8_t text[8];
	uint64_t value = 0;
	pack_get_bytes(reader, text, bytes);
	for (size_t i = 0; i < bytes; i++)
		value |= (uint64_t)text[i] << 8 * i;
	return reader->error == 0 ? value : 0;
}

uint8_t pack_get_u8(struct pack_reader *reader)
{
	return (uint8_t)get_number(reader, 1);
}

bool pack_get_bool(struct pack_reader *reader)
{
	return get_number(reader, 1) != 0;
}

uint16_t pack_get_u16(struct pack_reader *reader)
{
	return (uint16_t)get_number(reader, 2);
}

uint32_t pack_get_u32(struct pack_reader *reader)
{
	return (uint32_t)get_number(reader, 4);
}

uint64_t pack_get_u64(struct pack_reader *reader)
{
	return get_number(reader, 8);
}

int64_t pack_get_i64(struct pack_reader *reader)
{
	return (int64_t)get_number(reader, 8);
}

double pack_get_double(struct pack_reader *reader)
{
	uint64_t bits = get_number(reader, 8);
	double value;
	memcpy(&value, &bits, sizeof value);
	return value;
}

int64_t pack_get_i64_within(struct pack_reader *reader, int64_t min, int64_t max)
{
	int64_t value = pack_get_i64(reader);
	if (value >= min && value <= max)
		return value;
	pack_fail(reader);
	return min;
}

int64_t pack_get_time_s(struct pack_reader *reader)
{
	return pack_get_i64_within(reader, 0, PACK_TIME_MAX_S);
}

int64_t pack_get_time_us(struct pack_reader *reader)
{
	return pack_get_i64_within(reader, 0, PACK_TIME_MAX_S * 1000000);
}

double pack_get_amount(struct pack_reader *reader, double max)
{
	double value = pack_get_double(reader);
	if (value >= 0 && value <= max)
		return value;
	pack_fail(reader);
	return 0;
}

void pack_get_text(struct pack_reader *reader, char *ret_text, size_t size)
{
	size_t length = pack_get_u16(reader);
	if (length >= size) {
		pack_fail(reader);
		length = 0;
	}
	pack_get_bytes(reader, ret_text, length);
	ret_text[length] = '\0';
}

uint32_t pack_get_count(struct pack_reader *reader, uint32_t max)
{
	uint32_t count = pack_get_u32(reader);
	if (count <= max)
		return count;
	pack_fail(reader);
	return 0;
}

int pack_heap_take(void *argument, const uint8_t *bytes, size_t count)
{
	struct pack_heap *heap = argument;
	if (count > heap->room - heap->used) {
		size_t room = heap->room ? heap->room : HEAP_FIRST_ROOM;
		while (room - heap->used < count)
			room *= 2;
		uint8_t *larger = realloc(heap->bytes, room);
		if (!larger)
			return -ENOMEM;
		heap->bytes = larger;
		heap->room = room;
	}
	memcpy(heap->bytes + heap->used, bytes, count);
	heap->used += count;
	return 0;
}

void pack_heap_done(struct pack_heap *heap)
{
	free(heap->bytes);
	*heap = (struct pack_heap){0};
}
