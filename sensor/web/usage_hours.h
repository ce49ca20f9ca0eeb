/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WEB_USAGE_HOURS_H
#define WEB_USAGE_HOURS_H
/* The hours of a range as sensors have written them (`usage-hour:<range>`, see docs/redis.md), for
 * views that go back further than the ledger. Unlike there, hosts are the distinct ones of the
 * hour. */
#include "publish/store.h"
#include "web/ledger.h"

#define USAGE_HOURS_BATCH 500 /* entries in memory at once */

/* Calls `take` for each hour in from_ms..to_ms (the end is not in it), oldest first, with its start
 * and its sums. Pieces of an hour that two runs of a sensor have seen are one: their flows and
 * bytes add up, of the hosts the larger count is taken. Returns as store_call. */
int usage_hours_read(struct store *store, struct ledger *ledger, const char *range, int64_t from_ms,
	int64_t to_ms, void (*take)(void *user, int64_t ms, const struct ledger_slot *hour),
	void *user);

#endif
