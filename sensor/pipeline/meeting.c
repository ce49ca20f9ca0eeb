/* SPDX-License-Identifier: Apache-2.0 */
#include "pipeline/meeting.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

struct meeting {
	pthread_mutex_t lock;
	pthread_cond_t is_over;
	uint32_t members, present;
	uint64_t held; /* so many meetings */
	void (*hold)(void *argument);
	void *argument;
};

int meeting_new(uint32_t members, void (*hold)(void *argument), void *argument,
	struct meeting **ret_meeting)
{
	struct meeting *meeting = calloc(1, sizeof *meeting);
	if (!meeting)
		return -ENOMEM;
	pthread_mutex_init(&meeting->lock, NULL);
	pthread_cond_init(&meeting->is_over, NULL);
	meeting->members = members;
	meeting->hold = hold;
	meeting->argument = argument;
	*ret_meeting = meeting;
	return 0;
}

void meeting_free(struct meeting *meeting)
{
	if (!meeting)
		return;
	pthread_cond_destroy(&meeting->is_over);
	pthread_mutex_destroy(&meeting->lock);
	free(meeting);
}

/* With the lock held. */
static void hold(struct meeting *meeting)
{
	meeting->hold(meeting->argument);
	meeting->present = 0;
	meeting->held++;
	pthread_cond_broadcast(&meeting->is_over);
}

void meeting_attend(struct meeting *meeting)
{
	pthread_mutex_lock(&meeting->lock);
	uint64_t before = meeting->held;
	if (++meeting->present == meeting->members)
		hold(meeting);
	while (meeting->held == before)
		pthread_cond_wait(&meeting->is_over, &meeting->lock);
	pthread_mutex_unlock(&meeting->lock);
}

void meeting_leave(struct meeting *meeting, bool *ret_has_left)
{
	pthread_mutex_lock(&meeting->lock);
	*ret_has_left = true;
	meeting->members--;
	if (meeting->members > 0 && meeting->present == meeting->members)
		hold(meeting);
	pthread_mutex_unlock(&meeting->lock);
}
