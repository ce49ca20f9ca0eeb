/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/baseline.h"

#include <math.h>
#include <stdbool.h>
#include <stddef.h>

#define LOCAL_SHRINK 5.0  /* counts */
#define SPREAD_SHRINK 5.0 /* buckets */
#define BLOCK_SHRINK 3.0  /* blocks */
#define BLOCK_PRIOR 1.0   /* inflation expected of a series not known yet */
#define NEAR_WEIGHT 0.2   /* of one step's, in the geometric mean */
#define INFLATION_MAX 40.0

static const double SPREAD_PRIOR[DETECT_METRICS] = {[DETECT_HOSTS] = 1.7, [DETECT_FLOWS] = 4.0};

/* Variance inflation by autocorrelation, seen over one step and over a day's worth of steps. */
static double variance_inflation(const struct baseline *baseline)
{
	double rho = (double)baseline->z_product / ((double)baseline->z_square + 10.0);
	rho = fmin(fmax(rho, 0.0), 0.95);
	double block = ((double)baseline->block_square + BLOCK_PRIOR * BLOCK_SHRINK) /
		       ((double)baseline->block_weight + BLOCK_SHRINK);
	double inflation = pow((1.0 + rho) / (1.0 - rho), NEAR_WEIGHT) *
			   pow(fmax(block, 1.0), 1.0 - NEAR_WEIGHT);
	return fmin(inflation, INFLATION_MAX);
}

static void set_variance(const struct baseline *baseline, enum detect_metric metric, double unknown,
	struct expectation *expected)
{
	double mean = expected->best;
	double square = mean * mean;
	double spread = ((double)baseline->spread_got + SPREAD_SHRINK * SPREAD_PRIOR[metric]) /
			((double)baseline->spread_due + SPREAD_SHRINK);
	double noise = fmax(spread * (mean + 0.02 * square), mean + 0.0025 * square);
	expected->burst = fmin(fmax((spread - 1.0) * mean, 0.0), noise - mean);
	expected->slow = noise - mean - expected->burst + square / (baseline->level_got + 0.5) +
			 square * unknown;
	expected->variance = mean + expected->burst + expected->slow;
	expected->spread = spread;
	expected->shape = square / (expected->burst + expected->slow);
}

void baseline_expect(const struct baseline *baseline, const struct season *season,
	const struct detect_settings *settings, uint32_t scale, enum detect_metric metric,
	const struct detect_input *input, struct expectation *ret_expected)
{
	uint32_t scale_s = settings->scale_s[scale];
	double rest = input->rest[metric];
	bool fine = scale_s < settings->scale_s[settings->season_scale];
	struct season_factor count = season_of_count(season, input->start_s, scale_s, fine);
	struct expectation e = {.mean = {NAN, NAN, NAN}};

	e.level = (baseline->level_got + 0.5) / (baseline->level_due + 1.0) * input->coverage;
	e.mean[DETECT_ABSOLUTE] = fmax(e.level * count.factor, 1e-9);
	e.best = e.mean[DETECT_ABSOLUTE];
	double unknown = count.unknown;
	if (isfinite(rest) && baseline->rest_mean > 0.0f) {
		struct season_factor share = season_of_share(season, input->start_s, scale_s, fine);
		e.share_level = (baseline->share_got + 0.5) / (baseline->share_due + 1.0) *
				(rest / (double)baseline->rest_mean);
		e.mean[DETECT_SHARE] = e.share_level * share.factor;
		unknown = fmin(unknown, share.unknown);
		if (e.mean[DETECT_SHARE] > e.best) {
			e.best = e.mean[DETECT_SHARE];
			e.method = DETECT_SHARE;
			unknown = share.unknown;
		}
	}
	if (scale_s < 3600) {
		/* One standard deviation is taken off: chance alone must not raise what is
		 * expected. */
		double got = (double)baseline->local_got + LOCAL_SHRINK;
		double swell = (got - sqrt(got)) / ((double)baseline->local_due + LOCAL_SHRINK);
		e.mean[DETECT_LOCAL] = e.best * swell;
		if (swell > 1.0) {
			e.best = e.mean[DETECT_LOCAL];
			e.method = DETECT_LOCAL;
		}
	}
	set_variance(baseline, metric, unknown, &e);
	e.deflate = 1.0 / variance_inflation(baseline);
	*ret_expected = e;
}

void baseline_fade(struct baseline *baseline)
{
	baseline->local_got *= BASELINE_LOCAL_KEEP;
	baseline->local_due *= BASELINE_LOCAL_KEEP;
}

void baseline_skip(struct baseline *baseline)
{
	baseline->z = 0.0f;
	baseline->block = 0.0f;
	baseline->block_length = 0;
}

void baseline_rescale(struct baseline *baseline, double ratio)
{
	baseline->level_got *= ratio;
	baseline->share_got *= ratio;
}
