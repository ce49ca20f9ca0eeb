/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DETECT_DETECTOR_H
#define DETECT_DETECTOR_H
/*
 * The detector of one (range, technique): counts of closed buckets go in, events come out.
 *
 * Pure: no clock, no I/O, no log, no allocation. The result depends only on the sequence of calls.
 * docs/detector.md has the method, its formulas and measured error rates.
 *
 * A detector is plain memory without pointers, detector_size() bytes: copy it, save it, load it.
 *
 *	struct detector *detector = calloc(1, detector_size(&settings));
 *	detector_init(detector, &settings);
 *	for each closed bucket, finer scales first:
 *		if (detector_update(detector, &settings, scale, &input, &event))
 *			... event.kind says what happened
 */
#include <stddef.h>

#include "detect/settings.h"

struct detector;

/* One closed bucket of one scale. Techniques that rise together hide each other where each is a
 * large part of the other's rest; leave watched techniques out of the rest where that is possible.
 */
struct detect_input {
	int64_t start_s;              /* begin of the bucket, Unix s, a multiple of the scale */
	double count[DETECT_METRICS]; /* uses of the technique: distinct hosts, flows; >= 0 */
	double rest[DETECT_METRICS];  /* all other hosts or flows of the range; NAN: not known */
	double coverage; /* uptime x (1 - drop ratio), 0..1; below .05 nothing is learnt */
};

enum detect_kind {
	DETECT_QUIET,     /* nothing happened */
	DETECT_OPEN,      /* an episode begins */
	DETECT_UPDATE,    /* its ratio has doubled since it was last told */
	DETECT_CLOSE,     /* it is over */
	DETECT_FIRST_USE, /* after at least a day without: the first use ever; a notice */
	DETECT_TREND,     /* 28 days against the reference period: doubled since it was last told */
};

enum detect_method {
	DETECT_ABSOLUTE, /* the count's own level and season */
	DETECT_SHARE,    /* its share of the range's traffic */
	DETECT_LOCAL,    /* the last hours, below 1 h only */
	DETECT_METHODS,
};

enum detect_reason {
	DETECT_BACK_TO_BASELINE,
	DETECT_NEW_NORMAL,
};

/*
 * What happened and everything that explains it. Counts are sums over the window, in which a host
 * counts once per bucket. The window of an open or update begins with the estimated onset (the
 * bucket in which the evidence last started anew) and ends with the bucket that closed; that of a
 * close covers the elevated part of the episode; that of a trend the last 28 days.
 */
struct detect_event {
	enum detect_kind kind;
	enum detect_reason reason; /* of a close */
	uint32_t scale;            /* index into the settings: whose buckets the window counts */
	uint32_t scale_s;
	uint32_t scales;           /* bit set of the scales that have confirmed the episode */
	enum detect_metric metric; /* the one with more evidence */
	enum detect_method method; /* which baseline `expected` comes from: the largest */
	int64_t onset_s;           /* first bucket of the episode; the same in all its events */
	int64_t window_start_s, window_end_s;
	double observed[DETECT_METRICS];
	double expected[DETECT_METRICS];
	uint32_t buckets[DETECT_METRICS]; /* that were seen and added up; 0: metric not used */
	double baselines[DETECT_METHODS]; /* of `metric`, summed over the window; NAN when not used
					   */
	double ratio;          /* observed / expected of `metric`; INFINITY cannot occur */
	double rise_percent;   /* 100 x (ratio - 1) */
	double share_observed; /* count / (count + rest) in the window, of `metric`; NAN if not
				  known */
	double share_expected;
	double score;     /* natural logarithm of the odds */
	double odds;      /* e^score, at most 1e300 */
	double p_value;   /* upper tail of the window's count under the baseline */
	double coverage;  /* of the window; what no bucket came of was not seen */
	uint64_t samples; /* buckets the baseline has learnt from */
	bool learning;    /* the baseline is young: less than three weeks */
	bool first_use;   /* an open that is also the first use ever */
};

/* What was expected of the last bucket, for usage lines and charts. */
struct detect_outlook {
	double expected;
	double low, high; /* expected -/+ 2 standard deviations, low >= 0 */
	double score;     /* natural logarithm of the odds, hosts and flows combined */
	enum detect_method method;
	bool learning;
	bool open; /* an episode is under way */
};

/* Bytes of a detector with these settings' metrics. */
size_t detector_size(const struct detect_settings *settings);

/* Makes `detector` (detector_size() bytes of the caller, aligned as by malloc) new. */
void detector_init(struct detector *detector, const struct detect_settings *settings);

/* Could this be a detector of these settings, after any buckets? False: an index, a sum or a time
 * in it is out of its bounds, and it must not be used. For one that was read from a file: its
 * memory says nothing of itself. */
bool detector_is_valid(const struct detector *detector, const struct detect_settings *settings);

/*
 * Takes one closed bucket of scale `scale` (index). Buckets of a scale come in ascending order;
 * missing ones are a gap, in which nothing was seen and nothing is learnt; a bucket not later than
 * the last one is ignored. Where buckets of several scales end together, the finer scale comes
 * first. Metrics that the settings leave out are ignored. Returns true when something happened:
 * `ret_event` is then filled in whole; at most one event comes of one bucket.
 */
bool detector_update(struct detector *detector, const struct detect_settings *settings,
	uint32_t scale, const struct detect_input *input, struct detect_event *ret_event);

/* The outlook of the last bucket taken at `scale`; expected 0 and score 0 before the first. */
void detector_outlook(const struct detector *detector, const struct detect_settings *settings,
	uint32_t scale, enum detect_metric metric, struct detect_outlook *ret_outlook);

/* Static text: "open", "update", "close", "first-use", "trend"; "quiet". */
const char *detect_kind_name(enum detect_kind kind);

/* Static text: "absolute", "share", "local". */
const char *detect_method_name(enum detect_method method);

/* Static text: "back to baseline", "new normal". */
const char *detect_reason_name(enum detect_reason reason);

/* Static text: "hosts", "flows". */
const char *detect_metric_name(enum detect_metric metric);

#endif
