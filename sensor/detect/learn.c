/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/baseline.h"

#include <math.h>
#include <stdbool.h>

#define BLOCK 24         /* buckets */
#define HOLD_SCORE 3.0   /* above: hold back */
#define COMMIT_SCORE 2.0 /* below: commit */
#define HOLD_MAX 96      /* buckets */
#define BURST_LESSON 3.0 /* what a burst may teach the season, in times what was expected */
#define SEASON_WEEKS 8.0 /* memory of a slot of the season */

static void add(float *sum, double keep, double value)
{
	*sum = (float)((double)*sum * keep + value);
}

/* What a level keeps: of the last third of its life, until that is all it may remember. The first
 * days were learnt without a season and would bend it for long. */
static double level_keep(const struct baseline *baseline, const struct detect_scale *scale)
{
	return 1.0 - 1.0 / fmin(scale->memory, baseline->samples / 3.0 + scale->warm);
}

/* What a slot of the season keeps: the mean of its visits, of at most eight weeks. The correction
 * of finer scales follows a season that is itself being learnt, and so remembers half as long. */
static double season_keep(const struct baseline *baseline, uint32_t scale_s, bool fine)
{
	double weeks = (double)baseline->samples * scale_s / (7 * 86400.0);
	double memory = fmin(SEASON_WEEKS, fine ? 0.3 + weeks / 2.0 : 1.0 + weeks);
	return 1.0 - 1.0 / memory;
}

static void fade(struct baseline *baseline, double keep)
{
	baseline->level_got *= keep;
	baseline->level_due *= keep;
	baseline->share_got *= keep;
	baseline->share_due *= keep;
	add(&baseline->spread_got, keep, 0.0);
	add(&baseline->spread_due, keep, 0.0);
	add(&baseline->z_square, keep, 0.0);
	add(&baseline->z_product, keep, 0.0);
}

static void learn_block(struct baseline *baseline, double z, double keep)
{
	add(&baseline->block, 1.0, z);
	if (++baseline->block_length < BLOCK)
		return;
	double square = (double)baseline->block * (double)baseline->block / BLOCK;
	double block_keep = 1.0 - BLOCK * (1.0 - keep);
	add(&baseline->block_square, block_keep, square);
	add(&baseline->block_weight, block_keep, 1.0);
	baseline->block = 0.0f;
	baseline->block_length = 0;
}

/* Adds the bucket to the lesson that is not learnt yet. Residuals are measured by the whole
 * variance, so that the errors of a young baseline do not pass for dispersion. */
static void prepare(struct baseline *baseline, bool fine, double coverage, double count,
	double rest, const struct expectation *expected)
{
	struct baseline_lesson *held = &baseline->held;
	double absolute = expected->mean[DETECT_ABSOLUTE], base = absolute;
	add(&held->count, 1.0, count);
	add(&held->exposure, 1.0, absolute / expected->level * coverage);
	add(&held->due, 1.0, fine ? absolute : expected->level);
	if (expected->share_level > 0.0) {
		double share = expected->mean[DETECT_SHARE];
		add(&held->share_count, 1.0, count);
		add(&held->share_exposure, 1.0,
			share / expected->share_level * (rest / (double)baseline->rest_mean));
		add(&held->share_due, 1.0, fine ? share : expected->share_level);
		base = fmax(base, share);
	}
	add(&held->local_got, 1.0, count);
	add(&held->local_due, 1.0, base);

	double weight = fmin(expected->best, 1.0);
	double z = (count - expected->best) / sqrt(expected->variance);
	add(&held->spread_got, 1.0, weight * expected->spread * z * z);
	add(&held->spread_due, 1.0, weight);
	add(&held->z_square, 1.0, z * z);
	add(&held->z_product, 1.0, z * (double)baseline->z);
	baseline->z = (float)z;
	held->buckets++;
}

static void commit_local(struct baseline *baseline)
{
	baseline->local_got += baseline->held.local_got;
	baseline->local_due += baseline->held.local_due;
	baseline->held.local_got = baseline->held.local_due = 0.0f;
}

static void teach_season(const struct baseline *baseline, struct season *season,
	const struct detect_settings *settings, uint32_t scale, int64_t start_s,
	struct season_lesson lesson)
{
	uint32_t scale_s = settings->scale_s[scale];
	bool fine = scale_s < settings->scale_s[settings->season_scale];
	lesson.keep = season_keep(baseline, scale_s, fine);
	if (fine)
		season_learn_fine(season, start_s, scale_s, &lesson);
	else
		season_learn(season, start_s, scale_s, &lesson);
}

static void commit(struct baseline *baseline, struct season *season,
	const struct detect_settings *settings, uint32_t scale, int64_t start_s)
{
	struct baseline_lesson *held = &baseline->held;
	struct season_lesson lesson = {
		.got = (double)held->count,
		.due = (double)held->due,
		.share_due = (double)held->share_due,
	};
	baseline->level_got += (double)held->count;
	baseline->level_due += (double)held->exposure;
	baseline->share_got += (double)held->share_count;
	baseline->share_due += (double)held->share_exposure;
	commit_local(baseline);
	baseline->spread_got += held->spread_got;
	baseline->spread_due += held->spread_due;
	baseline->z_square += held->z_square;
	baseline->z_product += held->z_product;
	if (settings->scale_s[scale] < 3600)
		teach_season(baseline, season, settings, scale, start_s, lesson);
	*held = (struct baseline_lesson){0};
}

/* Is the evidence low enough for a lesson, or has it been up for too long to wait for? */
static bool is_settled(const struct baseline *baseline, double score)
{
	return score < COMMIT_SCORE || (score <= HOLD_SCORE && baseline->waited == 0) ||
	       baseline->waited >= HOLD_MAX;
}

/* A lesson of a scale below an hour is one hour: the season's slots are that long. */
static bool ends_lesson(struct baseline *baseline, uint32_t scale_s, int64_t start_s, double score)
{
	if (!is_settled(baseline, score)) {
		baseline->waited++;
		return false;
	}
	if (scale_s < 3600 && (start_s + scale_s) % 3600 != 0 && baseline->waited < HOLD_MAX &&
		baseline->held.buckets < HOLD_MAX)
		return false;
	baseline->waited = 0;
	return true;
}

/* Warm-up: plain means, no season; at its end the season gets what it should have been taught. */
static void warm_up(struct baseline *baseline, struct season *season,
	const struct detect_settings *settings, uint32_t scale, const struct detect_input *input,
	enum detect_metric metric)
{
	uint32_t scale_s = settings->scale_s[scale];
	double rest = isfinite(input->rest[metric]) ? input->rest[metric] : 0.0;
	struct season_lesson lesson = {
		.got = input->count[metric],
		.due = input->coverage,
		.share_due = rest,
		.keep = 1.0,
	};
	bool fine = scale_s < settings->scale_s[settings->season_scale];
	baseline->level_got += lesson.got;
	baseline->level_due += lesson.due;
	baseline->share_got += rest > 0.0 ? lesson.got : 0.0;
	baseline->share_due += rest;
	if (!fine)
		season_learn(season, input->start_s, scale_s, &lesson);
	if (++baseline->samples < settings->scales[scale].warm)
		return;
	if (!fine)
		season_settle(season, scale_s, baseline->level_got / baseline->level_due,
			baseline->share_got / fmax(baseline->share_due, 1.0));
	baseline->rest_mean = (float)(baseline->share_due / baseline->level_due);
	if (baseline->rest_mean > 0.0f)
		baseline->share_due /= (double)baseline->rest_mean;
}

void baseline_learn(struct baseline *baseline, struct season *season,
	const struct detect_settings *settings, uint32_t scale, enum detect_metric metric,
	const struct detect_input *input, const struct expectation *expected, double score)
{
	const struct detect_scale *traits = &settings->scales[scale];
	bool fine = settings->scale_s[scale] < settings->scale_s[settings->season_scale];
	double cap = expected->best + 5.0 * sqrt(expected->variance) + 10.0;
	double count = fmin(input->count[metric], cap), keep = level_keep(baseline, traits);

	if (baseline->samples < traits->warm) {
		warm_up(baseline, season, settings, scale, input, metric);
		return;
	}
	fade(baseline, keep);
	baseline_fade(baseline);
	prepare(baseline, fine, input->coverage, count, input->rest[metric], expected);
	if (settings->scale_s[scale] >=
		3600) /* each bucket has a slot of its own: nothing to wait for */
		teach_season(baseline, season, settings, scale, input->start_s,
			(struct season_lesson){.got = count,
				.due = expected->level,
				.share_due = expected->share_level});
	learn_block(baseline, (double)baseline->z, keep);
	if (is_settled(baseline, score))
		commit_local(baseline);
	if (ends_lesson(baseline, settings->scale_s[scale], input->start_s, score))
		commit(baseline, season, settings, scale, input->start_s);
	baseline->samples++;
}

void baseline_learn_burst(struct baseline *baseline, struct season *season,
	const struct detect_settings *settings, uint32_t scale, int64_t start_s, uint32_t buckets,
	double count, double mean)
{
	double residual = count - mean, weight = fmin(mean, 1.0);
	add(&baseline->spread_got, 1.0, weight * residual * residual / (mean + 0.02 * mean * mean));
	add(&baseline->spread_due, 1.0, weight);
	if (settings->scale_s[scale] < 3600)
		return;
	struct season_lesson lesson = {
		.got = fmin(count, BURST_LESSON * mean + 10.0) / buckets,
		.due = (baseline->level_got + 0.5) / (baseline->level_due + 1.0),
	};
	for (uint32_t i = 0; i < buckets; i++)
		teach_season(baseline, season, settings, scale,
			start_s + (int64_t)i * settings->scale_s[scale], lesson);
}

void baseline_drop(struct baseline *baseline)
{
	baseline->held = (struct baseline_lesson){0};
}
