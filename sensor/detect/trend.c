/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/trend.h"

#include <math.h>
#include <string.h>

#define WEEK_S (7 * 86400)
#define SIGMAS 3.1 /* one-sided 99.9 % */

static double sum(const float values[TREND_WEEKS])
{
	double total = 0.0;
	for (int i = 0; i < TREND_WEEKS; i++)
		total += (double)values[i];
	return total;
}

/* The running week is over: the first four become the reference, from then on four slide. */
static void finish_weeks(struct trend *trend, int64_t count)
{
	for (int64_t i = 0; i < count && i < TREND_WEEKS; i++) {
		memmove(trend->got, trend->got + 1, sizeof trend->got - sizeof trend->got[0]);
		memmove(trend->due, trend->due + 1, sizeof trend->due - sizeof trend->due[0]);
		trend->got[TREND_WEEKS - 1] = trend->due[TREND_WEEKS - 1] = 0.0f;
	}
}

static bool compare(struct trend *trend, double variance_ratio, struct trend_change *ret_change)
{
	double got = sum(trend->got), due = sum(trend->due);
	if (!(due > 0.0) || !(trend->reference_due > 0.0))
		return false;
	double before = trend->reference_got + 0.5;
	double expected = before / trend->reference_due * due;
	double ratio = got / expected;
	double told = (double)trend->told;
	double deviation = sqrt(variance_ratio * (1.0 / (got + 0.5) + 1.0 / before));
	double low = ratio * exp(-SIGMAS * deviation);
	if (ratio < 2.0 * told || low <= told)
		return false;
	trend->told = (float)ratio;
	*ret_change = (struct trend_change){
		.observed = got, .expected = expected, .covered = due, .ratio = ratio, .low = low};
	return true;
}

bool trend_update(struct trend *trend, int64_t start_s, double count, double coverage,
	double variance_ratio, struct trend_change *ret_change)
{
	int32_t week = (int32_t)(start_s / WEEK_S);
	bool told = false;
	if (trend->weeks == 0 && trend->week == 0) {
		trend->week = week;
		trend->told = 1.0f;
	}
	if (week != trend->week) {
		trend->weeks++;
		if (trend->weeks == TREND_WEEKS) {
			trend->reference_got = sum(trend->got);
			trend->reference_due = sum(trend->due);
		}
		if (trend->weeks >= 2 * TREND_WEEKS)
			told = compare(trend, variance_ratio, ret_change);
		finish_weeks(trend, week - trend->week);
		trend->week = week;
	}
	trend->got[TREND_WEEKS - 1] += (float)count;
	trend->due[TREND_WEEKS - 1] += (float)coverage;
	return told;
}

void trend_tell(struct trend *trend, double ratio)
{
	if (ratio > 1.0)
		trend->told = (float)((double)trend->told * ratio);
}
