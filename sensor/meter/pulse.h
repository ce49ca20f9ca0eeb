/* SPDX-License-Identifier: Apache-2.0 */
#ifndef METER_PULSE_H
#define METER_PULSE_H
/* How busy a range was in each hour of the last week: the clock by which events are spread evenly
 * when they are spread as the range's activity is. Zeroed at first. */
#include <stdint.h>

#include "base/pack.h"

#define PULSE_HOURS 168

struct pulse {
	uint32_t hour[PULSE_HOURS]; /* number of the hour plus one; 0 free */
	float level[PULSE_HOURS];
};

/* Remembers the activity (>= 0, any unit) of the hour that begins at `start_s` (Unix). */
void pulse_put(struct pulse *pulse, int64_t start_s, double level);

/*
 * Moves ascending times (Unix s, within from_s..until_s) onto the scale of activity: the part,
 * 0..1, of the activity from `from_s` until `until_s` that lies before each of them. An hour that
 * is not remembered counts as the mean of those that are: the hour under way, and hours nobody saw;
 * without any the scale is that of time.
 */
void pulse_warp(const struct pulse *pulse, int64_t from_s, int64_t until_s, const uint32_t *times_s,
	uint32_t count, double *ret_parts);

/* Packs it, and takes a packed one; bytes that are missing are told by the reader's error. */
void pulse_save(const struct pulse *pulse, struct pack_writer *writer);
void pulse_load(struct pulse *pulse, struct pack_reader *reader);

#endif
