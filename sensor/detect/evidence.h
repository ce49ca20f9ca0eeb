/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DETECT_EVIDENCE_H
#define DETECT_EVIDENCE_H
/*
 * Evidence that a count has risen: a mixture e-detector over rises of 2, 4, 13 and 320 times.
 *
 * For each rise r the logarithm of the likelihood ratio of a negative binomial with mean r mu
 * against mean mu is L = y ln r - (y + k) ln((k + r mu) / (k + mu)). Odds for "it rose at some time
 * until now" are kept as M <- (1 + leak M) e^(L / inflation); the score is ln((mean M + mean e^L) /
 * 2), whose second term lets one overwhelming bucket speak at once.
 *
 * Beside the odds, two CUSUMs (rises of 4 and of 13) keep the window since the evidence last began
 * anew: the estimated onset, and what was counted and expected since.
 */
#include "detect/baseline.h"

#define EVIDENCE_RISES 4
#define EVIDENCE_WINDOWS 2

/* Sums over the buckets that were seen from a time on. */
struct evidence_window {
	int64_t start_s;
	float weight; /* of the CUSUM; 0: empty */
	float observed, expected[DETECT_METHODS], rest, coverage;
	uint32_t buckets;
};

struct evidence {
	float odds[EVIDENCE_RISES];
	struct evidence_window window[EVIDENCE_WINDOWS];
};

/* ln of the likelihood ratio of a rise by `ratio` > 1 after seeing `count`. */
double evidence_weigh(const struct expectation *expected, double count, double ratio);

/* Takes one bucket; returns the score, at least about -1. */
double evidence_update(struct evidence *evidence, const struct detect_scale *scale,
	enum detect_metric metric, const struct detect_input *input,
	const struct expectation *expected);

/* Nothing was seen for `gap_s` after the last bucket. Odds go on; but an onset is not told from
 * beyond a gap of more than an hour that is longer than what its window holds. */
void evidence_skip(struct evidence *evidence, uint32_t scale_s, int64_t gap_s);

/* The window that belongs to the rise with the largest odds. */
const struct evidence_window *evidence_onset(const struct evidence *evidence);

/* Adds the bucket to the sums. */
void evidence_add(struct evidence_window *window, enum detect_metric metric,
	const struct detect_input *input, const struct expectation *expected);

/* The method with the largest sum of `window`, and that sum. Summing before choosing keeps the
 * ratio free of the bias that the largest of each bucket would bring. */
enum detect_method evidence_method(const struct evidence_window *window, double *ret_expected);

#endif
