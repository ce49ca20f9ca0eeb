/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DETECT_NUMBER_H
#define DETECT_NUMBER_H
/* Arithmetic that the detector does for every bucket, and that has to be fast and the same
 * everywhere. */

/* fmin and fmax for numbers that are never NaN. */
static inline double number_min(double a, double b)
{
	return a < b ? a : b;
}

static inline double number_max(double a, double b)
{
	return a > b ? a : b;
}

/* ln(gamma(x)) for x > 0, to 1e-10: Stirling's series (Abramowitz and Stegun 6.1.41) from 10
 * upwards. */
double number_log_gamma(double x);

/* ln(gamma(x + count) / gamma(x)) for x > 0, count >= 0; exact for small whole counts. */
double number_log_rising(double x, double count);

#endif
