/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_PACK_H
#define BASE_PACK_H
/*
 * Values as bytes, little-endian, one after the other: what is to outlive the program packs itself
 * into a writer, field by field, and takes itself from a reader in the same order. Where the bytes
 * go and come from is the business of whoever made the writer or reader: a file in checked frames
 * (pipeline/archive.h), or memory (struct pack_heap).
 *
 * An error sticks: after the first one a writer swallows and a reader gives zeros, so that callers
 * look at `error` once, at the end. A reader's values are not to be trusted beyond their type: a
 * count has to be held against its limit before it is used.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pack_writer {
	uint8_t *buffer; /* of the caller, `room` bytes */
	size_t room, used;
	/* Takes `count` bytes, which the writer needs no longer. Returns 0 or -errno. */
	int (*flush)(void *argument, const uint8_t *bytes, size_t count);
	void *argument;
	int error; /* 0, or the first -errno of `flush` */
};

struct pack_reader {
	const uint8_t *next;
	size_t left;
	/* Gives `next` and `left` for more bytes, `left` > 0. Returns 0 or -errno. NULL: there are
	 * no more. */
	int (*refill)(void *argument, struct pack_reader *reader);
	void *argument;
	int error; /* 0, -EBADMSG when bytes are missing or make no sense, else of `refill` */
};

void pack_put_bytes(struct pack_writer *writer, const void *bytes, size_t count);
void pack_put_u8(struct pack_writer *writer, uint8_t value);
void pack_put_u16(struct pack_writer *writer, uint16_t value);
void pack_put_u32(struct pack_writer *writer, uint32_t value);
void pack_put_u64(struct pack_writer *writer, uint64_t value);
void pack_put_i64(struct pack_writer *writer, int64_t value);

/* The number's IEEE 754 bits: it comes back bit for bit. */
void pack_put_double(struct pack_writer *writer, double value);

/* Text of at most 65535 bytes; what is longer is cut. */
void pack_put_text(struct pack_writer *writer, const char *text);

/* Hands on what is still in the buffer. Returns the writer's error. */
int pack_flush(struct pack_writer *writer);

/* Numbers are 0 when bytes are missing; of `count` bytes those that are missing are 0. */
void pack_get_bytes(struct pack_reader *reader, void *ret_bytes, size_t count);
uint8_t pack_get_u8(struct pack_reader *reader);
bool pack_get_bool(struct pack_reader *reader);
uint16_t pack_get_u16(struct pack_reader *reader);
uint32_t pack_get_u32(struct pack_reader *reader);
uint64_t pack_get_u64(struct pack_reader *reader);
int64_t pack_get_i64(struct pack_reader *reader);
double pack_get_double(struct pack_reader *reader);

/* Text into `size` bytes, always ended by a NUL. One that does not fit is an error. */
void pack_get_text(struct pack_reader *reader, char *ret_text, size_t size);

/* A number of min..max, or an error and `min`. */
int64_t pack_get_i64_within(struct pack_reader *reader, int64_t min, int64_t max);

/* A time after the epoch, in seconds or microseconds, until about the year 2242: nothing that is
 * added to it or taken from it later runs over. Another one is an error and 0. */
#define PACK_TIME_MAX_S (INT64_C(1) << 33)
int64_t pack_get_time_s(struct pack_reader *reader);
int64_t pack_get_time_us(struct pack_reader *reader);

/* A number of 0..max, or an error and 0. */
double pack_get_amount(struct pack_reader *reader, double max);

/* The bytes make no sense to the caller: -EBADMSG. */
void pack_fail(struct pack_reader *reader);

/* A count that may be at most `max`; more is an error, and 0 is returned. */
uint32_t pack_get_count(struct pack_reader *reader, uint32_t max);

/* Bytes kept in memory that grows. Zeroed at first; `bytes` is freed by pack_heap_done. */
struct pack_heap {
	uint8_t *bytes;
	size_t used, room;
};

/* A writer's `flush`, whose argument is a struct pack_heap. Returns 0 or -ENOMEM. */
int pack_heap_take(void *heap, const uint8_t *bytes, size_t count);

/* Empties it and frees its memory. */
void pack_heap_done(struct pack_heap *heap);

#endif
