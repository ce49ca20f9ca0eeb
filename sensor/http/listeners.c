/* SPDX-License-Identifier: Apache-2.0 */
#include "http/listeners.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct listeners {
	struct listeners_settings settings;
	pthread_mutex_t lock;
	pthread_cond_t is_over;
	struct listener *first;
	size_t count;
	uint64_t pings;
	bool is_ending, has_pinger;
	pthread_t pinger;
};

static void rouse_all(struct listeners *listeners)
{
	for (struct listener *at = listeners->first; at; at = at->next) {
		if (at->is_asleep)
			listeners->settings.rouse(at);
		at->is_asleep = false;
	}
}

static void *ping(void *argument)
{
	struct listeners *listeners = argument;
	struct timespec end;
	clock_gettime(CLOCK_MONOTONIC, &end);
	pthread_mutex_lock(&listeners->lock);
	while (!listeners->is_ending) {
		end.tv_sec += listeners->settings.ping_s;
		while (!listeners->is_ending &&
			pthread_cond_timedwait(&listeners->is_over, &listeners->lock, &end) == 0)
			;
		listeners->pings++;
		rouse_all(listeners);
	}
	pthread_mutex_unlock(&listeners->lock);
	return NULL;
}

static void init_locks(struct listeners *listeners)
{
	pthread_condattr_t attributes;
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_mutex_init(&listeners->lock, NULL);
	pthread_cond_init(&listeners->is_over, &attributes);
	pthread_condattr_destroy(&attributes);
}

int listeners_new(const struct listeners_settings *settings, struct listeners **ret_listeners)
{
	struct listeners *listeners = calloc(1, sizeof *listeners);
	if (!listeners)
		return -ENOMEM;
	listeners->settings = *settings;
	init_locks(listeners);
	if (settings->max > 0 && pthread_create(&listeners->pinger, NULL, ping, listeners) != 0) {
		listeners_free(listeners);
		return -EAGAIN;
	}
	listeners->has_pinger = settings->max > 0;
	*ret_listeners = listeners;
	return 0;
}

bool listeners_add(struct listeners *listeners, struct listener *listener)
{
	pthread_mutex_lock(&listeners->lock);
	bool is_taken = listeners->count < listeners->settings.max && !listeners->is_ending;
	if (is_taken) {
		*listener = (struct listener){.next = listeners->first, .pings = listeners->pings};
		if (listeners->first)
			listeners->first->previous = listener;
		listeners->first = listener;
		listeners->count++;
	}
	pthread_mutex_unlock(&listeners->lock);
	return is_taken;
}

void listeners_remove(struct listeners *listeners, struct listener *listener)
{
	pthread_mutex_lock(&listeners->lock);
	if (listener->next)
		listener->next->previous = listener->previous;
	if (listener->previous)
		listener->previous->next = listener->next;
	else
		listeners->first = listener->next;
	listeners->count--;
	pthread_mutex_unlock(&listeners->lock);
}

/* Reading, sleep and waking are under one lock, so that nothing new is missed between them. */
ssize_t listeners_read(struct listeners *listeners, struct listener *listener,
	const struct answer *answer, char *ret_bytes, size_t size)
{
	size_t ping_size = answer->ping ? strlen(answer->ping) : 0;
	pthread_mutex_lock(&listeners->lock);
	ssize_t got = (ssize_t)answer->read_live(answer->state, ret_bytes, size);
	if (listeners->is_ending) {
		got = -1;
	} else if (got == 0 && listener->pings != listeners->pings && ping_size > 0 &&
		   ping_size <= size) {
		memcpy(ret_bytes, answer->ping, ping_size);
		got = (ssize_t)ping_size;
	} else if (got == 0) {
		listener->is_asleep = true;
		listeners->settings.lull(listener);
	}
	listener->pings = listeners->pings;
	pthread_mutex_unlock(&listeners->lock);
	return got;
}

void listeners_wake(struct listeners *listeners)
{
	pthread_mutex_lock(&listeners->lock);
	rouse_all(listeners);
	pthread_mutex_unlock(&listeners->lock);
}

void listeners_end(struct listeners *listeners)
{
	if (!listeners)
		return;
	pthread_mutex_lock(&listeners->lock);
	listeners->is_ending = true;
	rouse_all(listeners);
	pthread_cond_broadcast(&listeners->is_over);
	pthread_mutex_unlock(&listeners->lock);
	if (listeners->has_pinger)
		pthread_join(listeners->pinger, NULL);
	listeners->has_pinger = false;
}

void listeners_free(struct listeners *listeners)
{
	if (!listeners)
		return;
	pthread_cond_destroy(&listeners->is_over);
	pthread_mutex_destroy(&listeners->lock);
	free(listeners);
}
