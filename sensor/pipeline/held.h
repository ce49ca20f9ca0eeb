/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PIPELINE_HELD_H
#define PIPELINE_HELD_H
/* Frames that claim a far time and wait until others agree with them or not: copies, in order. */
#include "capture/frame.h"
#include "pipeline/clock.h"

#define HELD_FRAMES (CLOCK_WITNESSES - 1)

/* Zeroed at first; ends with held_done. */
struct held {
	uint32_t count;
	struct frame frames[HELD_FRAMES];
	uint8_t *bytes[HELD_FRAMES];
	uint32_t room[HELD_FRAMES];
};

/* Keeps a copy of the frame. Returns 0, -ENOSPC when HELD_FRAMES are held, or -ENOMEM. */
int held_add(struct held *held, const struct frame *frame);

void held_done(struct held *held);

#endif
