/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONFIG_PLACE_H
#define CONFIG_PLACE_H
/*
 * Where something stands in a YAML file. libcyaml tells the place of the event it read last, which
 * for a wrong key is another line; so places are looked up in libyaml's tree. place.c is the only
 * file that knows libyaml.
 */
#include <stddef.h>

#define PLACE_PROBLEM_SIZE 128

/* Both count from 1; a column counts characters. */
struct place {
	size_t line, column;
};

struct place_index;

/* Reads the tree of `length` bytes of YAML. Returns 0; -ENOMEM; or -EINVAL with the place and the
 * reason when the text is no YAML, holds more than one document, or has a NUL character in a value.
 */
int place_index_new(const char *text, size_t length, struct place_index **ret_index,
	struct place *ret_place, char ret_problem[PLACE_PROBLEM_SIZE]);

void place_index_free(struct place_index *index);

/* The place of the value of the last `key` of the top mapping, or of entry `entry` (from 0) of its
 * list. Falls back to what encloses it: the list, the document. */
struct place place_of_value(const struct place_index *index, const char *key, size_t entry);

/* The place of the last `key` itself. */
struct place place_of_key(const struct place_index *index, const char *key);

/* The version string of libyaml found at run time. */
const char *place_library_version(void);

#endif
