/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PIPELINE_TENURE_H
#define PIPELINE_TENURE_H
/* From when on each range is watched: of buckets that had begun before, a part only was seen. */
#include "meter/meter.h"
#include "pipeline/rules.h"

/* Zeroed at first. */
struct tenure {
	int64_t *since_s; /* for each range; NULL: all from the start */
};

void tenure_done(struct tenure *tenure);

/* The part, 0..1, of a bucket of `length_s` seconds in which the range was watched. The control
 * group always was. */
double tenure_share(
	const struct tenure *tenure, uint32_t range, int64_t start_s, uint32_t length_s);

/* Ranges that are new are watched from change->time_us on; of the former ones there are
 * `former_count`. Without memory the first buckets of new ranges are taken for whole. */
void tenure_change(struct tenure *tenure, const struct rules_change *change, uint32_t former_count);

/* Packs that of `range_count` ranges, and takes a packed one, of the ranges of `numbering`; ranges
 * not among these are watched from `time_s` on. Load returns 0 or -ENOMEM; bytes that are missing
 * are told by the reader's error. */
void tenure_save(const struct tenure *tenure, uint32_t range_count, struct pack_writer *writer);
int tenure_load(struct tenure *tenure, uint32_t range_count, struct pack_reader *reader,
	const struct meter_numbering *numbering, int64_t time_s);

#endif
