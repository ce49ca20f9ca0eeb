/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/scan.h"

#include <float.h>
#include <math.h>

#include "detect/number.h"

double scan_shortest(const double *places, uint32_t count, uint32_t wanted)
{
	double shortest = INFINITY;
	for (uint32_t i = 0; i + wanted <= count; i++)
		shortest = fmin(shortest, places[i + wanted - 1] - places[i]);
	return shortest;
}

double scan_p_value(uint32_t wanted, uint32_t count, double width)
{
	double k = wanted, n = count, odds = width / (1.0 - width);
	/* As many as that are expected anywhere: the formula is for fewer. */
	if (width * (n + 1.0) >= k)
		return 1.0;
	double first =
		exp(number_log_gamma(n + 1.0) - number_log_gamma(k + 1.0) -
			number_log_gamma(n - k + 1.0) + k * log(width) + (n - k) * log1p(-width));
	double term = 1.0, sum = 1.0;
	for (uint32_t i = wanted; i < count && term > 1e-12 * sum; i++) {
		term *= (n - i) / (i + 1.0) * odds;
		sum += term;
	}
	return fmin(fmax(first * (k / width - n - 1.0 + 2.0 * sum), DBL_MIN), 1.0);
}
