/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DETECT_EXPLAIN_H
#define DETECT_EXPLAIN_H
/* Filling in events: everything that an alert has to say. `reading` is that of the bucket at whose
 * close the event happens. */
#include "detect/state.h"

/* The windows of both metrics at `scale`, of which `metric` decides. The kind, the score and the
 * times are the caller's. */
void explain_windows(const struct detector *detector, const struct detect_settings *settings,
	uint32_t scale, enum detect_metric metric,
	const struct evidence_window windows[DETECT_METRICS], const struct reading *reading,
	struct detect_event *event);

/* An update, which tells of the window in which the ratio rose, or a close, which tells of all that
 * was elevated: `event->kind` says which. */
void explain_episode(const struct detector *detector, const struct detect_settings *settings,
	const struct detect_input *input, const struct reading *reading,
	struct detect_event *event);

/* A first use: this one bucket. */
void explain_first_use(const struct detector *detector, const struct detect_settings *settings,
	uint32_t scale, const struct detect_input *input, const struct reading *reading,
	struct detect_event *event);

/* A trend of `metric`: the last 28 days. */
void explain_trend(const struct detector *detector, const struct detect_settings *settings,
	uint32_t scale, enum detect_metric metric, const struct detect_input *input,
	const struct trend_change *change, const struct reading *reading,
	struct detect_event *event);

#endif
