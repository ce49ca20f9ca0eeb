/* SPDX-License-Identifier: Apache-2.0 */
#ifndef REPORT_RATE_FIT_H
#define REPORT_RATE_FIT_H
/*
 * Two windows matched hour by hour: the Mantel-Haenszel ratio of their rates, and the counts that
 * each slot would have if that ratio, and the profile of the hours, were all there is to tell. See
 * rate_ratio.h.
 */
#include <stdbool.h>

#include "report/rate_ratio.h"

#define RATE_HOURS 24
#define RATE_STRATA (2 * RATE_HOURS) /* hours of weekdays, hours of weekends */
#define RATE_HOUR_S 3600
#define RATE_DAY_S (24 * RATE_HOUR_S)

enum rate_side { RATE_BEFORE, RATE_AFTER, RATE_SIDES };

/* Events and exposure of one hour of the day. */
struct rate_stratum {
	double count[RATE_SIDES], exposure[RATE_SIDES];
	double rate; /* of the before window, by both */
};

struct rate_fit {
	const struct rate_window *windows[RATE_SIDES];
	struct rate_stratum strata[RATE_STRATA];
	enum rate_match match;
	double ratio;              /* > 0 */
	double chance;             /* variance of ln ratio for Poisson counts */
	double adjust[RATE_SIDES]; /* so that fitted counts sum to the observed ones */
};

/* Fits the windows. Returns false when one of them has no event: then 0.5 was added to both counts
 * (J. Haldane, F. Anscombe, 1956) and hours are not matched; and when neither has any event or
 * exposure, which leaves a ratio of 0. */
bool rate_fit_compute(const struct rate_window *before, const struct rate_window *after,
	struct rate_fit *ret_fit);

/* Whether both windows have seen that hour. */
bool rate_fit_is_shared(const struct rate_stratum *stratum);

/* The stratum of a slot, below RATE_STRATA. */
size_t rate_fit_stratum(const struct rate_fit *fit, const struct rate_slot *slot);

/* The fitted count of a slot; 0 where the other window has no like. */
double rate_fit_due(const struct rate_fit *fit, enum rate_side side, const struct rate_slot *slot);

/* How much such a slot weighs in the ratio, 0..1: where one window has seen an hour often and the
 * other seldom, each of the first one's hours weighs less. */
double rate_fit_weight(
	const struct rate_fit *fit, enum rate_side side, const struct rate_slot *slot);

#endif
