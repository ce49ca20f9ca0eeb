/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PIPELINE_JUDGE_H
#define PIPELINE_JUDGE_H
/* A closed bucket of a range against what was expected of it: through the detectors of all
 * techniques, and what happens into an alert that explains itself. */
#include "alert/explain.h"
#include "detect/detector.h"
#include "pipeline/buckets.h"
#include "pipeline/rules.h"
#include "pipeline/tracked.h"

/* Begins with the first three set, all else zeroed, and judge_set_rules. */
struct judge {
	const struct buckets *buckets; /* the caller's */
	void (*alert)(void *argument, const struct alert *alert);
	void *argument;
	struct rules rules;
	struct detect_settings detect; /* by the rules; for what else makes detectors */
	uint64_t refused;              /* flows that found no memory to bear witness */
	struct witness witness;        /* of the alert in the making */
	struct alert made;
};

void judge_done(struct judge *judge);

/* Judges by these from now on. Returns 0, or -EINVAL for alarms_per_year out of bounds: then the
 * thresholds stay as they were. */
int judge_set_rules(struct judge *judge, const struct rules *rules);

/* Takes the bucket of a scale that has closed, seen by the part `coverage`, 0..1. The control group
 * comes first, as the others are held against it, and keeps what happens to itself. `control` NULL:
 * there is none. */
void judge_bucket(struct judge *judge, struct tracked *tracked, const struct tracked *control,
	uint32_t scale, double coverage);

#endif
