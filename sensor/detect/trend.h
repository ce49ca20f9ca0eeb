/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DETECT_TREND_H
#define DETECT_TREND_H
/*
 * Slow change: the rate of the last 28 days against that of the first 28 days, the reference
 * period. What rises slowly enough becomes the baseline and never jumps; this ratio still sees it.
 */
#include <stdbool.h>
#include <stdint.h>

#define TREND_WEEKS 4

struct trend {
	float got[TREND_WEEKS], due[TREND_WEEKS]; /* counts; buckets x coverage; newest last */
	double reference_got, reference_due;
	int32_t week;  /* the running one, since the epoch; 0: none yet */
	int32_t weeks; /* complete ones */
	float told;    /* the ratio last reported, 1 at first */
};

struct trend_change {
	double observed, expected; /* in the last 28 days */
	double covered;            /* of their buckets, so many were seen */
	double ratio, low;         /* and the lower end of its 99.9 % confidence interval */
};

/* Adds a bucket. Returns true at the first bucket of a week when the ratio over the 28 days before
 * is at least twice the ratio last reported (1 at first), and surely above it: lower end of the
 * confidence interval. `variance_ratio` >= 1 is variance over mean of a count of that bucket
 * length, with autocorrelation. */
bool trend_update(struct trend *trend, int64_t start_s, double count, double coverage,
	double variance_ratio, struct trend_change *ret_change);

/* A rise by `ratio` has been told in another way (a new normal): only what goes beyond it is news.
 */
void trend_tell(struct trend *trend, double ratio);

#endif
