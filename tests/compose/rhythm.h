/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMPOSE_RHYTHM_H
#define COMPOSE_RHYTHM_H
/* The shape of a week: a weight for each hour of the day times one for each day of the week. */
#include <stdint.h>

struct rhythm {
	const char *name;
	double hours[24];
	double weekdays[7]; /* Monday first */
};

/* The rhythm called `name` among those known without a definition (flat, office, home), or NULL. */
const struct rhythm *rhythm_find(const char *name);

/* The weight at local Unix time `local_us`, as a share (0..1) of the busiest hour of the week.
 * Constant from one full hour to the next. The greatest weights must be positive. */
double rhythm_weight(const struct rhythm *rhythm, int64_t local_us);

#endif
