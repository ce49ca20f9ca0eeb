/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PUBLISH_RECORD_H
#define PUBLISH_RECORD_H
/*
 * An entry as bytes on disk, little-endian:
 *
 *   offset  bytes
 *        0      4   length of the body
 *        4      4   checksum of everything that follows
 *        8      8   sequence number, from 1
 *       16      1   kind of entry: 1 alert, 2 usage of a minute, 3 of an hour
 *       17      3   zero
 *       20      4   number of strings
 *       24          the body: the strings, each with its NUL
 *
 * Pure: no I/O, so that recovery can be tested byte by byte.
 */
#include "publish/entry.h"

#define RECORD_HEADER_BYTES 24
#define RECORD_BODY_MAX (1024 * 1024)

/* The checksum of the spool's files: SipHash-2-4 with the key zero, the lower 32 bits. */
uint32_t record_checksum(const void *bytes, size_t length);

/* Bytes of the record of `entry`. */
size_t record_size(const struct entry *entry);

/* Writes the record of `entry` to `ret_bytes` (record_size bytes). */
void record_encode(const struct entry *entry, uint64_t sequence, uint8_t *ret_bytes);

enum record_state {
	RECORD_WHOLE,
	RECORD_TORN,    /* `length` ends within the record */
	RECORD_DAMAGED, /* checksum or form is wrong */
};

/* Looks at the record at `bytes`, of which `length` can be read. When whole, gives its size and its
 * sequence number. */
enum record_state record_check(
	const uint8_t *bytes, size_t length, size_t *ret_size, uint64_t *ret_sequence);

/* Offset of the first whole record at `bytes` or later; `length` when there is none. What lies
 * before it is damage. */
size_t record_seek(const uint8_t *bytes, size_t length);

/* The entry of a whole record, from the heap. NULL: no memory. */
struct entry *record_decode(const uint8_t *bytes);

#endif
