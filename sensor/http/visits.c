/* SPDX-License-Identifier: Apache-2.0 */
#include "http/visits.h"

#include <stdlib.h>
#include <sys/socket.h>

void visits_init(struct visits *visits, size_t max, int64_t patience_ms)
{
	*visits = (struct visits){.max = max, .patience_ms = patience_ms};
}

static void leave(struct visit *visit)
{
	struct visits *visits = visit->visits;
	if (!visit->is_listed)
		return;
	*(visit->previous ? &visit->previous->next : &visits->first) = visit->next;
	*(visit->next ? &visit->next->previous : &visits->last) = visit->previous;
	visit->is_listed = false;
}

static void append(struct visit *visit)
{
	struct visits *visits = visit->visits;
	visit->previous = visits->last;
	visit->next = NULL;
	*(visits->last ? &visits->last->next : &visits->first) = visit;
	visits->last = visit;
	visit->is_listed = true;
}

/* Whoever serves the socket finds that it has ended, and ends the visit. */
static void show_out(struct visit *visit, atomic_uint_least64_t *counter)
{
	leave(visit);
	visit->is_over = true;
	shutdown(visit->fd, SHUT_RDWR);
	atomic_fetch_add(counter, 1);
	atomic_fetch_sub(&visit->visits->count, 1);
}

static void show_out_late(struct visits *visits, int64_t now_ms)
{
	while (visits->first && now_ms - visits->first->step_ms > visits->patience_ms)
		show_out(visits->first, &visits->late);
}

struct visit *visits_begin(struct visits *visits, int fd, int64_t now_ms)
{
	struct visit *visit = malloc(sizeof *visit);
	if (!visit)
		return NULL;
	*visit = (struct visit){.visits = visits, .fd = fd};
	atomic_fetch_add(&visits->count, 1);
	visits_step(visit, now_ms);
	if (atomic_load(&visits->count) > visits->max)
		show_out(visits->first, &visits->crowded_out);
	return visit;
}

void visits_step(struct visit *visit, int64_t now_ms)
{
	if (visit->is_over)
		return;
	leave(visit);
	visit->step_ms = now_ms;
	append(visit);
	show_out_late(visit->visits, now_ms);
}

void visits_wait(struct visit *visit)
{
	leave(visit);
}

void visits_end(struct visit *visit)
{
	if (!visit)
		return;
	leave(visit);
	if (!visit->is_over)
		atomic_fetch_sub(&visit->visits->count, 1);
	free(visit);
}
