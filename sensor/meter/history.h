/* SPDX-License-Identifier: Apache-2.0 */
#ifndef METER_HISTORY_H
#define METER_HISTORY_H
/* The bytes of the latest buckets of one technique, on each scale, so that an alert can say how
 * many bytes its window held. Zeroed at first. */
#include <stdint.h>

#include "base/pack.h"

#define HISTORY_SCALES 4
#define HISTORY_BUCKETS 64 /* remembered on each scale: an hour of minutes, 2 days of hours ... */

struct history {
	uint32_t bucket[HISTORY_SCALES]
		       [HISTORY_BUCKETS]; /* number of the bucket plus one; 0 free */
	uint64_t bytes[HISTORY_SCALES][HISTORY_BUCKETS];
};

/* Remembers a closed bucket of `scale_s` seconds, the `scale`-th of the scales. */
void history_put(
	struct history *history, uint32_t scale, uint32_t scale_s, int64_t start_s, uint64_t bytes);

/* Bytes between two times, from the finest buckets that are still remembered; of a bucket that the
 * window cuts its part by time. The scales' lengths are `scales_s`, finest first; times are from
 * the epoch on. */
uint64_t history_sum(const struct history *history, const uint32_t scales_s[HISTORY_SCALES],
	int64_t start_s, int64_t end_s);

/* Packs it, and takes a packed one; bytes that are missing are told by the reader's error. */
void history_save(const struct history *history, struct pack_writer *writer);
void history_load(struct history *history, struct pack_reader *reader);

#endif
