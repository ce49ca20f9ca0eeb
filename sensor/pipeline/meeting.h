/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PIPELINE_MEETING_H
#define PIPELINE_MEETING_H
/*
 * Where the readers of a tap wait for each other: whoever comes last holds the meeting, while all
 * others stand still, and then all go on. A lock is taken once a second by each.
 */
#include <stdbool.h>
#include <stdint.h>

struct meeting;

/* For `members` (>= 1) threads; `hold` is called on the last one to come. Returns 0 or -ENOMEM. */
int meeting_new(uint32_t members, void (*hold)(void *argument), void *argument,
	struct meeting **ret_meeting);

/* Nobody may be in it any more. Accepts NULL. */
void meeting_free(struct meeting *meeting);

/* Waits until every member has come and the meeting is over. What a member has written before is
 * seen by `hold`, and what that writes by all members. */
void meeting_attend(struct meeting *meeting);

/* The member comes no more; `ret_has_left` is set while no meeting is held. If all others were
 * waiting for it alone, it holds their meeting. */
void meeting_leave(struct meeting *meeting, bool *ret_has_left);

#endif
