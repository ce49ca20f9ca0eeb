/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/baseline.h"

#include <math.h>
#include <stdbool.h>
#include <stddef.h>

#define LOCAL_KEEP 0.97938 /* e^(-1/48) */
#define LOCAL_SHRINK 5.0   /* counts */
#define SPREAD_SHRINK 5.0  /* buckets */
#define BLOCK 24           /* buckets */
#define BLOCK_SHRINK 3.0   /* blocks */
#define INFLATION_MAX 40.0
#define HOLD_SCORE 3.0   /* above: hold back */
#define COMMIT_SCORE 2.0 /* below: commit */
#define HOLD_MAX 96      /* buckets */
#define REST_SAMPLES 168 /* buckets that settle the unit of the rest */

static const double SPREAD_PRIOR[DETECT_METRICS] = {[DETECT_HOSTS] = 1.05, [DETECT_FLOWS] = 1.5};

/* The season's uncertainty that goes with each method. */
struct candidate {
	double mean, unknown;
};

static double inflation(const struct baseline *baseline)
{
	double rho = (double)baseline->z_product / ((double)baseline->z_square + 10.0);
	rho = fmin(fmax(rho, 0.0), 0.95);
	double block = ((double)baseline->block_square + BLOCK_SHRINK) /
		       ((double)baseline->block_weight + BLOCK_SHRINK);
	return fmin(fmax((1.0 + rho) / (1.0 - rho), fmax(block, 1.0)), INFLATION_MAX);
}

static void set_variance(const struct baseline *baseline, enum detect_metric metric, double unknown,
	struct expectation *expected)
{
	double mean = expected->best;
	double square = mean * mean;
	double spread = (baseline->spread_got + SPREAD_SHRINK * SPREAD_PRIOR[metric]) /
			(baseline->spread_due + SPREAD_SHRINK);
	expected->variance = fmax(spread * (mean + 0.02 * square), mean + 0.0025 * square) +
			     square / (baseline->level_got + 0.5) + square * unknown;
	expected->shape = square / (expected->variance - mean);
}

void baseline_expect(const struct baseline *baseline, const struct season *season,
	const struct detect_settings *settings, uint32_t scale, enum detect_metric metric,
	const struct detect_input *input, struct expectation *ret_expected)
{
	uint32_t scale_s = settings->scale_s[scale];
	double rest = input->rest[metric];
	struct season_factor count = season_of_count(season, input->start_s, scale_s);
	struct expectation e = {.mean = {NAN, NAN, NAN}};

	e.level = (baseline->level_got + 0.5) / (baseline->level_due + 1.0) * input->coverage;
	e.mean[DETECT_ABSOLUTE] = fmax(e.level * count.factor, 1e-9);
	e.best = e.mean[DETECT_ABSOLUTE];
	double unknown = count.unknown;
	if (isfinite(rest) && baseline->rest_mean > 0.0) {
		struct season_factor share = season_of_share(season, input->start_s, scale_s);
		e.share_level = (baseline->share_got + 0.5) / (baseline->share_due + 1.0) *
				(rest / baseline->rest_mean);
		e.mean[DETECT_SHARE] = e.share_level * share.factor;
		unknown = fmin(unknown, share.unknown);
		if (e.mean[DETECT_SHARE] > e.best) {
			e.best = e.mean[DETECT_SHARE];
			e.method = DETECT_SHARE;
			unknown = share.unknown;
		}
	}
	if (scale_s < 3600) {
		double swell = ((double)baseline->local_got + LOCAL_SHRINK) /
			       ((double)baseline->local_due + LOCAL_SHRINK);
		e.mean[DETECT_LOCAL] = e.best * swell;
		if (swell > 1.0) {
			e.best = e.mean[DETECT_LOCAL];
			e.method = DETECT_LOCAL;
		}
	}
	set_variance(baseline, metric, unknown, &e);
	e.deflate = 1.0 / inflation(baseline);
	*ret_expected = e;
}

static void learn_block(struct baseline *baseline, double z, double keep)
{
	baseline->block = (float)((double)baseline->block + z);
	if (++baseline->block_length < BLOCK)
		return;
	double square = (double)baseline->block * (double)baseline->block / BLOCK;
	double block_keep = 1.0 - BLOCK * (1.0 - keep);
	baseline->block_square = (float)((double)baseline->block_square * block_keep + square);
	baseline->block_weight = (float)((double)baseline->block_weight * block_keep + 1.0);
	baseline->block = 0.0f;
	baseline->block_length = 0;
}

static void commit(struct baseline *baseline)
{
	baseline->spread_got += (double)baseline->held_got;
	baseline->spread_due += (double)baseline->held_due;
	baseline->z_square += baseline->held_square;
	baseline->z_product += baseline->held_product;
	baseline->held_got = baseline->held_due = 0.0f;
	baseline->held_square = baseline->held_product = 0.0f;
	baseline->held = 0;
}

static void learn_spread(struct baseline *baseline, const struct expectation *expected, double keep,
	double count, double score)
{
	double mean = expected->best, residual = count - mean;
	double weight = fmin(mean, 1.0);
	double z = residual / sqrt(expected->variance);

	baseline->spread_got *= keep;
	baseline->spread_due *= keep;
	baseline->z_square = (float)((double)baseline->z_square * keep);
	baseline->z_product = (float)((double)baseline->z_product * keep);
	baseline->held_got += (float)(weight * residual * residual / (mean + 0.02 * mean * mean));
	baseline->held_due += (float)weight;
	baseline->held_square += (float)(z * z);
	baseline->held_product += (float)(z * (double)baseline->z);
	baseline->z = (float)z;
	baseline->held++;
	if (score < COMMIT_SCORE || baseline->held >= HOLD_MAX ||
		(score <= HOLD_SCORE && baseline->held == 1))
		commit(baseline);
	if (score <= HOLD_SCORE)
		learn_block(baseline, z, keep);
}

static void learn_rest(struct baseline *baseline, double rest, double coverage)
{
	if (baseline->samples >= REST_SAMPLES)
		return;
	double known = baseline->samples + 1.0;
	double mean = baseline->rest_mean + (rest / coverage - baseline->rest_mean) / known;
	if (baseline->rest_mean > 0.0 && mean > 0.0)
		baseline->share_due *=
			baseline->rest_mean / mean; /* the same share in the new unit */
	baseline->rest_mean = mean;
}

void baseline_learn(struct baseline *baseline, struct season *season,
	const struct detect_settings *settings, uint32_t scale, enum detect_metric metric,
	const struct detect_input *input, const struct expectation *expected, double score)
{
	uint32_t scale_s = settings->scale_s[scale];
	const struct detect_scale *traits = &settings->scales[scale];
	double rest = input->rest[metric];
	double cap = expected->best + 5.0 * sqrt(expected->variance) + 10.0;
	double count = fmin(input->count[metric], cap);

	double exposure = expected->mean[DETECT_ABSOLUTE] / expected->level * input->coverage;
	baseline->level_got = baseline->level_got * traits->keep + count;
	baseline->level_due = baseline->level_due * traits->keep + exposure;
	if (isfinite(rest)) {
		learn_rest(baseline, rest, input->coverage);
		if (expected->share_level > 0.0) {
			double share_exposure = expected->mean[DETECT_SHARE] /
						expected->share_level *
						(rest / baseline->rest_mean);
			baseline->share_got = baseline->share_got * traits->keep + count;
			baseline->share_due = baseline->share_due * traits->keep + share_exposure;
		}
	}
	if (scale_s < 3600 && score <= HOLD_SCORE) {
		double base = fmax(expected->mean[DETECT_ABSOLUTE],
			isnan(expected->mean[DETECT_SHARE]) ? 0.0 : expected->mean[DETECT_SHARE]);
		baseline->local_got = (float)((double)baseline->local_got * LOCAL_KEEP + count);
		baseline->local_due = (float)((double)baseline->local_due * LOCAL_KEEP + base);
	}
	learn_spread(baseline, expected, traits->keep, count, score);
	if (season != NULL)
		season_learn(season, input->start_s, scale_s, traits->season_keep, count,
			expected->level, expected->share_level);
	baseline->samples++;
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
