/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/number.h"

#include <math.h>

#define STIRLING_FROM 10.0
#define PRODUCT_MAX 12.0 /* (1e20 + 12)^12 is still finite */
#define HALF_LOG_TWO_PI 0.91893853320467274178

double number_log_gamma(double x)
{
	double product = 1.0;
	for (; x < STIRLING_FROM; x++)
		product *= x;
	double inverse = 1.0 / x, square = inverse * inverse;
	double series = inverse * (1.0 / 12 - square * (1.0 / 360 - square / 1260));
	double result = (x - 0.5) * log(x) - x + HALF_LOG_TWO_PI + series;
	return product == 1.0 ? result : result - log(product);
}

double number_log_rising(double x, double count)
{
	if (count > PRODUCT_MAX || count != floor(count))
		return number_log_gamma(x + count) - number_log_gamma(x);
	double product = 1.0;
	for (double i = 0.0; i < count; i++)
		product *= x + i;
	return log(product);
}
