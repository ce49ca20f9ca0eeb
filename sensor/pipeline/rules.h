/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PIPELINE_RULES_H
#define PIPELINE_RULES_H
/*
 * What traffic is judged by. Rules never change once they are in use; a pipeline passes from one
 * set to the next between two packets. Ranges that bear the same name in both are the same range,
 * whatever their numbers and prefixes: what is known of them goes on.
 */
#include "flow/plugins.h"
#include "geoip/geoip.h"
#include "watch/ranges.h"

struct rules {
	const struct ranges *ranges;
	const struct plugins *plugins;
	struct geoip *geoip;    /* NULL none */
	double alarms_per_year; /* for the whole sensor */
	bool is_asymmetric;     /* the tap sees one direction: an unanswered flow is use, too */
};

/* The way from one set of rules to the next. */
struct rules_change {
	struct rules rules; /* to come */
	uint32_t *numbers;  /* for each former range its number to come, or RANGE_NONE */
	int64_t time_us;    /* packet clock at the change */
};

/* Compares both. Returns 0; -EINVAL when the techniques are not the same ones, which takes new
 * detectors; -ENOMEM. To be ended with rules_change_done. */
int rules_change_init(
	struct rules_change *change, const struct rules *former, const struct rules *next);

/* Accepts a zeroed one. */
void rules_change_done(struct rules_change *change);

#endif
