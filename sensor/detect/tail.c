/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/tail.h"

#include "detect/number.h"

#include <float.h>
#include <math.h>

#define TERMS_MAX 4096

double tail_upper(double count, double mean, double shape)
{
	if (count <= mean)
		return 1.0;
	double log_odds = -log1p(shape / mean); /* ln(mean / (mean + shape)) */
	double log_first = number_log_rising(shape, count) - number_log_gamma(count + 1.0) -
			   shape * log1p(mean / shape) + count * log_odds;
	double fraction = mean / (mean + shape);
	double term = 1.0, sum = 1.0, step = fraction;
	for (int i = 0; i < TERMS_MAX && term > 1e-12 * sum; i++) {
		step = (count + i + shape) / (count + i + 1.0) * fraction;
		term *= step;
		sum += term;
	}
	step = fmin(step, 1.0 - 1e-9);
	sum += term * step / (1.0 - step);
	return fmin(fmax(exp(log_first) * sum, DBL_MIN), 1.0);
}
