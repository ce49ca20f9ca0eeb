/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_CHANNEL_H
#define BASE_CHANNEL_H
/*
 * A bounded queue of pointers between two threads. Whoever finds it full or empty sleeps. It
 * carries batches and whole meters, not packets, so a lock is taken thousands of times a second at
 * most; a lock-free ring would gain nothing and would have to spin or sleep all the same.
 */
#include <stddef.h>

struct channel;

/* For at most `capacity` (>= 1) pointers. Returns 0 or -ENOMEM. */
int channel_new(size_t capacity, struct channel **ret_channel);

/* Nobody may be waiting any more. What is still in it stays the caller's. Accepts NULL. */
void channel_free(struct channel *channel);

/* Waits for room, then appends `item` (not NULL). */
void channel_put(struct channel *channel, void *item);

/* Waits for an item and takes the oldest one. */
void *channel_take(struct channel *channel);

/* How many items are in it just now. */
size_t channel_count(struct channel *channel);

/* Takes the oldest item, or NULL when there is none. */
void *channel_poll(struct channel *channel);

#endif
