/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GEOIP_RECORD_H
#define GEOIP_RECORD_H
/*
 * Values in a section of an MMDB file, read within bounds, whatever the bytes are. libmaxminddb
 * skips values by recursion without a limit (1.7.1: a record nested a million deep ends the
 * program) and expands pointers without one; hence records are read here, and the library finds
 * them.
 *
 * Source: MaxMind DB File Format Specification 2.0, "Output Data Section".
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RECORD_DEPTH_MAX 16u    /* maps in maps; records in use have 4 */
#define RECORD_VALUES_MAX 4096u /* read for one question; records in use have under 400 */

/* The section; pointers count from its first byte. */
struct record_space {
	const uint8_t *bytes;
	size_t count;
};

/* As the format numbers them; those that are not named are read over. */
enum record_type {
	RECORD_POINTER = 1,
	RECORD_TEXT = 2,
	RECORD_MAP = 7,
	RECORD_INT32 = 8,
	RECORD_ARRAY = 11,
	RECORD_BOOLEAN = 14,
};

struct record_value {
	enum record_type type;
	size_t at;   /* offset of what is behind the head */
	size_t size; /* bytes behind the head; of a map its pairs, of an array its values; of a
			pointer where it leads */
};

/* Follows `path`, names of keys that end with NULL, from the value at `offset`. Returns 1 and the
 * value; 0 when a key does not stand there; -EBADMSG when a value on the way breaks the format,
 * leads out of the section, or is beyond the limits above. */
int record_find(const struct record_space *space, size_t offset, const char *const *path,
	struct record_value *ret_value);

/* Whether the value at `offset`, all that it holds and all that its pointers lead to are sound and
 * within the limits. */
bool record_is_sound(const struct record_space *space, size_t offset);

/* Whether the value is of `type`, an array or a map, and holds text alone. */
bool record_is_text_list(
	const struct record_space *space, const struct record_value *value, enum record_type type);

/* An unsigned number of any width; a positive int32, too. Returns false for anything else. */
bool record_to_number(
	const struct record_space *space, const struct record_value *value, uint64_t *ret_number);

#endif
