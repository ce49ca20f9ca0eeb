/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ALERT_NUMBER_H
#define ALERT_NUMBER_H
/* How measured numbers are told: rounded, and always finite, since JSON knows neither infinity nor
 * NaN. */
#include <stddef.h>

#define NUMBER_MAX 1e15 /* larger magnitudes, and infinity, are told as this */
#define NUMBER_TEXT_SIZE 32

/* `value` as a finite number: NaN becomes 0, the rest is held within -NUMBER_MAX..NUMBER_MAX. */
double number_finite(double value);

/* `value`, made finite, rounded to `digits` (1..15) significant decimal digits. */
double number_round(double value, int digits);

/* `value`, made finite, rounded to `places` (0..6) decimal places. */
double number_round_places(double value, int places);

/* Writes the shortest text of `value`, made finite, with at most `digits` significant digits: "13",
 * "0.31", "1.2e-09". An integer below NUMBER_MAX is written in full whatever `digits`. Returns
 * ret_text. */
const char *number_format(double value, int digits, char ret_text[NUMBER_TEXT_SIZE]);

#endif
