/* SPDX-License-Identifier: Apache-2.0 */
#ifndef REPORT_USAGE_NAMES_H
#define REPORT_USAGE_NAMES_H
/* The ranges that have a stream of usage in Redis, of minutes or hours. */
#include "publish/store.h"

/* As they stand in keys (entry_make_key), sorted, each once. */
struct usage_names {
	char **names;
	size_t count, room;
	uint64_t refused; /* beyond the ranges that a book holds */
};

/* Looks through all keys. Returns 0, -EIO (store_trouble says why) or -ENOMEM; in any case
 * usage_names_done is to follow. */
int usage_names_find(struct store *store, struct usage_names *ret_names);

void usage_names_done(struct usage_names *names);

#endif
