/* SPDX-License-Identifier: Apache-2.0 */
#include "rhythm.h"
#include "moment.h"

#include <stddef.h>
#include <string.h>

static const struct rhythm known[] = {
	{"flat", {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1},
		{1, 1, 1, 1, 1, 1, 1}},
	{"office",
		{20, 20, 20, 20, 20, 25, 40, 65, 90, 100, 100, 95, 80, 95, 100, 100, 95, 80, 55, 45,
			35, 30, 25, 20},
		{100, 100, 100, 100, 95, 50, 40}},
	{"home",
		{40, 25, 15, 12, 12, 15, 25, 40, 40, 35, 35, 40, 45, 45, 45, 50, 60, 75, 85, 95,
			100, 100, 85, 60},
		{90, 90, 90, 90, 95, 100, 100}},
};

const struct rhythm *rhythm_find(const char *name)
{
	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
		if (!strcmp(known[i].name, name))
			return &known[i];
	return NULL;
}

static double greatest(const double *weights, size_t count)
{
	double result = weights[0];

	for (size_t i = 1; i < count; i++)
		if (weights[i] > result)
			result = weights[i];
	return result;
}

static int64_t floor_modulo(int64_t value, int64_t modulus)
{
	int64_t rest = value % modulus;

	return rest < 0 ? rest + modulus : rest;
}

double rhythm_weight(const struct rhythm *rhythm, int64_t local_us)
{
	/* 1 January 1970 was a Thursday, three days after a Monday. */
	int64_t week_us = floor_modulo(local_us + 3 * DAY_US, WEEK_US);

	return rhythm->hours[week_us % DAY_US / HOUR_US] * rhythm->weekdays[week_us / DAY_US] /
	       (greatest(rhythm->hours, 24) * greatest(rhythm->weekdays, 7));
}
