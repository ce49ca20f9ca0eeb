/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HTTP_LISTENERS_H
#define HTTP_LISTENERS_H
/*
 * Clients on answers without end. Who has read everything sleeps until there is something new, and
 * now and then is sent a sign of life: it keeps proxies from closing a silent connection, and finds
 * clients that are gone. Safe to use from any thread.
 */
#include <stdint.h>
#include <sys/types.h>

#include "http/answer.h"

/* A part of the caller's own struct. */
struct listener {
	struct listener *previous, *next;
	bool is_asleep;
	uint64_t pings; /* seen */
};

struct listeners;

struct listeners_settings {
	size_t max;
	unsigned ping_s;                         /* between signs of life */
	void (*lull)(struct listener *listener); /* puts its connection to sleep */
	void (*rouse)(
		struct listener *listener); /* and wakes it; both are called with a lock held */
};

/* With `max` above 0 a thread is started, for the signs of life. Returns 0, -ENOMEM or -EAGAIN. */
int listeners_new(const struct listeners_settings *settings, struct listeners **ret_listeners);

/* False: there are too many, or listeners_end() was called. */
bool listeners_add(struct listeners *listeners, struct listener *listener);

void listeners_remove(struct listeners *listeners, struct listener *listener);

/* Copies what is new in `answer` (read_live is set), at most `size` bytes. Returns how many; 0: it
 * was put to sleep; -1: the end. */
ssize_t listeners_read(struct listeners *listeners, struct listener *listener,
	const struct answer *answer, char *ret_bytes, size_t size);

/* There is something new. */
void listeners_wake(struct listeners *listeners);

/* Wakes all, for whom it is the end, and joins the thread. Accepts NULL. */
void listeners_end(struct listeners *listeners);

/* After listeners_end(), when all are removed. Accepts NULL. */
void listeners_free(struct listeners *listeners);

#endif
