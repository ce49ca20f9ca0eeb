/* SPDX-License-Identifier: Apache-2.0 */
#ifndef REPORT_RATE_RATIO_H
#define REPORT_RATE_RATIO_H
/*
 * How many times as much: the ratio of the rates of two windows of counts, with a 95 % confidence
 * interval that allows for overdispersion and for levels that drift. Pure arithmetic.
 *
 * Ratio. Like is compared with like: the Mantel-Haenszel rate ratio (K. Rothman, S. Greenland,
 * "Modern Epidemiology", 2nd ed., chapter 15) over the 24 hours of the day (UTC), those of Saturday
 * and Sunday apart, so that a working morning is held neither against a night nor against a Sunday.
 * Where less than half of the after window has its like before, weekends are not told apart; if
 * that does not help either, the plain ratio is taken.
 *
 * Interval. exp(ln ratio -+ t s), where s^2 has two parts:
 *  - chance: phi times the variance of Greenland and Robins (Biometrics 41, 1985, equation 11). phi
 *    >= 1 is Pearson's dispersion (quasi-Poisson) of the slots within their block, a block being a
 *    day, or less when that leaves fewer than RATE_RATIO_BLOCKS blocks;
 *  - drift: the variance omega^2 of the blocks' levels beyond chance, by the moments of DerSimonian
 *    and Laird (Controlled Clinical Trials 7, 1986, "random effects"), with a lag-1 correlation
 *    between blocks, both raised since few blocks may look calm by chance. A rise and fall within a
 *    day, a busy day, a slow wave: all end up here, as autocorrelation of the slots does.
 * t is Student's quantile with (blocks - 2) degrees of freedom: few blocks tell little of drift.
 *
 * Too few days. Blocks shorter than a day show how levels wander within a day, not how much days
 * differ. There levels are taken to go on as a random walk does (W. Feller, "An Introduction to
 * Probability Theory and Its Applications", vol. 2, 3rd ed., VI.4: variance grows with time): one
 * of s^2 a second varies by s^2 T / 6 around its mean within T, and the means of two windows, g
 * apart, differ by s^2 (T0 / 3 + T1 / 3 + g), of which 16 h are the most, as between two days in a
 * row. What the profile of hours, seen once or twice, has swallowed of the levels is given back.
 * Such intervals are wide; block_s < 86400 tells them.
 */
#include <stddef.h>
#include <stdint.h>

#define RATE_RATIO_BLOCKS 5 /* wanted for both windows together */

/* A bucket: `count` events within `exposure` (any unit, the same throughout; 0: not seen). */
struct rate_slot {
	int64_t start_s; /* Unix */
	double count, exposure;
};

/* What slots were matched by. */
enum rate_match { RATE_MATCH_NONE, RATE_MATCH_HOUR, RATE_MATCH_WEEK };

/* Slots in ascending time. */
struct rate_window {
	const struct rate_slot *slots;
	size_t count;
};

struct rate_ratio {
	double before_count, before_exposure, after_count, after_exposure;
	double ratio;      /* NAN without exposure or any event; INFINITY: none before */
	double low, high;  /* 95 %; NAN where nothing can be told; high INFINITY: none before */
	double dispersion; /* phi, variance over mean from slot to slot, >= 1 */
	double drift;      /* omega, standard deviation of the blocks' levels, 0.1 = 10 % */
	uint32_t blocks;   /* that the drift was measured with */
	int64_t block_s; /* their length; below a day: there were too few days to tell days apart */
	enum rate_match match;
};

void rate_ratio_compute(const struct rate_window *before, const struct rate_window *after,
	struct rate_ratio *ret_ratio);

/* The 97.5 % quantile of Student's t with `degrees` >= 1 degrees of freedom; exact for 1 and 2,
 * else Abramowitz and Stegun, 26.7.5, to 0.3 % or better. */
double rate_ratio_student(uint32_t degrees);

#endif
