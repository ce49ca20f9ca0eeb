/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PIPELINE_TRACKED_H
#define PIPELINE_TRACKED_H
/* What is remembered of one range from its first traffic on, by technique: a detector, the bytes of
 * late, who used it; and who was there at all. */
#include "detect/control.h"
#include "detect/coordination.h"
#include "detect/detector.h"
#include "meter/history.h"
#include "meter/meter.h"

struct tracked {
	uint32_t range; /* its number, or RANGE_CONTROL */
	uint32_t technique_count;
	size_t detector_bytes;
	uint8_t *detectors; /* technique_count times detector_bytes */
	struct history *histories;
	struct roster all, *users;
	struct pulse pulse;
	int64_t since_s;                /* from when on hosts are remembered */
	struct control_record *records; /* of each technique of the control group; else NULL */
};

/* Begins to follow a range at `since_s`: from now on silence counts as zero. Returns NULL without
 * memory. */
struct tracked *tracked_new(uint32_t range, uint32_t technique_count,
	const struct detect_settings *settings, int64_t since_s);

/* Accepts NULL. The rosters' memory goes back to `rosters`. */
void tracked_free(struct tracked *tracked, struct roster_budget *rosters);

struct detector *tracked_detector(const struct tracked *tracked, uint32_t technique);

/* Remembers the hosts of a minute (NULL: there were none). */
void tracked_follow(
	struct tracked *tracked, struct roster_budget *rosters, const struct meter_range *counts);

/* What an alert wants to know of the hosts in a window start_s..end_s: how many used the technique,
 * and how they moved.
 */
double tracked_users(
	const struct tracked *tracked, uint32_t technique, int64_t start_s, int64_t end_s);
void tracked_coordination(const struct tracked *tracked, uint32_t technique, int64_t start_s,
	int64_t end_s, struct coordination *ret_coordination);

/* Packs all but the range's number. */
void tracked_save(const struct tracked *tracked, struct pack_writer *writer);

/* Takes a packed one into a new one; techniques that are not known any more are passed over.
 * Returns 0 or -ENOMEM; bytes that make no sense, or come from other detectors, are told by the
 * reader's error. */
int tracked_load(struct tracked *tracked, struct roster_budget *rosters,
	const struct detect_settings *settings, struct pack_reader *reader,
	const struct meter_numbering *numbering);

/* Bytes of a tracked range's detectors and histories; rosters are not among them. */
size_t tracked_bytes(const struct tracked *tracked);

#endif
