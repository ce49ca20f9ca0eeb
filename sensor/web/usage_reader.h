/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WEB_USAGE_READER_H
#define WEB_USAGE_READER_H
/*
 * Brings the ledger up to what lies in Redis: finds the ranges, reads their newest minutes first
 * and then their past, backwards, so that a page shows today at once however long the history is. A
 * range whose key is gone is forgotten; one whose stream begins anew does so here. For one thread.
 */
#include "publish/store.h"
#include "web/ledger.h"

#define USAGE_READER_MINUTES 500 /* of one range, taken at once */
#define USAGE_READER_KEYS 1000   /* looked at in one step of the search for ranges */
#define USAGE_READER_STEPS 10    /* of that search, taken at once */

struct usage_reader;

/* `store` and `ledger` outlive the reader. NULL: no memory. */
struct usage_reader *usage_reader_new(struct store *store, struct ledger *ledger);
void usage_reader_free(struct usage_reader *reader);

/* Goes one step further with each range. Sets *ret_is_behind when there may be more to read.
 * Returns as store_call; what was read before the trouble is kept. */
int usage_reader_step(struct usage_reader *reader, bool *ret_is_behind);

/* Fills `ret_minute` from an entry of a usage stream. Returns its time in ms, or -1. */
int64_t usage_reader_parse(
	struct ledger *ledger, const struct redis_value *entry, struct ledger_slot *ret_minute);

#endif
