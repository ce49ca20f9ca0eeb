/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SOCIAL_OWN_TABLE_H
#define SOCIAL_OWN_TABLE_H
/*
 * The operator's own table of services, which goes before the built-in one. A line is
 *
 *     DOMAIN GROUP [KIND]        # comment
 *
 * with GROUP `western`, `chinese`, or `none` (of no group, whatever the built-in table says), and
 * KIND `use` (the default) or `contact`. Fields are parted by blanks or tabs.
 */
#include "service.h"

#include <stdio.h>

#define OWN_TABLE_ENTRIES_MAX 65536

struct own_table;

/* What is wrong with a table, and where. */
struct own_table_fault {
	unsigned line; /* from 1; 0 when the file as a whole is meant */
	char message[96];
};

/* Reads the table. Returns 0 and a table to be freed with own_table_free, or -errno with the fault
 * filled: what fopen(3) says, -EINVAL for a line that is none or a domain that stands twice, -E2BIG
 * for more than OWN_TABLE_ENTRIES_MAX, -ENOMEM. */
int own_table_read(
	const char *path, struct own_table **ret_table, struct own_table_fault *ret_fault);

/* The same from a stream, which stays the caller's. */
int own_table_parse(FILE *stream, struct own_table **ret_table, struct own_table_fault *ret_fault);

/* Accepts NULL. */
void own_table_free(struct own_table *table);

/* True when the table, which may be NULL, has an entry for `server_name` or a domain above it; then
 * `ret_service` is that entry, or NULL for the group `none`. */
bool own_table_find(
	const struct own_table *table, const char *server_name, const struct service **ret_service);

#endif
