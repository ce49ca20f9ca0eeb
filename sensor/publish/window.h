/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PUBLISH_WINDOW_H
#define PUBLISH_WINDOW_H
/*
 * The queue of entries of one kind as a window over a spool: every entry is on the disk first; what
 * does not fit into the queue is loaded when the queue is empty. Without a spool the queue is all
 * there is. The caller locks, for all but window_store.
 */
#include "base/log.h"
#include "publish/queue.h"
#include "publish/spool.h"

struct window {
	struct spool *spool; /* NULL: none */
	uint64_t loaded;     /* number of the last record that is or was in the queue */
	bool behind;         /* there may be records above it */
	bool in_order;       /* none may overtake those on the disk */
	uint64_t unspooled;  /* entries that the spool did not take */
	struct log_limit limit;
};

/* What an earlier run left in `spool` (NULL: none) will go first. `in_order`: a stream takes times
 * in ascending order only, so that an entry that finds no room in the spool, while earlier ones
 * wait there, is dropped and counted by the queue. */
void window_init(struct window *window, struct spool *spool, bool in_order);

/* Writes `entry` to the disk. What the spool does not take waits in memory as if there were none,
 * and is told once a minute. One thread at a time; not under the lock, since the disk may take its
 * time. */
void window_store(struct window *window, struct entry *entry);

/* Puts `entry`, which was stored, into the queue, or leaves it to the spool. Owns it afterwards. */
void window_put(struct window *window, struct queue *queue, struct entry *entry);

/* Takes the next records of the spool into `queue` if that is empty. */
void window_load(struct window *window, struct queue *queue);

/* Tells the spool how far all is delivered. No entry of `queue` may be away for delivery. */
void window_acknowledge(struct window *window, const struct queue *queue);

/* Entries in the spool that are not in the queue. */
uint64_t window_pending(const struct window *window);

#endif
