/* SPDX-License-Identifier: Apache-2.0 */
#include "alert/number.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

double number_finite(double value)
{
	if (isnan(value))
		return 0;
	return fmin(fmax(value, -NUMBER_MAX), NUMBER_MAX);
}

double number_round(double value, int digits)
{
	char text[NUMBER_TEXT_SIZE];
	/* Through text: the decimal that is meant, not the product of two binary fractions. */
	snprintf(text, sizeof text, "%.*e", digits - 1, number_finite(value));
	return strtod(text, NULL) + 0.0; /* + 0.0 takes the sign off -0 */
}

double number_round_places(double value, int places)
{
	char text[NUMBER_TEXT_SIZE];
	snprintf(text, sizeof text, "%.*f", places, number_finite(value));
	return strtod(text, NULL) + 0.0;
}

const char *number_format(double value, int digits, char ret_text[NUMBER_TEXT_SIZE])
{
	value = number_finite(value) + 0.0;
	if (value == nearbyint(value))
		snprintf(ret_text, NUMBER_TEXT_SIZE, "%.0f", value);
	else
		snprintf(ret_text, NUMBER_TEXT_SIZE, "%.*g", digits, value);
	return ret_text;
}
