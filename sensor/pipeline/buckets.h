/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PIPELINE_BUCKETS_H
#define PIPELINE_BUCKETS_H
/* The minute, the hour, the day and the week under way: what was counted in each, which goes to the
 * next coarser one when it closes, and how much of it was seen. */
#include "meter/meter.h"

#define BUCKETS_SCALES 4

/* Lengths of the buckets of each scale, finest first. */
extern const uint32_t buckets_scales_s[BUCKETS_SCALES];

struct bucket {
	struct meter *meter;
	int64_t start_s;
	int64_t since_s;  /* its first minute that was seen; of a packed one its begin */
	double covered_s; /* seconds seen */
	bool is_open;
};

struct buckets {
	struct bucket scales[BUCKETS_SCALES];
};

/* `metering` is that of the minute; the coarser ones have no rosters. Returns 0 or -ENOMEM, then
 * too buckets_done is to follow. */
int buckets_init(struct buckets *buckets, const struct meter_settings *metering);

/* Accepts zeroed ones. */
void buckets_done(struct buckets *buckets);

/* Adds meters, which it clears, to the minute that begins at `start_s`, of which `coverage` (0..1)
 * was seen. Buckets that are not open begin with it. */
void buckets_add_minute(struct buckets *buckets, int64_t start_s, double coverage,
	struct meter *const *meters, uint32_t count);

/* Is it open, and over at `time_s`? */
bool buckets_is_over(const struct buckets *buckets, uint32_t scale, int64_t time_s);

/* The part of the bucket that was seen, 0..1; of one that is not over, as if it were. */
double buckets_coverage(const struct buckets *buckets, uint32_t scale);

/* Ends a bucket: adds what it holds to the next coarser one, and empties it. */
void buckets_pass_on(struct buckets *buckets, uint32_t scale);

/* As meter_renumber, of all scales. */
void buckets_renumber(struct buckets *buckets, const uint32_t *numbers, uint32_t range_count);

/* Packs them, and takes packed ones into new ones. Load returns 0 or -ENOMEM; bytes that make no
 * sense are told by the reader's error. */
void buckets_save(const struct buckets *buckets, struct pack_writer *writer);
int buckets_load(struct buckets *buckets, struct pack_reader *reader,
	const struct meter_numbering *numbering);

/* What found no memory or no place in them. */
uint64_t buckets_refused(const struct buckets *buckets);

#endif
