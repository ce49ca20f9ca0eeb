/* SPDX-License-Identifier: Apache-2.0 */
#include "noise.h"
#include "moment.h"

#include <math.h>

/* A plausible tap: the detector's noise model M. */
static const struct scenario_bursty usual = {
	.spread = 0.2,
	.memory_h = 6,
	.burst = 2,
	.day_spread = 0.05,
};

static const struct scenario_bursty *parameters(const struct scenario_kind *kind)
{
	return kind->bursty ? kind->bursty : &usual;
}

double noise_level(struct noise *noise, const struct scenario_kind *kind,
	struct random_stream *random, int64_t hour_us)
{
	if (kind->noise != SCENARIO_NOISE_BURSTY)
		return 1;
	const struct scenario_bursty *p = parameters(kind);
	double keep = noise->begun ? random_exp(-1 / p->memory_h) : 0;
	noise->log_level =
		keep * noise->log_level + sqrt(1 - keep * keep) * p->spread * random_normal(random);
	if (!noise->begun || hour_us % DAY_US == 0)
		noise->log_day = p->day_spread * random_normal(random);
	noise->begun = true;
	/* The mean of a log-normal level is exp(variance / 2). */
	double variance = p->spread * p->spread + p->day_spread * p->day_spread;
	return random_exp(noise->log_level + noise->log_day - variance / 2);
}

uint64_t noise_count(
	const struct scenario_kind *kind, struct random_stream *random, double base, double factor)
{
	if (kind->noise == SCENARIO_NOISE_EVEN)
		return (uint64_t)(round(base) * factor + 0.5);
	return random_poisson(random, base * factor);
}

double noise_burst(const struct scenario_kind *kind)
{
	return kind->noise == SCENARIO_NOISE_BURSTY ? parameters(kind)->burst : 1;
}
