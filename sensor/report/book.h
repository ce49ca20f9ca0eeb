/* SPDX-License-Identifier: Apache-2.0 */
#ifndef REPORT_BOOK_H
#define REPORT_BOOK_H
/*
 * What was counted, kept for looking back: for each watched range and technique the counts of every
 * slot of time (an hour as a rule). Filled from closed buckets in any order of ranges, each range's
 * in ascending time; a slot that nothing was put into was not seen.
 *
 * Distinct hosts do not add up over buckets. A slot keeps their mean over its buckets, so that
 * `hosts` reads "distinct hosts in a bucket of bucket_s", whatever the slot.
 *
 * Where a history lacks buckets, finer ones may stand in: their flows count, their hosts cannot.
 *
 * Pieces of a history may overlap: a bucket that was put before is passed over and counted. Only
 * the two halves of a bucket that a cut went through, one after the other, add up.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BOOK_ALL 0 /* the column of all traffic; techniques follow */
#define BOOK_COLUMNS_MAX 33
#define BOOK_RANGES_MAX 65536
#define BOOK_SLOTS_MAX 4000000  /* over all ranges: 450 years of hours */
#define BOOK_CELLS_MAX 48000000 /* slots times columns in use, and a quarter to grow: 768 MB */
#define BOOK_HOSTS_COVERAGE 0.5 /* a bucket seen less than this says nothing about hosts */
#define BOOK_NAME_SIZE 64
#define BOOK_BUCKETS_MAX 64 /* of a slot: buckets of an hour's slots have 57 s or more */

/* Sums over the buckets of a slot. */
struct book_cell {
	double flows, hosts;
};

struct book_seen {
	float seconds;      /* covered */
	float host_buckets; /* that `hosts` sums up over */
	uint64_t buckets;   /* bit n: the slot's bucket n was put */
};

struct book_range {
	char name[BOOK_NAME_SIZE]; /* cleaned, see base/text.h */
	int64_t first_s;           /* start of slot 0 */
	int64_t last_s;            /* start of the bucket that was put last ... */
	double last_coverage;      /* ... and how much of it was seen, 0..1 */
	size_t slots, room;
	struct book_seen *seen;
	struct book_cell *columns[BOOK_COLUMNS_MAX]; /* NULL: nothing but zeros */
};

struct book;

/* One bucket's counts of one technique, or of all traffic. */
struct book_count {
	const char *technique; /* "all": all traffic */
	double flows, hosts;
};

/* A closed bucket of one range. */
struct book_bucket {
	const char *range;
	int64_t start_s;
	uint32_t scale_s;
	double coverage; /* 0..1 */
	const struct book_count *counts;
	size_t count;
	bool stands_in; /* of a finer scale than the book's: it says nothing of hosts */
};

/* An empty book with slots of `slot_s` seconds, or longer ones if the buckets are. 0 or -ENOMEM. */
int book_new(uint32_t slot_s, struct book **ret_book);
void book_free(struct book *book);

/* From now on passes over buckets that begin outside of start_s <= t < end_s (Unix). */
void book_limit(struct book *book, int64_t start_s, int64_t end_s);

/* Adds a bucket. Returns 0, also for one that was passed over; -EINVAL for a bucket of another
 * scale than those before, unless it stands in, or one that is no bucket, or too short
 * (BOOK_BUCKETS_MAX); -ERANGE for time that goes back before its range's first slot; -ENOSPC for
 * more than BOOK_ limits allow; -ENOMEM. Then nothing, or a part of it, was added. */
int book_put(struct book *book, const struct book_bucket *bucket);

/* Buckets that had been put before. */
uint64_t book_repeated(const struct book *book);

uint32_t book_bucket_s(const struct book *book); /* 0 while empty */
uint32_t book_slot_s(const struct book *book);
size_t book_ranges(const struct book *book);
const struct book_range *book_range(const struct book *book, size_t number);

/* The range of that name, or NULL. */
const struct book_range *book_find(const struct book *book, const char *name);

/* Columns in use; number 0 is "all". */
size_t book_columns(const struct book *book);
const char *book_column(const struct book *book, size_t number);

/* The column of that name, or -1. */
int book_find_column(const struct book *book, const char *name);

/* The counts of a slot; zeros where there is no column. */
struct book_cell book_cell(const struct book_range *range, size_t column, size_t slot);

#endif
