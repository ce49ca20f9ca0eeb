/* SPDX-License-Identifier: Apache-2.0 */
#include "report/rate_fit.h"

#include <string.h>

#define HALF 0.5

size_t rate_fit_stratum(const struct rate_fit *fit, const struct rate_slot *slot)
{
	int64_t second = slot->start_s % RATE_DAY_S,
		day = slot->start_s / RATE_DAY_S % 7; /* 0: a Thursday */
	size_t hour = (size_t)((second + RATE_DAY_S) % RATE_DAY_S / RATE_HOUR_S);
	bool is_weekend = day == 2 || day == 3;
	if (fit->match == RATE_MATCH_NONE)
		return 0;
	return fit->match == RATE_MATCH_WEEK && is_weekend ? hour + RATE_HOURS : hour;
}

static void fill_strata(struct rate_fit *fit)
{
	memset(fit->strata, 0, sizeof fit->strata);
	for (int side = RATE_BEFORE; side < RATE_SIDES; side++)
		for (size_t i = 0; i < fit->windows[side]->count; i++) {
			const struct rate_slot *slot = &fit->windows[side]->slots[i];
			struct rate_stratum *stratum = &fit->strata[rate_fit_stratum(fit, slot)];
			if (!(slot->exposure > 0))
				continue;
			stratum->count[side] += slot->count;
			stratum->exposure[side] += slot->exposure;
		}
}

bool rate_fit_is_shared(const struct rate_stratum *stratum)
{
	return stratum->exposure[RATE_BEFORE] > 0 && stratum->exposure[RATE_AFTER] > 0;
}

/* Whether the slots of at least half of the after window have their like before. */
static bool is_alike(const struct rate_fit *fit)
{
	double shared = 0, all = 0;
	for (int i = 0; i < RATE_STRATA; i++) {
		all += fit->strata[i].exposure[RATE_AFTER];
		if (rate_fit_is_shared(&fit->strata[i]))
			shared += fit->strata[i].exposure[RATE_AFTER];
	}
	return shared >= all / 2;
}

/* Chooses the finest match that the windows allow. */
static void match_slots(struct rate_fit *fit)
{
	for (fit->match = RATE_MATCH_WEEK;; fit->match--) {
		fill_strata(fit);
		if (fit->match == RATE_MATCH_NONE || is_alike(fit))
			return;
	}
}

/* The Mantel-Haenszel sums, each count raised by `more`: false when one of them is 0. */
static bool weigh_strata(struct rate_fit *fit, double more)
{
	double after = 0, before = 0, variance = 0;
	for (int i = 0; i < RATE_STRATA; i++) {
		const struct rate_stratum *stratum = &fit->strata[i];
		double t0 = stratum->exposure[RATE_BEFORE], t1 = stratum->exposure[RATE_AFTER];
		if (!rate_fit_is_shared(stratum))
			continue;
		double a = stratum->count[RATE_AFTER] + more,
		       b = stratum->count[RATE_BEFORE] + more;
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
static void fit_strata(struct rate_fit *fit)
{
	double got[RATE_SIDES] = {0}, due[RATE_SIDES] = {0};
	for (int i = 0; i < RATE_STRATA; i++) {
		struct rate_stratum *stratum = &fit->strata[i];
		if (!rate_fit_is_shared(stratum))
			continue;
		stratum->rate = (stratum->count[RATE_BEFORE] + stratum->count[RATE_AFTER]) /
				(stratum->exposure[RATE_BEFORE] +
					fit->ratio * stratum->exposure[RATE_AFTER]);
		got[RATE_BEFORE] += stratum->count[RATE_BEFORE];
		got[RATE_AFTER] += stratum->count[RATE_AFTER];
		due[RATE_BEFORE] += stratum->rate * stratum->exposure[RATE_BEFORE];
		due[RATE_AFTER] += stratum->rate * fit->ratio * stratum->exposure[RATE_AFTER];
	}
	for (int side = RATE_BEFORE; side < RATE_SIDES; side++)
		fit->adjust[side] = due[side] > 0 ? got[side] / due[side] : 0;
}

double rate_fit_due(const struct rate_fit *fit, enum rate_side side, const struct rate_slot *slot)
{
	const struct rate_stratum *stratum = &fit->strata[rate_fit_stratum(fit, slot)];
	if (!rate_fit_is_shared(stratum) || !(slot->exposure > 0))
		return 0;
	return stratum->rate * slot->exposure * fit->adjust[side] *
	       (side == RATE_AFTER ? fit->ratio : 1);
}

double rate_fit_weight(
	const struct rate_fit *fit, enum rate_side side, const struct rate_slot *slot)
{
	const struct rate_stratum *stratum = &fit->strata[rate_fit_stratum(fit, slot)];
	double other = stratum->exposure[side == RATE_BEFORE ? RATE_AFTER : RATE_BEFORE];
	return other / (other + stratum->exposure[side]);
}

bool rate_fit_compute(
	const struct rate_window *before, const struct rate_window *after, struct rate_fit *ret_fit)
{
	*ret_fit = (struct rate_fit){.windows = {before, after}};
	match_slots(ret_fit);
	bool is_plain = weigh_strata(ret_fit, 0);
	if (!is_plain) {
		ret_fit->match = RATE_MATCH_NONE;
		fill_strata(ret_fit);
		const struct rate_stratum *all = &ret_fit->strata[0];
		bool is_empty = !(all->count[RATE_BEFORE] + all->count[RATE_AFTER] > 0);
		if (is_empty || !weigh_strata(ret_fit, HALF))
			return false;
	}
	fit_strata(ret_fit);
	return is_plain;
}
