/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ALERT_EXPLAIN_H
#define ALERT_EXPLAIN_H
/* From a detector's event and the witness of the flows that moved to an alert that explains itself.
 */
#include "alert/alert.h"
#include "detect/control.h"
#include "detect/coordination.h"
#include "flow/plugins.h"
#include "geoip/geoip.h"
#include "meter/witness.h"
#include "watch/ranges.h"

/* What is known of the event beside the event. */
struct explain_context {
	const struct ranges *ranges;
	const struct plugins *plugins;
	struct geoip *geoip; /* NULL none */
	uint32_t range, technique;
	uint64_t bytes;        /* of the window */
	double distinct_hosts; /* that used the technique in the window */
	int64_t time_s;        /* end of the bucket that closed */
	const struct witness *witness;
	const struct control_contrast *contrast; /* NULL: nothing is known */
	const struct coordination *coordination; /* NULL likewise */
};

/* Fills `ret_alert` whole. Pure but for the look-up of places. */
void explain_event(const struct explain_context *context, const struct detect_event *event,
	struct alert *ret_alert);

#endif
