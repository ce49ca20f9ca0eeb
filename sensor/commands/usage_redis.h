/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMANDS_USAGE_REDIS_H
#define COMMANDS_USAGE_REDIS_H
/* Counts out of Redis for the commands that look back, with the log lines that belong to it. */
#include "report/usage_store.h"

#define USAGE_REDIS_TEXT_SIZE 160

/* Why nothing more was read from the store, by an error of report/: logs it and returns
 * STATUS_FAILURE. */
int usage_redis_fail(const struct store *store, int error);

/* As usage_store_read. Returns 0 and what was taken, in words, as in "744 hours of 3 ranges"; or
 * STATUS_FAILURE after logging why. */
int usage_redis_read(struct store *store, const struct usage_store_wanted *wanted,
	struct book *book, char ret_text[USAGE_REDIS_TEXT_SIZE]);

#endif
