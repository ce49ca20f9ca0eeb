/* SPDX-License-Identifier: Apache-2.0 */
#include "report/rate_ratio.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#define HOURS 24
#define STRATA (2 * HOURS) /* hours of weekdays, hours of weekends */
#define HOUR_S 3600
#define DAY_S (24 * HOUR_S)
#define CORRELATION_MAX 0.8
/* Standard errors that the drift is taken above its estimate. */
#define CAUTION_HOURS 0.5
#define CAUTION_DAYS 1.0
#define BLOCKS_FOR_INTERVAL 4
#define NORMAL 1.959963984540054 /* 97.5 % quantile */
#define KEPT_MIN 0.1
#define WALK_S (16.0 * HOUR_S) /* two days in a row are as far apart as levels wander */
#define HALF 0.5 /* added to both counts when one is 0 (J. Haldane, F. Anscombe, 1956) */

enum side { BEFORE, AFTER, SIDES };

/* Events and exposure of one hour of the day. */
struct stratum {
	double count[SIDES], exposure[SIDES];
	double rate; /* of the before window, by both */
};

struct fit {
	const struct rate_window *windows[SIDES];
	struct stratum strata[STRATA];
	enum rate_match match;
	double ratio;         /* > 0 */
	double chance;        /* variance of ln ratio for Poisson counts */
	double adjust[SIDES]; /* so that fitted counts sum to the observed ones */
	int64_t block_s;
	double kept, kept_room; /* see measure_keep() */
	int64_t slot_s;         /* the shortest distance of two slots */
};

/* What the blocks say of one window. */
struct drift_sums {
	double square; /* sum of (got - due)^2 / due */
	double due;
	double product, product_weight; /* of neighbours */
	uint32_t blocks;
};

struct block {
	double got, due; /* counts, fitted counts */
	double weight;   /* in the ratio: fitted counts by Mantel and Haenszel's weights */
	double square;   /* of the slots: sum of (got - due)^2 / due once the block's level is known
			  */
	uint32_t slots;
	int64_t number;
};

double rate_ratio_student(uint32_t degrees)
{
	static const double first[] = {12.706204736174694, 4.302652729749462};
	double x = NORMAL, n = degrees;
	if (degrees <= 2)
		return first[degrees == 2];
	double x2 = x * x;
	double g1 = x * (x2 + 1) / 4;
	double g2 = x * ((5 * x2 + 16) * x2 + 3) / 96;
	double g3 = x * (((3 * x2 + 19) * x2 + 17) * x2 - 15) / 384;
	double g4 = x * ((((79 * x2 + 776) * x2 + 1482) * x2 - 1920) * x2 - 945) / 92160;
	return x + (g1 + (g2 + (g3 + g4 / n) / n) / n) / n;
}

static size_t stratum_of(const struct fit *fit, const struct rate_slot *slot)
{
	int64_t second = slot->start_s % DAY_S, day = slot->start_s / DAY_S % 7; /* 0: a Thursday */
	size_t hour = (size_t)((second + DAY_S) % DAY_S / HOUR_S);
	bool is_weekend = day == 2 || day == 3;
	if (fit->match == RATE_MATCH_NONE)
		return 0;
	return fit->match == RATE_MATCH_WEEK && is_weekend ? hour + HOURS : hour;
}

static void fill_strata(struct fit *fit)
{
	memset(fit->strata, 0, sizeof fit->strata);
	for (int side = BEFORE; side < SIDES; side++)
		for (size_t i = 0; i < fit->windows[side]->count; i++) {
			const struct rate_slot *slot = &fit->windows[side]->slots[i];
			struct stratum *stratum = &fit->strata[stratum_of(fit, slot)];
			if (!(slot->exposure > 0))
				continue;
			stratum->count[side] += slot->count;
			stratum->exposure[side] += slot->exposure;
		}
}

static bool is_shared(const struct stratum *stratum)
{
	return stratum->exposure[BEFORE] > 0 && stratum->exposure[AFTER] > 0;
}

/* Whether the slots of at least half of the after window have their like before. */
static bool is_alike(const struct fit *fit)
{
	double shared = 0, all = 0;
	for (int i = 0; i < STRATA; i++) {
		all += fit->strata[i].exposure[AFTER];
		if (is_shared(&fit->strata[i]))
			shared += fit->strata[i].exposure[AFTER];
	}
	return shared >= all / 2;
}

/* Chooses the finest match that the windows allow. */
static void match_slots(struct fit *fit)
{
	for (fit->match = RATE_MATCH_WEEK;; fit->match--) {
		fill_strata(fit);
		if (fit->match == RATE_MATCH_NONE || is_alike(fit))
			return;
	}
}

/* The Mantel-Haenszel sums, each count raised by `more`: false when one of them is 0. */
static bool weigh_strata(struct fit *fit, double more)
{
	double after = 0, before = 0, variance = 0;
	for (int i = 0; i < STRATA; i++) {
		const struct stratum *stratum = &fit->strata[i];
		double t0 = stratum->exposure[BEFORE], t1 = stratum->exposure[AFTER];
		if (!is_shared(stratum))
			continue;
		double a = stratum->count[AFTER] + more, b = stratum->count[BEFORE] + more;
		after += a * t0 / (t0 + t1);
		before += b * t1 / (t0 + t1);
		variance += (a + b) * t0 * t1 / ((t0 + t1) * (t0 + t1));
	}
	if (!(after > 0) || !(before > 0))
		return false;
	fit->ratio = after / before;
	fit->chance = variance / (after * before);
	return true;
}

/* The fitted rate of each stratum, and the factors that make the windows' sums come out. */
static void fit_strata(struct fit *fit)
{
	double got[SIDES] = {0}, due[SIDES] = {0};
	for (int i = 0; i < STRATA; i++) {
		struct stratum *stratum = &fit->strata[i];
		if (!is_shared(stratum))
			continue;
		stratum->rate = (stratum->count[BEFORE] + stratum->count[AFTER]) /
				(stratum->exposure[BEFORE] + fit->ratio * stratum->exposure[AFTER]);
		got[BEFORE] += stratum->count[BEFORE];
		got[AFTER] += stratum->count[AFTER];
		due[BEFORE] += stratum->rate * stratum->exposure[BEFORE];
		due[AFTER] += stratum->rate * fit->ratio * stratum->exposure[AFTER];
	}
	for (int side = BEFORE; side < SIDES; side++)
		fit->adjust[side] = due[side] > 0 ? got[side] / due[side] : 0;
}

static double due_of(const struct fit *fit, enum side side, const struct rate_slot *slot)
{
	const struct stratum *stratum = &fit->strata[stratum_of(fit, slot)];
	if (!is_shared(stratum) || !(slot->exposure > 0))
		return 0;
	return stratum->rate * slot->exposure * fit->adjust[side] *
	       (side == AFTER ? fit->ratio : 1);
}

/* Where one window has seen an hour often and the other seldom, each of the first one's hours
 * weighs less in the ratio. */
static double weight_of(const struct fit *fit, enum side side, const struct rate_slot *slot)
{
	const struct stratum *stratum = &fit->strata[stratum_of(fit, slot)];
	double other = stratum->exposure[side == BEFORE ? AFTER : BEFORE];
	return other / (other + stratum->exposure[side]);
}

/* Sums the slots of the block that begins at slot `*at`; moves `*at` behind them. */
static void sum_block(const struct fit *fit, enum side side, size_t *at, struct block *ret_block)
{
	const struct rate_window *window = fit->windows[side];
	size_t first = *at;
	struct block block = {.number = window->slots[first].start_s / fit->block_s};
	for (; *at < window->count; ++*at) {
		const struct rate_slot *slot = &window->slots[*at];
		double due = due_of(fit, side, slot);
		if (slot->start_s / fit->block_s != block.number)
			break;
		if (!(due > 0))
			continue;
		block.got += slot->count;
		block.due += due;
		block.weight += due * weight_of(fit, side, slot);
		block.slots++;
	}
	for (size_t i = first; i < *at && block.got > 0; i++) {
		double due = due_of(fit, side, &window->slots[i]) * block.got / block.due;
		double off = window->slots[i].count - due;
		if (due > 0)
			block.square += off * off / due;
	}
	*ret_block = block;
}

/* Lets the blocks be as long as leaves enough of them: counts them for the length at hand. */
static uint32_t count_blocks(const struct fit *fit)
{
	uint32_t count = 0;
	for (int side = BEFORE; side < SIDES; side++)
		for (size_t i = 0; i < fit->windows[side]->count;) {
			struct block block;
			sum_block(fit, (enum side)side, &i, &block);
			count += block.slots > 0;
		}
	return count;
}

static void choose_blocks(struct fit *fit)
{
	static const int64_t lengths_s[] = {24 * HOUR_S, 6 * HOUR_S, HOUR_S, HOUR_S / 4, 60};
	for (size_t i = 0; i < sizeof lengths_s / sizeof *lengths_s; i++) {
		fit->block_s = lengths_s[i];
		if (count_blocks(fit) >= RATE_RATIO_BLOCKS)
			return;
	}
}

/* Pearson's dispersion of slots within their blocks: for Poisson counts the sum of squares of a
 * block of n slots, given its total, has the expectation n - 1. */
static double measure_dispersion(const struct fit *fit)
{
	double square = 0, degrees = 1;
	for (int side = BEFORE; side < SIDES; side++)
		for (size_t i = 0; i < fit->windows[side]->count;) {
			struct block block;
			sum_block(fit, (enum side)side, &i, &block);
			if (!(block.got > 0))
				continue;
			square += block.square;
			degrees += block.slots - 1;
		}
	for (int i = 0; i < STRATA; i++)
		degrees -= is_shared(&fit->strata[i]); /* the profile was fitted to them */
	return degrees > 0 ? fmax(1, square / degrees) : 1;
}

static void sum_drift(const struct fit *fit, enum side side, struct drift_sums *ret_sums)
{
	struct drift_sums sums = {0};
	struct block last = {0}, block;
	for (size_t i = 0; i < fit->windows[side]->count;) {
		sum_block(fit, side, &i, &block);
		if (!(block.due > 0))
			continue;
		double off = block.got - block.due;
		sums.square += off * off / block.due;
		sums.due += block.due;
		sums.blocks++;
		if (sums.blocks > 1 && block.number == last.number + 1) {
			sums.product += off * (last.got - last.due);
			sums.product_weight += block.due * last.due;
		}
		last = block;
	}
	*ret_sums = sums;
}

/* Variance of the logarithm of a window's sum when its blocks' levels vary by 1, with `correlation`
 * from one block to the next: the sum of its counts, or the weighted one that makes the ratio. */
static double spread_of(const struct fit *fit, enum side side, double correlation, bool is_weighted)
{
	double total = 0, sum = 0, behind = 0; /* behind: sum of due x correlation^distance */
	int64_t last = 0;
	struct block block;
	for (size_t i = 0; i < fit->windows[side]->count;) {
		sum_block(fit, side, &i, &block);
		if (!(block.due > 0))
			continue;
		double weight = is_weighted ? block.weight : block.due;
		behind *= total > 0 ? pow(correlation, (double)(block.number - last)) : 0;
		sum += weight * (weight + 2 * behind);
		behind += weight;
		total += weight;
		last = block.number;
	}
	return total > 0 ? sum / (total * total) : 0;
}

/* Weekends have a rate of their own when they are told apart: one degree of freedom. */
static uint32_t count_contrasts(const struct fit *fit)
{
	bool has[2] = {false, false};
	for (int i = 0; i < STRATA; i++)
		has[i / HOURS] |= is_shared(&fit->strata[i]);
	return fit->block_s == DAY_S && has[0] && has[1];
}

/* What the profile of hours leaves of the slots' residuals. Where each hour was seen but once or
 * twice, much of what blocks shorter than a day differ by is taken for the hour's own: of the
 * degrees of freedom, and of the variance of levels, of which the window with the larger counts
 * swallows more. */
static void measure_keep(struct fit *fit)
{
	double slots = 0, shared = 0, all = 0, swallowed = 0, square[STRATA] = {0},
	       sum[STRATA] = {0};
	fit->kept = fit->kept_room = 1;
	if (fit->block_s == DAY_S)
		return;
	for (int side = BEFORE; side < SIDES; side++)
		for (size_t i = 0; i < fit->windows[side]->count; i++) {
			const struct rate_slot *slot = &fit->windows[side]->slots[i];
			double due = due_of(fit, (enum side)side, slot);
			square[stratum_of(fit, slot)] += due * due;
			sum[stratum_of(fit, slot)] += due;
			slots += due > 0;
		}
	for (int i = 0; i < STRATA; i++) {
		shared += is_shared(&fit->strata[i]);
		all += sum[i];
		swallowed += sum[i] > 0 ? square[i] / sum[i] : 0;
	}
	if (slots > 2)
		fit->kept = fmax(KEPT_MIN, (slots - 1 - shared) / (slots - 2));
	if (all > 0 && shared > 1)
		fit->kept_room = fmax(KEPT_MIN, 1 - swallowed / all);
}

/* The variance of the blocks' levels beyond chance, given their correlation: what a window's own
 * mean has swallowed is given back. */
static double measure_drift(const struct fit *fit, const struct drift_sums sums[SIDES],
	double dispersion, double correlation)
{
	double excess = 0, room = 0, all = sums[BEFORE].due + sums[AFTER].due;
	double caution = fit->block_s < DAY_S ? CAUTION_HOURS : CAUTION_DAYS;
	for (int side = BEFORE; side < SIDES; side++) {
		double due = sums[side].due, degrees = sums[side].blocks - 1;
		/* The difference of weekends is learnt from the larger counts above all. */
		double left = degrees - count_contrasts(fit) * due / all;
		if (sums[side].blocks < 2 || !(left > 0))
			continue;
		double due_degrees = left * fit->kept;
		excess += sums[side].square -
			  dispersion * (due_degrees - caution * sqrt(2 * due_degrees));
		room += fit->kept_room * left / degrees *
			(due - due * spread_of(fit, (enum side)side, correlation, false));
	}
	return room > 0 ? fmax(0, excess / room) : 0;
}

/* From the first slot that was seen to the end of the last, in seconds. */
static void find_span(
	const struct fit *fit, enum side side, int64_t *ret_start_s, int64_t *ret_end_s)
{
	const struct rate_window *window = fit->windows[side];
	const struct rate_slot *first = window->slots, *last = window->slots + window->count - 1;
	*ret_start_s = first->start_s;
	*ret_end_s = last->start_s + fit->slot_s;
}

/* The variance of the difference of the two windows' mean levels, should levels wander as a random
 * walk does, for each unit of the variance of levels within them. A walk of s^2 a second varies by
 * s^2 T / 6 around its mean within T, and means of two windows, g apart, differ by
 * s^2 (T0 / 3 + T1 / 3 + g). */
static double walk_of(const struct fit *fit)
{
	int64_t start_s[SIDES], end_s[SIDES];
	for (int side = BEFORE; side < SIDES; side++)
		find_span(fit, (enum side)side, &start_s[side], &end_s[side]);
	double before_s = (double)(end_s[BEFORE] - start_s[BEFORE]);
	double after_s = (double)(end_s[AFTER] - start_s[AFTER]);
	double gap_s = fmax(
		(double)(start_s[AFTER] - end_s[BEFORE]), (double)(start_s[BEFORE] - end_s[AFTER]));
	gap_s = fmax(gap_s, 0);
	double apart_s = fmin((before_s + after_s) / 3 + gap_s, WALK_S);
	return 12 / (before_s + after_s) * apart_s;
}

/* The variance of ln ratio. */
static double measure_variance(const struct fit *fit, struct rate_ratio *ratio)
{
	struct drift_sums sums[SIDES];
	double product = 0, weight = 0;
	ratio->dispersion = measure_dispersion(fit);
	for (int side = BEFORE; side < SIDES; side++) {
		sum_drift(fit, (enum side)side, &sums[side]);
		ratio->blocks += sums[side].blocks;
		product += sums[side].product;
		weight += sums[side].product_weight;
	}
	double variance = measure_drift(fit, sums, ratio->dispersion, 0);
	double correlation = variance > 0 && weight > 0 ? product / weight / variance : 0;
	if (ratio->blocks > 0 && weight > 0)
		correlation += (2 + 4 * fmax(correlation, 0)) / ratio->blocks;
	correlation = fmin(fmax(correlation, 0), CORRELATION_MAX);
	variance = measure_drift(fit, sums, ratio->dispersion, correlation);
	ratio->drift = sqrt(variance);
	double spread = spread_of(fit, BEFORE, correlation, true) +
			spread_of(fit, AFTER, correlation, true);
	if (fit->block_s < DAY_S)
		spread = fmax(spread, walk_of(fit));
	return ratio->dispersion * fit->chance + variance * spread;
}

static int64_t find_slot(const struct fit *fit)
{
	int64_t slot_s = DAY_S;
	for (int side = BEFORE; side < SIDES; side++)
		for (size_t i = 1; i < fit->windows[side]->count; i++) {
			const struct rate_slot *slot = &fit->windows[side]->slots[i];
			if (slot->start_s - slot[-1].start_s < slot_s)
				slot_s = slot->start_s - slot[-1].start_s;
		}
	return slot_s;
}

static void sum_windows(const struct fit *fit, struct rate_ratio *ret_ratio)
{
	double *const counts[SIDES] = {&ret_ratio->before_count, &ret_ratio->after_count};
	double *const exposures[SIDES] = {&ret_ratio->before_exposure, &ret_ratio->after_exposure};
	for (int side = BEFORE; side < SIDES; side++)
		for (size_t i = 0; i < fit->windows[side]->count; i++) {
			const struct rate_slot *slot = &fit->windows[side]->slots[i];
			*counts[side] += slot->exposure > 0 ? slot->count : 0;
			*exposures[side] += slot->exposure > 0 ? slot->exposure : 0;
		}
}

void rate_ratio_compute(const struct rate_window *before, const struct rate_window *after,
	struct rate_ratio *ret_ratio)
{
	struct fit fit = {.windows = {before, after}};
	*ret_ratio = (struct rate_ratio){.ratio = NAN, .low = NAN, .high = NAN, .dispersion = 1};
	sum_windows(&fit, ret_ratio);
	match_slots(&fit);
	bool is_plain = weigh_strata(&fit, 0);
	if (!is_plain) {
		fit.match = RATE_MATCH_NONE;
		fill_strata(&fit);
		if (!(ret_ratio->before_count + ret_ratio->after_count > 0) ||
			!weigh_strata(&fit, HALF))
			return;
	}
	ret_ratio->match = fit.match;
	fit_strata(&fit);
	fit.slot_s = find_slot(&fit);
	choose_blocks(&fit);
	ret_ratio->block_s = fit.block_s;
	measure_keep(&fit);
	double deviation = sqrt(measure_variance(&fit, ret_ratio));
	bool is_new = !(ret_ratio->before_count > 0), is_gone = !(ret_ratio->after_count > 0);
	ret_ratio->ratio = is_plain ? fit.ratio : is_new ? INFINITY : is_gone ? 0 : fit.ratio;
	if (ret_ratio->blocks < BLOCKS_FOR_INTERVAL)
		return;
	double degrees = ret_ratio->blocks - 2 - count_contrasts(&fit);
	degrees *= fit.kept;
	double reach = rate_ratio_student((uint32_t)fmax(1, degrees)) * deviation;
	ret_ratio->low = is_gone ? 0 : fit.ratio * exp(-reach);
	ret_ratio->high = is_new ? INFINITY : fit.ratio * exp(reach);
}
