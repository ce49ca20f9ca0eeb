/* SPDX-License-Identifier: Apache-2.0 */
#ifndef METER_ROSTER_H
#define METER_ROSTER_H
/*
 * Who was there, and since when: hosts by hash, each with the times at which it was first and last
 * seen. All of them while they are few, else a uniform sample, so that hosts of any stretch of time
 * can be counted afterwards.
 *
 * The sample is that of adaptive sampling (M. Wegman; P. Flajolet, "On adaptive sampling",
 * Computing 34, 1990): hosts whose hash begins with `level` zero bits; when there are too many the
 * level rises by one, which drops half. A count within it stands for 2^level hosts; its standard
 * error is at most 1.2 / sqrt(ROSTER_HOSTS) = 4.3 %. Which hosts are in it does not depend on the
 * order of additions, so that rosters merge in any order with the same result.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/pack.h"

#define ROSTER_HOSTS 768   /* at most, of 1024 slots */
#define ROSTER_BYTES 16384 /* what those take */

struct roster_host {
	uint64_t hash;            /* 0: a free slot */
	uint32_t since_s, last_s; /* Unix */
};

/* Zeroed at first; ends with roster_done. */
struct roster {
	uint32_t count, room; /* hosts, slots */
	uint32_t level;
	struct roster_host *hosts;
};

/* Memory that many rosters share. When it is used up, a roster that wants to grow drops half of its
 * hosts instead. */
struct roster_budget {
	size_t bytes, max_bytes;
	uint64_t refused; /* times that one could not grow */
};

/* Adds a host by its hash (uniform; never 0, which is taken for 1), seen at `time_s`: it is there
 * since the earliest such time and was last seen at the latest. Times are cut to what 32 bits hold.
 */
void roster_add(struct roster *roster, struct roster_budget *budget, uint64_t hash, int64_t time_s);

/* Adds all hosts of `from` likewise. */
void roster_merge(struct roster *roster, struct roster_budget *budget, const struct roster *from);

/*
 * Goes on with `from`, whose times are later: a host that was not seen for `silence_s` counts as
 * new, since its first time in `from`. When the roster is full, hosts not seen for twice that long
 * are dropped before the sample is halved.
 */
void roster_follow(struct roster *roster, struct roster_budget *budget, const struct roster *from,
	uint32_t silence_s);

/* Packs it. */
void roster_save(const struct roster *roster, struct pack_writer *writer);

/* Takes a packed one into an empty one; it counts and merges as the saved one did. Bytes that make
 * no sense are told by the reader's error. */
void roster_load(struct roster *roster, struct roster_budget *budget, struct pack_reader *reader);

/* Empties it; its memory stays. */
void roster_clear(struct roster *roster);

/* Frees its memory. */
void roster_done(struct roster *roster, struct roster_budget *budget);

/* How many hosts were seen from `from_s` to before `until_s`, as far as the first and the last time
 * tell: one seen before, and again after, counts. Exact while the roster holds all. */
double roster_count(const struct roster *roster, int64_t from_s, int64_t until_s);

/* The hosts that are there since a time within from_s..until_s: their times in ascending order.
 * Returns how many are in the sample; each stands for 2^level hosts. */
uint32_t roster_arrivals(const struct roster *roster, int64_t from_s, int64_t until_s,
	uint32_t ret_since_s[ROSTER_HOSTS]);

#endif
