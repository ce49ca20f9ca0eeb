/* SPDX-License-Identifier: Apache-2.0 */
#include "http/crew.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

struct worker {
	struct crew *crew;
	size_t number;
	pthread_t thread;
};

struct crew {
	pthread_mutex_t lock;
	pthread_cond_t has_job;
	struct job *first, **last;
	size_t waiting, waiting_max;
	bool is_ending;
	void (*work)(size_t worker, struct job *job);
	size_t count;
	struct worker workers[CREW_WORKERS_MAX];
};

static struct job *take(struct crew *crew)
{
	pthread_mutex_lock(&crew->lock);
	while (!crew->first && !crew->is_ending)
		pthread_cond_wait(&crew->has_job, &crew->lock);
	struct job *job = crew->first;
	if (job) {
		crew->first = job->next;
		if (!crew->first)
			crew->last = &crew->first;
		crew->waiting--;
	}
	pthread_mutex_unlock(&crew->lock);
	return job;
}

static void *run(void *argument)
{
	const struct worker *worker = argument;
	struct job *job;
	while ((job = take(worker->crew)))
		worker->crew->work(worker->number, job);
	return NULL;
}

static int start(struct crew *crew, size_t workers)
{
	while (crew->count < workers) {
		struct worker *worker = &crew->workers[crew->count];
		worker->crew = crew;
		worker->number = crew->count;
		if (pthread_create(&worker->thread, NULL, run, worker) != 0)
			return -EAGAIN;
		/* Read by crew_end() alone, in the thread that started them. */
		crew->count++;
	}
	return 0;
}

int crew_new(size_t workers, size_t waiting_max, void (*work)(size_t worker, struct job *job),
	struct crew **ret_crew)
{
	if (workers > CREW_WORKERS_MAX)
		return -EINVAL;
	struct crew *crew = calloc(1, sizeof *crew);
	if (!crew)
		return -ENOMEM;
	pthread_mutex_init(&crew->lock, NULL);
	pthread_cond_init(&crew->has_job, NULL);
	crew->last = &crew->first;
	crew->waiting_max = workers > 0 ? waiting_max : 0;
	crew->work = work;
	int r = start(crew, workers);
	if (r < 0)
		crew_free(crew);
	else
		*ret_crew = crew;
	return r;
}

bool crew_give(struct crew *crew, struct job *job, void (*accepted)(struct job *job))
{
	pthread_mutex_lock(&crew->lock);
	bool is_taken = crew->waiting < crew->waiting_max && !crew->is_ending;
	if (is_taken) {
		accepted(job);
		job->next = NULL;
		*crew->last = job;
		crew->last = &job->next;
		crew->waiting++;
		pthread_cond_signal(&crew->has_job);
	}
	pthread_mutex_unlock(&crew->lock);
	return is_taken;
}

void crew_end(struct crew *crew)
{
	pthread_mutex_lock(&crew->lock);
	crew->is_ending = true;
	pthread_cond_broadcast(&crew->has_job);
	pthread_mutex_unlock(&crew->lock);
	for (; crew->count > 0; crew->count--)
		pthread_join(crew->workers[crew->count - 1].thread, NULL);
}

void crew_free(struct crew *crew)
{
	if (!crew)
		return;
	crew_end(crew);
	pthread_cond_destroy(&crew->has_job);
	pthread_mutex_destroy(&crew->lock);
	free(crew);
}
