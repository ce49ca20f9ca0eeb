/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DETECT_BASELINE_H
#define DETECT_BASELINE_H
/*
 * What a bucket should hold, learnt from the buckets before it: the level of the count (absolute),
 * the level of its share of the range's traffic (share), and below an hour the last hours (local).
 * The largest of them is expected: this keeps growth that everyone shares quiet.
 *
 * With it comes the variance, hence the negative binomial that the evidence is weighed with:
 *   V = max(s (mu + .02 mu^2), mu + .0025 mu^2) + mu^2 / (counts behind the level) + mu^2 unknown
 * season where s is the dispersion measured so far.
 */
#include <stdint.h>

#include "detect/detector.h"
#include "detect/season.h"

#define BASELINE_LOCAL_KEEP 0.97938f /* e^(-1/48) */

/* Sums over the buckets of one lesson. */
struct baseline_lesson {
	float count, exposure;             /* for the level */
	float share_count, share_exposure; /* for the share */
	float due, share_due;              /* for the season */
	float local_got, local_due;        /* for the last hours */
	float spread_got, spread_due, z_square, z_product;
	uint16_t buckets;
};

struct baseline {
	double level_got, level_due;  /* counts; buckets x season */
	double share_got, share_due;  /* counts; rest x season / rest_mean */
	float rest_mean;              /* unit of the rest: its mean of the warm-up; 0 until then */
	float spread_got, spread_due; /* dispersion: squared residuals, their expectation */
	float local_got, local_due;   /* the last 48 buckets, below an hour */
	float z, z_square, z_product; /* last residual; lag-1 autocorrelation of residuals */
	float block, block_square; /* sum of residuals over 24 buckets; mean square of such sums */
	float block_weight;
	uint32_t samples; /* buckets learnt from */
	uint16_t block_length;
	uint16_t waited;             /* buckets in a row with too much evidence for a lesson */
	struct baseline_lesson held; /* not learnt yet: evidence is up */
};

/* What is expected of one bucket. */
struct expectation {
	double mean[DETECT_METHODS]; /* NAN where the method does not apply */
	double best;                 /* the largest mean, > 0 */
	double variance;             /* best + burst + slow, > best */
	double burst;                /* grows with the mean: events that come in bursts */
	double slow;   /* grows with its square: noise of the level, what is not known */
	double spread; /* s, the dispersion measured so far */
	double shape;  /* k of the negative binomial: best^2 / (variance - best) */
	enum detect_method method; /* of `best` */
	double level, share_level; /* expected without a season, for the season's lesson */
	double deflate;            /* 1 / variance inflation by autocorrelation, (0,1] */
};

/* Fills in what `baseline` and `season` expect of the bucket `input`, of which count[] is not read.
 */
void baseline_expect(const struct baseline *baseline, const struct season *season,
	const struct detect_settings *settings, uint32_t scale, enum detect_metric metric,
	const struct detect_input *input, struct expectation *ret_expected);

/* Learns the bucket: its count of `metric`, capped at expected + 5 standard deviations + 10, of
 * which `expected` was expected and which moved the evidence to `score`. While the score is above
 * 3, lessons are held back, for up to 96 buckets: a rise that is about to be reported must not bend
 * what it is measured against. */
void baseline_learn(struct baseline *baseline, struct season *season,
	const struct detect_settings *settings, uint32_t scale, enum detect_metric metric,
	const struct detect_input *input, const struct expectation *expected, double score);

/* An episode of a few buckets was but a burst: `count` in `buckets` from `start_s` on, where `mean`
 * was expected in all. It teaches how bursty the counts are, and the season, else each further
 * burst, or what happens every week at that hour, would be one more episode. */
void baseline_learn_burst(struct baseline *baseline, struct season *season,
	const struct detect_settings *settings, uint32_t scale, int64_t start_s, uint32_t buckets,
	double count, double mean);

/* Forgets what is held back: it was a jump. */
void baseline_drop(struct baseline *baseline);

/* A bucket that is not learnt from, during an episode: the last hours fade. */
void baseline_fade(struct baseline *baseline);

/* A gap: residuals on either side of it are not neighbours. */
void baseline_skip(struct baseline *baseline);

/* The counts have settled at `ratio` times the old level: a new normal. */
void baseline_rescale(struct baseline *baseline, double ratio);

#endif
