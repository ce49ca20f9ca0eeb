/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HTTP_CREW_H
#define HTTP_CREW_H
/* Threads that take jobs from one bounded queue, oldest first. Safe to use from any thread. */
#include <stdbool.h>
#include <stddef.h>

#define CREW_WORKERS_MAX 16

/* A part of the caller's own struct; it belongs to the crew from crew_give() until `work`. */
struct job {
	struct job *next;
};

struct crew;

/* Starts `workers` threads (0..CREW_WORKERS_MAX), which call `work` with their number, from 0 on.
 * More than `waiting_max` jobs are not kept. Returns 0, -EINVAL, -ENOMEM or -EAGAIN. */
int crew_new(size_t workers, size_t waiting_max, void (*work)(size_t worker, struct job *job),
	struct crew **ret_crew);

/* Hands a job over. `accepted` is called first, before any worker can see the job. False: too many
 * wait, there are no workers, or crew_end() was called; the job is still the caller's. */
bool crew_give(struct crew *crew, struct job *job, void (*accepted)(struct job *job));

/* Refuses further jobs, waits until those given are done, and joins the threads. */
void crew_end(struct crew *crew);

/* After crew_end(), or ends it. Accepts NULL. */
void crew_free(struct crew *crew);

#endif
