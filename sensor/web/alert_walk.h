/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WEB_ALERT_WALK_H
#define WEB_ALERT_WALK_H
/* A way back through the stream of alerts, newest first, in batches. Who writes to the stream
 * decides how long its entries are, and a batch lies in memory as a whole: its size follows what
 * the last one weighed. */
#include "publish/store.h"

#define ALERT_WALK_ENTRIES 100   /* of a batch, at most */
#define ALERT_WALK_FIRST 8       /* the first time, before it is known how long they are */
#define ALERT_WALK_BYTES 1000000 /* that the next batch should not exceed */

/* Zeroed: from the newest entry on. */
struct alert_walk {
	struct stream_id at; /* the entry that was looked at last, once is_begun */
	bool is_begun;
	bool is_over;   /* the stream has no older ones than those of the last batch, or the
			 * server gives none */
	unsigned batch; /* entries to ask for next; 0: ALERT_WALK_FIRST */
};

/* The next batch behind `at`. The caller moves `at`, and may stop within the batch. Returns as
 * store_call. */
int alert_walk_read(struct alert_walk *walk, struct store *store, struct redis_value **ret_entries);

/* Moves to the entry, if it has an id. */
bool alert_walk_move(struct alert_walk *walk, const struct redis_value *entry);

#endif
