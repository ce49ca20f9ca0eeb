/* SPDX-License-Identifier: Apache-2.0 */
#include "publish/courier.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "publish/backoff.h"
#include "publish/dispatch.h"
#include "publish/queue.h"
#include "publish/window.h"

#define NEVER_MS INT64_MAX

/* Entries of one pipeline: enough to hide the round trip, few enough to be cheap to send again. */
static const size_t batch_max[ENTRY_KINDS] = {
	[ENTRY_ALERT] = 64,
	[ENTRY_HEARTBEAT] = 1,
	[ENTRY_HOUR] = 256,
	[ENTRY_MINUTE] = 256,
};

struct lane {
	struct queue queue;
	struct window window;
	size_t in_flight;
	unsigned failures; /* in a row */
	int64_t due_ms;    /* not before */
};

struct courier {
	pthread_t thread;
	pthread_mutex_t lock; /* for all but `dispatch` */
	pthread_cond_t work, idle;
	bool stop, hurry;
	struct lane lanes[ENTRY_KINDS];
	struct courier_stats stats;
	char trouble[REDIS_TROUBLE_SIZE]; /* the last one */
	unsigned random;
	struct dispatch *dispatch; /* the thread's own */
};

/* The first lane with something that is due; else NULL and when the next one will be. */
static struct lane *next_lane(struct courier *courier, int64_t now, int64_t *ret_wake_ms)
{
	int64_t ready_ms = dispatch_ready_ms(courier->dispatch);
	*ret_wake_ms = NEVER_MS;
	for (int i = 0; i < ENTRY_KINDS; i++) {
		struct lane *lane = &courier->lanes[i];
		if (lane->queue.count == 0)
			continue;
		int64_t due_ms = lane->due_ms > ready_ms ? lane->due_ms : ready_ms;
		if (due_ms <= now)
			return lane;
		if (due_ms < *ret_wake_ms)
			*ret_wake_ms = due_ms;
	}
	return NULL;
}

static struct timespec to_timespec(int64_t ms)
{
	return (struct timespec){.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};
}

static void wait_until(struct courier *courier, pthread_cond_t *condition, int64_t until_ms)
{
	struct timespec until = to_timespec(until_ms);
	if (until_ms == NEVER_MS)
		pthread_cond_wait(condition, &courier->lock);
	else
		pthread_cond_timedwait(condition, &courier->lock, &until);
}

static uint64_t count_pending(const struct courier *courier)
{
	uint64_t pending = 0;
	for (int i = 0; i < ENTRY_KINDS; i++) {
		const struct lane *lane = &courier->lanes[i];
		if (i != ENTRY_HEARTBEAT)
			pending +=
				lane->queue.count + lane->in_flight + window_pending(&lane->window);
	}
	return pending;
}

static bool is_usage(enum entry_kind kind)
{
	return kind == ENTRY_HOUR || kind == ENTRY_MINUTE;
}

/* Enters what became of a lane's batch; locked. */
static void account(
	struct courier *courier, struct lane *lane, const struct dispatch_outcome *outcome)
{
	queue_put_back(&lane->queue, outcome->kept);
	lane->in_flight = 0;
	lane->failures = outcome->kept ? lane->failures + 1 : 0;
	if (outcome->kept) {
		unsigned failures = courier->hurry ? 1 : lane->failures;
		lane->due_ms = dispatch_clock_ms() +
			       backoff_wait_ms(failures, (uint32_t)rand_r(&courier->random));
	}
	if (lane != &courier->lanes[ENTRY_HEARTBEAT]) {
		courier->stats.acknowledged += outcome->acknowledged;
		courier->stats.dropped += outcome->refused;
	}
	if (is_usage((enum entry_kind)(lane - courier->lanes)))
		courier->stats.dropped_usage += outcome->refused;
	courier->stats.connects += outcome->connected_anew;
	courier->stats.errors += outcome->troubled;
	if (outcome->troubled)
		strcpy(courier->trouble, dispatch_trouble(courier->dispatch));
	window_acknowledge(&lane->window, &lane->queue);
	window_load(&lane->window, &lane->queue);
	if (count_pending(courier) == 0)
		pthread_cond_broadcast(&courier->idle);
}

static void serve_lane(struct courier *courier, struct lane *lane)
{
	struct dispatch_outcome outcome = {0};
	size_t kind = (size_t)(lane - courier->lanes);
	struct entry *batch = queue_take(&lane->queue, batch_max[kind], &lane->in_flight);
	pthread_mutex_unlock(&courier->lock);
	dispatch_batch(courier->dispatch, batch, &outcome);
	pthread_mutex_lock(&courier->lock);
	account(courier, lane, &outcome);
}

static void *run(void *argument)
{
	struct courier *courier = argument;
	struct dispatch_outcome first = {0};
	/* Before there is anything to carry: a wrong URL is told at the start, not in the night of
	 * the first alert. */
	dispatch_batch(courier->dispatch, NULL, &first);
	pthread_mutex_lock(&courier->lock);
	account(courier, &courier->lanes[ENTRY_ALERT], &first);
	window_load(&courier->lanes[ENTRY_HOUR].window, &courier->lanes[ENTRY_HOUR].queue);
	while (!courier->stop) {
		int64_t wake_ms;
		struct lane *lane = next_lane(courier, dispatch_clock_ms(), &wake_ms);
		if (lane)
			serve_lane(courier, lane);
		else
			wait_until(courier, &courier->work, wake_ms);
	}
	pthread_mutex_unlock(&courier->lock);
	return NULL;
}

static void init_locks(struct courier *courier)
{
	pthread_condattr_t monotonic;
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_mutex_init(&courier->lock, NULL);
	pthread_cond_init(&courier->work, &monotonic);
	pthread_cond_init(&courier->idle, &monotonic);
	pthread_condattr_destroy(&monotonic);
}

static void free_courier(struct courier *courier)
{
	for (int i = 0; i < ENTRY_KINDS; i++)
		queue_done(&courier->lanes[i].queue);
	dispatch_free(courier->dispatch);
	pthread_mutex_destroy(&courier->lock);
	pthread_cond_destroy(&courier->work);
	pthread_cond_destroy(&courier->idle);
	free(courier);
}

/* Signals are for the main thread. */
static int start_thread(struct courier *courier)
{
	sigset_t all, before;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	int r = -pthread_create(&courier->thread, NULL, run, courier);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return r;
}

int courier_start(const struct courier_settings *settings, struct courier **ret_courier)
{
	struct courier *courier = calloc(1, sizeof *courier);
	if (!courier)
		return -ENOMEM;
	init_locks(courier);
	for (int i = 0; i < ENTRY_KINDS; i++) {
		queue_init(&courier->lanes[i].queue, i == ENTRY_HEARTBEAT ? 1 : settings->queue_max,
			i == ENTRY_ALERT ? QUEUE_KEEPS_OLDEST : QUEUE_KEEPS_NEWEST);
		window_init(&courier->lanes[i].window, settings->spools[i], i != ENTRY_ALERT);
	}
	courier->random = (unsigned)getpid() ^ (unsigned)dispatch_clock_ms();
	courier->dispatch = dispatch_new(settings);
	int r = courier->dispatch ? start_thread(courier) : -ENOMEM;
	if (r < 0) {
		free_courier(courier);
		return r;
	}
	*ret_courier = courier;
	return 0;
}

void courier_put(struct courier *courier, struct entry *entry)
{
	struct lane *lane = entry ? &courier->lanes[entry->kind] : NULL;
	/* Not under the lock: the disk may take its time. */
	if (lane)
		window_store(&lane->window, entry);
	pthread_mutex_lock(&courier->lock);
	if (lane) {
		window_put(&lane->window, &lane->queue, entry);
		window_load(&lane->window, &lane->queue);
	} else {
		courier->stats.dropped++;
	}
	pthread_cond_signal(&courier->work);
	pthread_mutex_unlock(&courier->lock);
}

uint64_t courier_drain(struct courier *courier, unsigned seconds)
{
	char trouble[REDIS_TROUBLE_SIZE];
	int64_t until_ms = dispatch_clock_ms() + (int64_t)seconds * 1000;
	pthread_mutex_lock(&courier->lock);
	courier->hurry = true;
	for (int i = 0; i < ENTRY_KINDS; i++)
		if (courier->lanes[i].due_ms > dispatch_clock_ms() + BACKOFF_MIN_MS)
			courier->lanes[i].due_ms = dispatch_clock_ms() + BACKOFF_MIN_MS;
	pthread_cond_signal(&courier->work);
	while (count_pending(courier) > 0 && dispatch_clock_ms() < until_ms)
		wait_until(courier, &courier->idle, until_ms);
	courier->hurry = false;
	uint64_t pending = count_pending(courier);
	strcpy(trouble, courier->trouble);
	pthread_mutex_unlock(&courier->lock);
	if (pending > 0)
		log_error("redis: %llu entries not delivered%s: %s", (unsigned long long)pending,
			courier->lanes[ENTRY_ALERT].window.spool
				? ", alerts and hours stay in the spool"
				: "",
			*trouble ? trouble : "no answer yet");
	return pending;
}

void courier_stats(struct courier *courier, struct courier_stats *ret_stats)
{
	pthread_mutex_lock(&courier->lock);
	*ret_stats = courier->stats;
	ret_stats->pending = count_pending(courier);
	ret_stats->unspooled = courier->lanes[ENTRY_ALERT].window.unspooled;
	for (int i = 0; i < ENTRY_KINDS; i++) {
		uint64_t dropped = courier->lanes[i].queue.dropped;
		ret_stats->dropped += i == ENTRY_HEARTBEAT ? 0 : dropped;
		ret_stats->dropped_usage += is_usage((enum entry_kind)i) ? dropped : 0;
	}
	pthread_mutex_unlock(&courier->lock);
}

void courier_stop(struct courier *courier)
{
	if (!courier)
		return;
	pthread_mutex_lock(&courier->lock);
	courier->stop = true;
	pthread_cond_signal(&courier->work);
	pthread_mutex_unlock(&courier->lock);
	pthread_join(courier->thread, NULL);
	free_courier(courier);
}
