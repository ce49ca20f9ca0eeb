/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMANDS_SERIES_TABLE_H
#define COMMANDS_SERIES_TABLE_H
/* The series of a file by name, each with room for its detector. Names come from outside: the hash
 * is keyed. */
#include <stddef.h>
#include <stdint.h>

#include "base/siphash.h"

#define SERIES_TABLE_MAX 1000000

struct detector;

struct series_entry {
	int64_t next_s; /* end of the last bucket; 0: none yet */
	uint64_t hash;
	struct detector *detector; /* zeroed at first */
	size_t name_length;
	char name[]; /* not terminated */
};

struct series_table {
	struct series_entry **slots; /* open addressing, at most 3/4 full */
	size_t capacity, count;
	size_t detector_bytes;
	struct siphash_key key;
};

/* An empty table, keyed with `seed`, whose entries get detectors of `detector_bytes`. Returns 0 or
 * -ENOMEM; series_table_done() gives everything back. */
int series_table_init(struct series_table *table, size_t detector_bytes, uint64_t seed);
void series_table_done(struct series_table *table);

/* The entry of that name, made when new. Returns 1 when new, 0 when known, -ENOMEM, or -ENOSPC when
 * SERIES_TABLE_MAX series are there already. An entry stays where it is until the table is done. */
int series_table_get(struct series_table *table, const char *name, size_t name_length,
	struct series_entry **ret_entry);

#endif
