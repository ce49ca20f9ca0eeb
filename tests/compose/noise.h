/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMPOSE_NOISE_H
#define COMPOSE_NOISE_H
/* How counts stray from their expectation. */
#include "random.h"
#include "scenario.h"

/* The wandering level of a bursty kind; zero for the others. */
struct noise {
	double log_level; /* hourly, first-order autoregression */
	double log_day;   /* common to the hours of a UTC day */
	bool begun;
};

/* The factor by which the level of the hour beginning at `hour_us` strays; its mean is 1. Call once
 * an hour, in order. */
double noise_level(struct noise *noise, const struct scenario_kind *kind,
	struct random_stream *random, int64_t hour_us);

/* A count whose expectation is `base` x `factor`. Even kinds round `base` first and the product
 * again, so that a jump is its factor times what a quiet hour shows. */
uint64_t noise_count(
	const struct scenario_kind *kind, struct random_stream *random, double base, double factor);

/* Mean number of flows that start together: 1 unless bursty. */
double noise_burst(const struct scenario_kind *kind);

#endif
