/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DETECT_CONTROL_H
#define DETECT_CONTROL_H
/*
 * A rise held against the control group: did everyone's use rise, or this range's alone?
 *
 * The control group's counts go through a detector of their own, whose expectation is noted for
 * each bucket. For the window of an event both are added up; their quotient is the group's ratio.
 * The expectation is that of the method which decided the event, share or absolute: the largest of
 * several, which keeps a detector quiet, would be too large on average. The ratio has a 95 %
 * interval: Byar's approximation of the exact limits of a Poisson count (N. Breslow, N. Day,
 * "Statistical Methods in Cancer Research" II, 1987, page 69), for a variance of phi times the
 * mean: phi = 1 + (s - 1) max(1, ratio). s is measured: the mean of (O - E)^2 / E over up to 32
 * windows of the same length before the event's, and as if 3 more had shown the variance that the
 * baseline gives such a sum; at least 1 + .0025 E, as no expectation is known to better than 5 %.
 *
 * The verdict halves the rise on a logarithmic scale: it is the range's *own* when even the upper
 * limit of the group's ratio stays below the square root of the range's, and *shared* when the
 * group's ratio reaches that square root and its lower limit is above 1. Else, and for groups of
 * less than CONTROL_HOSTS_MIN active hosts, it is unknown.
 */
#include "base/pack.h"
#include "detect/detector.h"

#define CONTROL_HOSTS_MIN 10
#define CONTROL_BUCKETS 2080 /* 1536 minutes, 384 hours, 96 days, 64 weeks */

struct control_bucket {
	uint32_t number; /* of the bucket plus one; 0 free */
	float observed[DETECT_METRICS];
	float absolute[DETECT_METRICS], share[DETECT_METRICS]; /* expected by these methods */
	float spread[DETECT_METRICS]; /* variance over expectation, autocorrelation included */
};

/* What the control group's use of one technique came to lately, and what was expected of it. Plain
 * memory, zeroed at first. */
struct control_record {
	struct control_bucket buckets[CONTROL_BUCKETS];
};

enum control_verdict {
	CONTROL_UNKNOWN,
	CONTROL_OWN,
	CONTROL_SHARED,
};

/* The control group in the window of an event. */
struct control_contrast {
	uint32_t scale_s; /* length of the buckets that were added up */
	double hosts;     /* active hosts of the group in the window */
	double observed[DETECT_METRICS], expected[DETECT_METRICS];
	uint32_t buckets;                    /* that are remembered of the window */
	double ratio, ratio_low, ratio_high; /* of the event's metric */
	double excess_ratio; /* the event's ratio over the group's, which counts as half a use at
				least */
	enum control_verdict verdict;
};

/* Notes a bucket of the group that its detector is about to take at `scale`; nothing while the
 * detector is not warm. */
void control_note(struct control_record *record, const struct detector *detector,
	const struct detect_settings *settings, uint32_t scale, const struct detect_input *input);

/*
 * Holds an event against the group, of which `hosts` were active in the event's window. The buckets
 * are those of the event's scale, or of the next coarser one when the window reaches further back
 * than they are remembered. False when nothing is remembered of the window: then nothing is filled
 * in.
 */
bool control_compare(const struct control_record *record, const struct detect_settings *settings,
	const struct detect_event *event, double hosts, struct control_contrast *ret_contrast);

/* Packs it, and takes a packed one; bytes that are missing are told by the reader's error. */
void control_save(const struct control_record *record, struct pack_writer *writer);
void control_load(struct control_record *record, struct pack_reader *reader);

/* Static text: "own", "shared", "unknown". */
const char *control_verdict_name(enum control_verdict verdict);

#endif
