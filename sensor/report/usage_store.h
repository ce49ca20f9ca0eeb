/* SPDX-License-Identifier: Apache-2.0 */
#ifndef REPORT_USAGE_STORE_H
#define REPORT_USAGE_STORE_H
/*
 * The counts that a sensor has delivered to Redis (docs/redis.md), read into a book: the streams of
 * hours and of minutes of all ranges, in pages of bounded size, so that memory is that of the book
 * alone.
 *
 * Hours go first, since they know distinct hosts of an hour; minutes stand in for the hours that
 * are not there, and tell their flows only. But a server that was given hours only lately has
 * minutes from before: where these reach further back, minutes are all that is read, and hosts are
 * those of a minute.
 */
#include "publish/store.h"
#include "report/book.h"

struct usage_store_wanted {
	int64_t start_s, end_s; /* buckets that begin in start_s <= t < end_s, Unix */
	bool minutes_only;
};

struct usage_store_sum {
	size_t ranges;
	uint64_t hours, minutes; /* taken, entries of either stream */
	uint64_t passed_over; /* keys and entries that are no usage or found no room in the book */
};

/* Fills the book, whose slots are hours. Returns 0; -EIO when the server cannot be reached or
 * refuses (store_trouble says why), -ENOMEM: then the book holds a part. */
int usage_store_read(struct store *store, const struct usage_store_wanted *wanted,
	struct book *book, struct usage_store_sum *ret_sum);

#endif
