/* SPDX-License-Identifier: Apache-2.0 */
#include "report/rate_ratio.h"

#include <math.h>

#include "report/rate_drift.h"

#define BLOCKS_FOR_INTERVAL 4
#define NORMAL 1.959963984540054 /* 97.5 % quantile */

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

static void sum_window(const struct rate_window *window, double *ret_count, double *ret_exposure)
{
	for (size_t i = 0; i < window->count; i++) {
		const struct rate_slot *slot = &window->slots[i];
		*ret_count += slot->exposure > 0 ? slot->count : 0;
		*ret_exposure += slot->exposure > 0 ? slot->exposure : 0;
	}
}

void rate_ratio_compute(const struct rate_window *before, const struct rate_window *after,
	struct rate_ratio *ret_ratio)
{
	struct rate_ratio ratio = {.ratio = NAN, .low = NAN, .high = NAN, .dispersion = 1};
	struct rate_fit fit;
	struct rate_drift drift;
	sum_window(before, &ratio.before_count, &ratio.before_exposure);
	sum_window(after, &ratio.after_count, &ratio.after_exposure);
	bool is_plain = rate_fit_compute(before, after, &fit);
	bool is_new = !(ratio.before_count > 0), is_gone = !(ratio.after_count > 0);
	*ret_ratio = ratio;
	if (!(fit.ratio > 0))
		return;
	rate_drift_measure(&fit, &drift);
	ret_ratio->match = fit.match;
	ret_ratio->dispersion = drift.dispersion;
	ret_ratio->drift = drift.deviation;
	ret_ratio->blocks = drift.blocks;
	ret_ratio->block_s = drift.block_s;
	ret_ratio->ratio = is_plain ? fit.ratio : is_new ? INFINITY : is_gone ? 0 : fit.ratio;
	if (drift.blocks < BLOCKS_FOR_INTERVAL)
		return;
	double reach = rate_ratio_student((uint32_t)fmax(1, drift.degrees)) * sqrt(drift.variance);
	ret_ratio->low = is_gone ? 0 : fit.ratio * exp(-reach);
	ret_ratio->high = is_new ? INFINITY : fit.ratio * exp(reach);
}
