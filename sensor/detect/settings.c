/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/settings.h"

#include <errno.h>
#include <math.h>
#include <stddef.h>

#define DAY_S 86400
#define WEEK_S (7 * DAY_S)
#define YEAR_S 31557600.0

/* What was tuned per bucket length; tests/bench/detector judges each figure. */
static const struct {
	uint32_t scale_s;
	uint32_t memory_days; /* of the levels */
	double leak_buckets;  /* memory of the evidence */
	uint32_t settle_days;
	uint32_t warm, learning; /* buckets */
} TRAITS[] = {
	{60, 28, 48, 7, 1440, 21 * 1440},
	{300, 28, 48, 7, 288, 21 * 288},
	{3600, 28, 48, 7, 24, 21 * 24},
	{DAY_S, 56, 28, 28, 7, 28},
	{WEEK_S, 182, 13, 84, 4, 13},
};

static int scale_init(struct detect_settings *settings, uint32_t scale_s, double budget)
{
	for (size_t i = 0; i < sizeof TRAITS / sizeof TRAITS[0]; i++) {
		if (TRAITS[i].scale_s != scale_s)
			continue;
		double memory = TRAITS[i].memory_days * (double)DAY_S / scale_s;
		struct detect_scale *scale = &settings->scales[settings->scale_count];
		scale->threshold = fmax(log(YEAR_S / scale_s * budget), 3.0);
		scale->memory = memory;
		scale->leak = exp(-1.0 / TRAITS[i].leak_buckets);
		scale->close = fmax(log(4.0 * DAY_S / scale_s), 4.6);
		scale->settle_s = (int64_t)TRAITS[i].settle_days * DAY_S;
		scale->warm = TRAITS[i].warm;
		scale->learning = TRAITS[i].learning;
		settings->scale_s[settings->scale_count++] = scale_s;
		return 0;
	}
	return -EINVAL;
}

static int init_scales(struct detect_settings *settings, const uint32_t *scale_s, uint32_t count,
	double alarms_per_year, uint32_t pairs)
{
	if (!(alarms_per_year > 0.0) || !isfinite(alarms_per_year) || pairs == 0)
		return -EINVAL;
	double budget = (double)pairs * count / alarms_per_year;
	for (uint32_t i = 0; i < count; i++) {
		int r = scale_init(settings, scale_s[i], budget);
		if (r < 0)
			return r;
		if (scale_s[i] <= 3600)
			settings->season_scale = i;
		if (scale_s[i] <= DAY_S)
			settings->trend_scale = i;
	}
	settings->gate_ratio = 1.5;
	settings->gate_excess[DETECT_HOSTS] = 3.0;
	settings->gate_excess[DETECT_FLOWS] = 5.0;
	return 0;
}

int detect_settings_init(
	struct detect_settings *ret_settings, double alarms_per_year, uint32_t pairs)
{
	static const uint32_t SCALES[] = {60, 3600, DAY_S, WEEK_S};
	struct detect_settings settings = {
		.metrics = 1u << DETECT_HOSTS | 1u << DETECT_FLOWS,
	};
	int r = init_scales(&settings, SCALES, 4, alarms_per_year, pairs);
	if (r == 0)
		*ret_settings = settings;
	return r;
}

int detect_settings_init_single(struct detect_settings *ret_settings, enum detect_metric metric,
	uint32_t scale_s, double alarms_per_year, uint32_t pairs)
{
	struct detect_settings settings = {.metrics = 1u << metric};
	int r = init_scales(&settings, &scale_s, 1, alarms_per_year, pairs);
	if (r == 0)
		*ret_settings = settings;
	return r;
}
