/* SPDX-License-Identifier: Apache-2.0 */
#include "report/rate_drift.h"

#include <math.h>

#define CORRELATION_MAX 0.8
/* Standard errors that the drift is taken above its estimate. */
#define CAUTION_HOURS 0.5
#define CAUTION_DAYS 1.0
#define KEPT_MIN 0.1
#define WALK_S (16.0 * RATE_HOUR_S) /* two days in a row are as far apart as levels wander */

/* Both windows cut into blocks of time. */
struct blocks {
	const struct rate_fit *fit;
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

/* Sums the slots of the block that begins at slot `*at`; moves `*at` behind them. */
static void sum_block(
	const struct blocks *blocks, enum rate_side side, size_t *at, struct block *ret_block)
{
	const struct rate_window *window = blocks->fit->windows[side];
	size_t first = *at;
	struct block block = {.number = window->slots[first].start_s / blocks->block_s};
	for (; *at < window->count; ++*at) {
		const struct rate_slot *slot = &window->slots[*at];
		double due = rate_fit_due(blocks->fit, side, slot);
		if (slot->start_s / blocks->block_s != block.number)
			break;
		if (!(due > 0))
			continue;
		block.got += slot->count;
		block.due += due;
		block.weight += due * rate_fit_weight(blocks->fit, side, slot);
		block.slots++;
	}
	for (size_t i = first; i < *at && block.got > 0; i++) {
		double due =
			rate_fit_due(blocks->fit, side, &window->slots[i]) * block.got / block.due;
		double off = window->slots[i].count - due;
		if (due > 0)
			block.square += off * off / due;
	}
	*ret_block = block;
}

/* Lets the blocks be as long as leaves enough of them: counts them for the length at hand. */
static uint32_t count_blocks(const struct blocks *blocks)
{
	uint32_t count = 0;
	for (int side = RATE_BEFORE; side < RATE_SIDES; side++)
		for (size_t i = 0; i < blocks->fit->windows[side]->count;) {
			struct block block;
			sum_block(blocks, (enum rate_side)side, &i, &block);
			count += block.slots > 0;
		}
	return count;
}

static void choose_blocks(struct blocks *blocks)
{
	static const int64_t lengths_s[] = {
		24 * RATE_HOUR_S, 6 * RATE_HOUR_S, RATE_HOUR_S, RATE_HOUR_S / 4, 60};
	for (size_t i = 0; i < sizeof lengths_s / sizeof *lengths_s; i++) {
		blocks->block_s = lengths_s[i];
		if (count_blocks(blocks) >= RATE_RATIO_BLOCKS)
			return;
	}
}

/* Pearson's dispersion of slots within their blocks: for Poisson counts the sum of squares of a
 * block of n slots, given its total, has the expectation n - 1. */
static double measure_dispersion(const struct blocks *blocks)
{
	double square = 0, degrees = 1;
	for (int side = RATE_BEFORE; side < RATE_SIDES; side++)
		for (size_t i = 0; i < blocks->fit->windows[side]->count;) {
			struct block block;
			sum_block(blocks, (enum rate_side)side, &i, &block);
			if (!(block.got > 0))
				continue;
			square += block.square;
			degrees += block.slots - 1;
		}
	for (int i = 0; i < RATE_STRATA; i++)
		degrees -= rate_fit_is_shared(
			&blocks->fit->strata[i]); /* the profile was fitted to them */
	return degrees > 0 ? fmax(1, square / degrees) : 1;
}

static void sum_drift(const struct blocks *blocks, enum rate_side side, struct drift_sums *ret_sums)
{
	struct drift_sums sums = {0};
	struct block last = {0}, block;
	for (size_t i = 0; i < blocks->fit->windows[side]->count;) {
		sum_block(blocks, side, &i, &block);
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
static double spread_of(
	const struct blocks *blocks, enum rate_side side, double correlation, bool is_weighted)
{
	double total = 0, sum = 0, behind = 0; /* behind: sum of due x correlation^distance */
	int64_t last = 0;
	struct block block;
	for (size_t i = 0; i < blocks->fit->windows[side]->count;) {
		sum_block(blocks, side, &i, &block);
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
static uint32_t count_contrasts(const struct blocks *blocks)
{
	bool has[2] = {false, false};
	for (int i = 0; i < RATE_STRATA; i++)
		has[i / RATE_HOURS] |= rate_fit_is_shared(&blocks->fit->strata[i]);
	return blocks->block_s == RATE_DAY_S && has[0] && has[1];
}

/* What the profile of hours leaves of the slots' residuals. Where each hour was seen but once or
 * twice, much of what blocks shorter than a day differ by is taken for the hour's own: of the
 * degrees of freedom, and of the variance of levels, of which the window with the larger counts
 * swallows more. */
static void measure_keep(struct blocks *blocks)
{
	double slots = 0, shared = 0, all = 0, swallowed = 0, square[RATE_STRATA] = {0},
	       sum[RATE_STRATA] = {0};
	blocks->kept = blocks->kept_room = 1;
	if (blocks->block_s == RATE_DAY_S)
		return;
	for (int side = RATE_BEFORE; side < RATE_SIDES; side++)
		for (size_t i = 0; i < blocks->fit->windows[side]->count; i++) {
			const struct rate_slot *slot = &blocks->fit->windows[side]->slots[i];
			double due = rate_fit_due(blocks->fit, (enum rate_side)side, slot);
			square[rate_fit_stratum(blocks->fit, slot)] += due * due;
			sum[rate_fit_stratum(blocks->fit, slot)] += due;
			slots += due > 0;
		}
	for (int i = 0; i < RATE_STRATA; i++) {
		shared += rate_fit_is_shared(&blocks->fit->strata[i]);
		all += sum[i];
		swallowed += sum[i] > 0 ? square[i] / sum[i] : 0;
	}
	if (slots > 2)
		blocks->kept = fmax(KEPT_MIN, (slots - 1 - shared) / (slots - 2));
	if (all > 0 && shared > 1)
		blocks->kept_room = fmax(KEPT_MIN, 1 - swallowed / all);
}

/* The variance of the blocks' levels beyond chance, given their correlation: what a window's own
 * mean has swallowed is given back. */
static double measure_drift(const struct blocks *blocks, const struct drift_sums sums[RATE_SIDES],
	double dispersion, double correlation)
{
	double excess = 0, room = 0, all = sums[RATE_BEFORE].due + sums[RATE_AFTER].due;
	double caution = blocks->block_s < RATE_DAY_S ? CAUTION_HOURS : CAUTION_DAYS;
	for (int side = RATE_BEFORE; side < RATE_SIDES; side++) {
		double due = sums[side].due, degrees = sums[side].blocks - 1;
		/* The difference of weekends is learnt from the larger counts above all. */
		double left = degrees - count_contrasts(blocks) * due / all;
		if (sums[side].blocks < 2 || !(left > 0))
			continue;
		double due_degrees = left * blocks->kept;
		excess += sums[side].square -
			  dispersion * (due_degrees - caution * sqrt(2 * due_degrees));
		room += blocks->kept_room * left / degrees *
			(due - due * spread_of(blocks, (enum rate_side)side, correlation, false));
	}
	return room > 0 ? fmax(0, excess / room) : 0;
}

/* From the first slot that was seen to the end of the last, in seconds. */
static void find_span(
	const struct blocks *blocks, enum rate_side side, int64_t *ret_start_s, int64_t *ret_end_s)
{
	const struct rate_window *window = blocks->fit->windows[side];
	const struct rate_slot *first = window->slots, *last = window->slots + window->count - 1;
	*ret_start_s = first->start_s;
	*ret_end_s = last->start_s + blocks->slot_s;
}

/* The variance of the difference of the two windows' mean levels, should levels wander as a random
 * walk does, for each unit of the variance of levels within them. A walk of s^2 a second varies by
 * s^2 T / 6 around its mean within T, and means of two windows, g apart, differ by
 * s^2 (T0 / 3 + T1 / 3 + g). */
static double walk_of(const struct blocks *blocks)
{
	int64_t start_s[RATE_SIDES], end_s[RATE_SIDES];
	for (int side = RATE_BEFORE; side < RATE_SIDES; side++)
		find_span(blocks, (enum rate_side)side, &start_s[side], &end_s[side]);
	double before_s = (double)(end_s[RATE_BEFORE] - start_s[RATE_BEFORE]);
	double after_s = (double)(end_s[RATE_AFTER] - start_s[RATE_AFTER]);
	double gap_s = fmax((double)(start_s[RATE_AFTER] - end_s[RATE_BEFORE]),
		(double)(start_s[RATE_BEFORE] - end_s[RATE_AFTER]));
	gap_s = fmax(gap_s, 0);
	double apart_s = fmin((before_s + after_s) / 3 + gap_s, WALK_S);
	return 12 / (before_s + after_s) * apart_s;
}

/* The variance of ln ratio. */
static double measure_variance(const struct blocks *blocks, struct rate_drift *drift)
{
	struct drift_sums sums[RATE_SIDES];
	double product = 0, weight = 0;
	drift->dispersion = measure_dispersion(blocks);
	for (int side = RATE_BEFORE; side < RATE_SIDES; side++) {
		sum_drift(blocks, (enum rate_side)side, &sums[side]);
		drift->blocks += sums[side].blocks;
		product += sums[side].product;
		weight += sums[side].product_weight;
	}
	double variance = measure_drift(blocks, sums, drift->dispersion, 0);
	double correlation = variance > 0 && weight > 0 ? product / weight / variance : 0;
	if (drift->blocks > 0 && weight > 0)
		correlation += (2 + 4 * fmax(correlation, 0)) / drift->blocks;
	correlation = fmin(fmax(correlation, 0), CORRELATION_MAX);
	variance = measure_drift(blocks, sums, drift->dispersion, correlation);
	drift->deviation = sqrt(variance);
	double spread = spread_of(blocks, RATE_BEFORE, correlation, true) +
			spread_of(blocks, RATE_AFTER, correlation, true);
	if (blocks->block_s < RATE_DAY_S)
		spread = fmax(spread, walk_of(blocks));
	return drift->dispersion * blocks->fit->chance + variance * spread;
}

static int64_t find_slot(const struct blocks *blocks)
{
	int64_t slot_s = RATE_DAY_S;
	for (int side = RATE_BEFORE; side < RATE_SIDES; side++)
		for (size_t i = 1; i < blocks->fit->windows[side]->count; i++) {
			const struct rate_slot *slot = &blocks->fit->windows[side]->slots[i];
			if (slot->start_s - slot[-1].start_s < slot_s)
				slot_s = slot->start_s - slot[-1].start_s;
		}
	return slot_s;
}

void rate_drift_measure(const struct rate_fit *fit, struct rate_drift *ret_drift)
{
	struct blocks blocks = {.fit = fit};
	*ret_drift = (struct rate_drift){0};
	blocks.slot_s = find_slot(&blocks);
	choose_blocks(&blocks);
	measure_keep(&blocks);
	ret_drift->block_s = blocks.block_s;
	ret_drift->variance = measure_variance(&blocks, ret_drift);
	ret_drift->degrees =
		((double)ret_drift->blocks - 2 - count_contrasts(&blocks)) * blocks.kept;
}
