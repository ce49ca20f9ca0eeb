/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DETECT_TAIL_H
#define DETECT_TAIL_H

/* P(Y >= count) of a negative binomial with mean `mean` > 0 and shape `shape` > 0 (variance mean +
 * mean^2/shape), in (0,1]. Sums the tail upwards from `count`; what is left after 4096 terms is
 * bounded by a geometric series, so that the result never understates by more than rounding. */
double tail_upper(double count, double mean, double shape);

#endif
