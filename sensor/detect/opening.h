/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DETECT_OPENING_H
#define DETECT_OPENING_H
/* Does an episode begin? */
#include "detect/state.h"

/*
 * Begins an episode when the score of the bucket just weighed at `scale` is above that scale's
 * threshold, its count above what was expected, and what the window since the onset holds is worth
 * an alert. Hosts decide when they alone say enough, else the metric that says more. A finer scale
 * that speaks as well gives onset and ratio. Returns true with `event` filled in.
 */
bool opening_try(struct detector *detector, const struct detect_settings *settings, uint32_t scale,
	const struct detect_input *input, const struct reading *reading,
	struct detect_event *event);

#endif
