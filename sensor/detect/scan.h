/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DETECT_SCAN_H
#define DETECT_SCAN_H
/*
 * The scan statistic: are events closer together than chance would have them?
 *
 * Of n events spread evenly over a unit of time, the chance that some stretch of length w holds k
 * or more is, with b(k) the binomial probability of k successes in n trials of chance w and B(k)
 * that of k or more, P(k; n, w) = (k / w - n - 1) b(k) + 2 B(k), exact for k > n / 2 and w <= 1/2
 * (J. Naus, "The distribution of the size of the maximum cluster of points on a line", JASA 60,
 * 1965), else an approximation that is good where P is small, and too large where it is not (S.
 * Wallenstein, N. Neff, "An approximation for the distribution of the scan statistic", Statistics
 * in Medicine 6, 1987).
 */
#include <stdint.h>

/* The shortest stretch that holds `wanted` (1..count) of `count` ascending places. */
double scan_shortest(const double *places, uint32_t count, uint32_t wanted);

/* P(wanted; count, width) above: 0 < width, 2 <= wanted <= count. In DBL_MIN..1. */
double scan_p_value(uint32_t wanted, uint32_t count, double width);

#endif
