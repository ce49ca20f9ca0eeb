/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PUBLISH_QUEUE_H
#define PUBLISH_QUEUE_H
/* A bounded first-in first-out list of entries. The caller locks. */
#include "publish/entry.h"

/* Who goes when it is full. */
enum queue_policy {
	QUEUE_KEEPS_OLDEST, /* the newcomer: no alert in the queue is lost to a later one */
	QUEUE_KEEPS_NEWEST, /* the head: a chart is read from its end */
};

struct queue {
	struct entry *head, **tail;
	size_t count, limit;
	enum queue_policy policy;
	uint64_t dropped;
};

void queue_init(struct queue *queue, size_t limit, enum queue_policy policy);

/* Appends `entry`, which belongs to the queue afterwards, or is freed and counted when it must go.
 */
void queue_put(struct queue *queue, struct entry *entry);

/* Frees and counts an entry that cannot be put. */
void queue_drop(struct queue *queue, struct entry *entry);

/* Takes up to `max` entries from the head; returns them linked by `next`, and their number. */
struct entry *queue_take(struct queue *queue, size_t max, size_t *ret_taken);

/* Puts entries that had been taken back to the head, in their order. They are never dropped here.
 */
void queue_put_back(struct queue *queue, struct entry *first);

/* Frees what is left. */
void queue_done(struct queue *queue);

#endif
