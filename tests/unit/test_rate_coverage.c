/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Does the 95 % interval hold the truth as often as it says? Two windows of simulated hours with a
 * planted 13-fold change, 400 seeds for each cell. The noise is that of the detector's goals:
 * P Poisson; M a level that wanders (log-AR(1), sd .2, memory 6 h), flows in bursts of 2, days that
 * differ by 5 %; A the same with .4, 12 h, 4 and 15 %.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "report/rate_ratio.h"

#define PLANTED 13.0
#define SEEDS 400
#define HOURS_MAX (60 * 24)

struct noise {
	double deviation, memory_h, burst, day_effect;
};

static const struct noise P = {0, 1, 1, 0}, M = {.2, 6, 2, .05}, A = {.4, 12, 4, .15};

struct random {
	uint64_t state;
};

static double uniform(struct random *random)
{
	uint64_t z = random->state += UINT64_C(0x9e3779b97f4a7c15); /* splitmix64 */
	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return ((double)((z ^ z >> 31) >> 11) + .5) / 9007199254740992.0;
}

static double normal(struct random *random)
{
	double radius = sqrt(-2 * log(uniform(random)));
	return radius * cos(6.283185307179586 * uniform(random));
}

static double poisson(struct random *random, double mean)
{
	if (mean > 50)
		return fmax(0, round(mean + sqrt(mean) * normal(random)));
	double floor = exp(-mean), product = uniform(random);
	int count = 0;
	for (; product > floor; count++)
		product *= uniform(random);
	return count;
}

/* Flows that come in geometric bursts. */
static double bursts(struct random *random, const struct noise *noise, double mean)
{
	double starts = poisson(random, mean / noise->burst), count = 0;
	if (!(noise->burst > 1))
		return starts;
	for (int i = 0; i < (int)starts; i++)
		count += ceil(log(uniform(random)) / log1p(-1 / noise->burst));
	return count;
}

static void simulate(struct random *random, const struct noise *noise, double base, int hours,
	int hours_before, struct rate_slot *ret_slots)
{
	double keep = exp(-1 / noise->memory_h);
	double level = noise->deviation * normal(random), day = 0;
	for (int i = 0; i < hours; i++) {
		int hour = i % 24;
		double profile = 1 + .75 * sin(6.283185307179586 * hour / 24);
		if (hour == 0)
			day = noise->day_effect * normal(random);
		level = keep * level + noise->deviation * sqrt(1 - keep * keep) * normal(random);
		double mean = base * profile * exp(level + day) * (i < hours_before ? 1 : PLANTED);
		ret_slots[i] = (struct rate_slot){i * 3600, bursts(random, noise, mean), 1};
	}
}

/* How often, in per cent, the interval holds the planted ratio; and the median of high / low. */
static double measure(const struct noise *noise, double base, int hours_before, int hours_after,
	double *ret_width)
{
	static struct rate_slot slots[HOURS_MAX];
	int held = 0;
	double width = 0;
	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		struct random random = {seed * UINT64_C(0xd1342543de82ef95)};
		struct rate_window before = {slots, (size_t)hours_before};
		struct rate_window after = {slots + hours_before, (size_t)hours_after};
		struct rate_ratio ratio;
		simulate(&random, noise, base, hours_before + hours_after, hours_before, slots);
		rate_ratio_compute(&before, &after, &ratio);
		held += ratio.low <= PLANTED && PLANTED <= ratio.high;
		width += log(ratio.high / ratio.low) / SEEDS;
	}
	*ret_width = exp(width / 2);
	return 100.0 * held / SEEDS;
}

struct cell {
	const struct noise *noise;
	double base; /* mean of an hour */
	int days_before, days_after;
	double held_min;  /* per cent */
	double width_max; /* mean of sqrt(high / low): a useless interval holds everything */
};

static void check(const char *name, const struct cell *cells, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct cell *cell = &cells[i];
		double width, held = measure(cell->noise, cell->base, 24 * cell->days_before,
				      24 * cell->days_after, &width);
		printf("# %s base %g, %d d : %d d: held in %.1f %%, times or over %.2f\n", name,
			cell->base, cell->days_before, cell->days_after, held, width);
		if (held < cell->held_min || width > cell->width_max)
			fail_msg("wanted %g %%, %g", cell->held_min, cell->width_max);
	}
}

#define CELLS(name, ...)                                                                           \
	static void name(void **state)                                                             \
	{                                                                                          \
		static const struct cell cells[] = {__VA_ARGS__};                                  \
		(void)state;                                                                       \
		check(#name, cells, sizeof cells / sizeof *cells);                                 \
	}

CELLS(poisson_counts, {&P, .5, 21, 1, 93, 1.5}, {&P, 2, 21, 1, 93, 1.25}, {&P, 10, 21, 1, 93, 1.1},
	{&P, 100, 21, 1, 93, 1.04}, {&P, 10, 7, 7, 93, 1.1}, {&P, 10, 1, 1, 93, 1.3},
	{&P, 10, 28, 28, 93, 1.05})

CELLS(wandering_counts, {&M, .5, 21, 1, 93, 2.3}, {&M, 2, 21, 1, 93, 1.6}, {&M, 10, 21, 1, 93, 1.5},
	{&M, 100, 21, 1, 93, 1.45}, {&M, 10, 7, 7, 93, 1.35}, {&M, 10, 28, 28, 93, 1.15},
	{&M, 10, 7, 1, 92, 2}, {&M, 10, 10, 2, 86, 1.4})

CELLS(wild_counts, {&A, .5, 21, 1, 92, 4}, {&A, 2, 21, 1, 92, 2.6}, {&A, 10, 21, 1, 92, 2.3},
	{&A, 100, 21, 1, 92, 2.3}, {&A, 10, 7, 7, 88, 1.8}, {&A, 10, 28, 28, 92, 1.4})

/* A day on either side cannot show how much days differ: a known limit, held here so that it does
 * not grow. */
CELLS(a_day_against_a_day, {&M, 10, 1, 1, 80, 1.5}, {&A, 10, 1, 1, 65, 1.8})

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(poisson_counts),
		cmocka_unit_test(wandering_counts),
		cmocka_unit_test(wild_counts),
		cmocka_unit_test(a_day_against_a_day),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
