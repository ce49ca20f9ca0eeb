/* SPDX-License-Identifier: Apache-2.0 */
#include "web/watcher.h"

#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/log.h"
#include "web/alerts.h"
#include "web/episode_reader.h"
#include "web/usage_reader.h"

struct watcher {
	struct watcher_settings settings;
	struct store *store;
	struct usage_reader *usage;
	struct episode_reader past;
	pthread_t thread;
	atomic_bool is_stopping;
	pthread_mutex_t lock; /* for the wait below only */
	pthread_cond_t is_stopped;
	char alert_id[STORE_ID_SIZE]; /* the newest alert that was told; empty: none looked for */
	int64_t looked_ms;
	bool is_catching_up, was_told;
};

static int64_t clock_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Every browser learns of a change, not of each attempt. */
static void tell_connection(struct watcher *watcher, bool is_connected)
{
	if (watcher->was_told && atomic_load(watcher->settings.is_connected) == is_connected)
		return;
	watcher->was_told = true;
	atomic_store(watcher->settings.is_connected, is_connected);
	hub_add(watcher->settings.hub, NULL, "redis",
		is_connected ? "{\"connected\":true}" : "{\"connected\":false}");
	watcher->settings.wake(watcher->settings.user);
	if (is_connected)
		log_info("dashboard: Redis answers");
	else
		log_warn("dashboard: %s", store_trouble(watcher->store));
}

static void tell_alert(struct watcher *watcher, const struct redis_value *entry)
{
	json_t *alert = alerts_make(entry);
	char *text =
		alert ? json_dumps(alert, JSON_COMPACT | JSON_ENSURE_ASCII | JSON_REAL_PRECISION(6))
		      : NULL;
	if (text &&
		hub_add(watcher->settings.hub, store_entry_id(entry), "alert", text) == -EMSGSIZE)
		hub_add(watcher->settings.hub, store_entry_id(entry), "reload", "{}");
	if (alert)
		episodes_take(watcher->settings.episodes, alert);
	if (alert)
		snprintf(watcher->alert_id, sizeof watcher->alert_id, "%s", store_entry_id(entry));
	free(text);
	json_decref(alert);
}

/* Goes back behind the newest alerts, which are then read as if they came now: a browser that comes
 * again after a restart finds them in the hub, and one that knows them leaves them out. */
static int find_begin(struct watcher *watcher)
{
	struct redis_value *entries;
	struct stream_id at = {0};
	size_t known = 0, count = WATCHER_ALERTS;
	while (known < WATCHER_KNOWN_ALERTS && count == WATCHER_ALERTS) {
		int r = store_read_back(
			watcher->store, "alerts", known > 0 ? &at : NULL, WATCHER_ALERTS, &entries);
		if (r != 0)
			return r;
		count = redis_value_count(entries);
		for (size_t i = 0; i < count; i++)
			stream_id_parse(store_entry_id(redis_value_item(entries, i)), &at);
		known += count;
		redis_value_free(entries);
	}
	if (known < WATCHER_KNOWN_ALERTS) {
		snprintf(watcher->alert_id, sizeof watcher->alert_id, "0-0");
		return 0;
	}
	snprintf(watcher->alert_id, sizeof watcher->alert_id, "%" PRIu64 "-%" PRIu64, at.ms,
		at.number);
	hub_begin(watcher->settings.hub, watcher->alert_id);
	return 0;
}

/* A stream that was emptied or deleted begins anew, perhaps with smaller ids. */
static int check_stream(struct watcher *watcher)
{
	struct redis_value *entries;
	struct stream_id newest = {0}, told = {0};
	int r = store_read_back(watcher->store, "alerts", NULL, 1, &entries);
	if (r != 0)
		return r;
	if (redis_value_count(entries) == 1)
		stream_id_parse(store_entry_id(redis_value_item(entries, 0)), &newest);
	redis_value_free(entries);
	stream_id_parse(watcher->alert_id, &told);
	if (stream_id_compare(&newest, &told) >= 0)
		return 0;
	snprintf(watcher->alert_id, sizeof watcher->alert_id, "%" PRIu64 "-%" PRIu64, newest.ms,
		newest.number);
	episode_reader_restart(&watcher->past);
	hub_add(watcher->settings.hub, NULL, "reload", "{}");
	watcher->settings.wake(watcher->settings.user);
	return 0;
}

static int read_news(struct watcher *watcher)
{
	char key[STORE_KEY_SIZE], block[16], count[16];
	struct redis_value *streams;
	snprintf(block, sizeof block, "%d", WATCHER_BLOCK_MS);
	snprintf(count, sizeof count, "%d", WATCHER_ALERTS);
	const char *words[] = {"XREAD", "COUNT", count, "BLOCK", block, "STREAMS",
		store_key(watcher->store, "alerts", key), watcher->alert_id};
	if (watcher->is_catching_up) /* no time to wait: without BLOCK */
		memmove(words + 3, words + 5, 3 * sizeof *words);
	int r = store_call(watcher->store, watcher->is_catching_up ? 6 : 8, words, &streams);
	if (r != 0)
		return r;
	if (redis_value_count(streams) == 1 &&
		redis_value_count(redis_value_item(streams, 0)) == 2) {
		const struct redis_value *entries =
			redis_value_item(redis_value_item(streams, 0), 1);
		for (size_t i = 0; i < redis_value_count(entries); i++)
			tell_alert(watcher, redis_value_item(entries, i));
		watcher->settings.wake(watcher->settings.user);
	}
	redis_value_free(streams);
	return 0;
}

/* What is open must be seen, however many ranges there are. */
static void put_open_first(struct watcher *watcher)
{
	const char *names[EPISODES_OPEN_MAX];
	struct ledger_sum sum;
	size_t count = 0, index;
	json_t *pair;
	ledger_sum(watcher->settings.ledger, &sum);
	if (sum.ranges < LEDGER_RANGES_MAX)
		return;
	json_t *open = episodes_count_open(watcher->settings.episodes);
	json_array_foreach(open, index, pair)
	{
		const char *name = json_string_value(json_object_get(pair, "range"));
		if (name && count < EPISODES_OPEN_MAX)
			names[count++] = name;
	}
	ledger_put_first(watcher->settings.ledger, names, count);
	json_decref(open);
}

/* Browsers are told when the past is read: until then they ask by themselves. */
static int read_past(struct watcher *watcher)
{
	bool was_catching_up = watcher->is_catching_up;
	put_open_first(watcher);
	int r = usage_reader_step(watcher->usage, &watcher->is_catching_up);
	if (r == 0)
		r = episode_reader_step(&watcher->past);
	watcher->is_catching_up |= !watcher->past.is_done;
	if (was_catching_up && !watcher->is_catching_up) {
		hub_add(watcher->settings.hub, NULL, "usage", "{}");
		watcher->settings.wake(watcher->settings.user);
	}
	return r;
}

static int follow(struct watcher *watcher)
{
	int r = *watcher->alert_id ? 0 : find_begin(watcher);
	if (r == 0)
		r = read_news(watcher);
	if (r != 0 ||
		(!watcher->is_catching_up && clock_ms() - watcher->looked_ms < WATCHER_LOOK_MS))
		return r;
	watcher->looked_ms = clock_ms();
	r = check_stream(watcher);
	return r == 0 ? read_past(watcher) : r;
}

static void pause_until_stopped(struct watcher *watcher)
{
	struct timespec end;
	clock_gettime(CLOCK_REALTIME, &end);
	end.tv_sec += 1;
	pthread_mutex_lock(&watcher->lock);
	if (!atomic_load(&watcher->is_stopping))
		pthread_cond_timedwait(&watcher->is_stopped, &watcher->lock, &end);
	pthread_mutex_unlock(&watcher->lock);
}

static void *watch(void *argument)
{
	struct watcher *watcher = argument;
	while (!atomic_load(&watcher->is_stopping)) {
		int r = follow(watcher);
		tell_connection(watcher, r == 0);
		if (r != 0)
			pause_until_stopped(watcher);
	}
	return NULL;
}

int watcher_start(const struct watcher_settings *settings, struct watcher **ret_watcher)
{
	struct watcher *watcher = calloc(1, sizeof *watcher);
	if (!watcher)
		return -ENOMEM;
	watcher->settings = *settings;
	watcher->looked_ms = -WATCHER_LOOK_MS;
	watcher->is_catching_up = true;
	pthread_mutex_init(&watcher->lock, NULL);
	pthread_cond_init(&watcher->is_stopped, NULL);
	watcher->store = store_new(settings->url, settings->prefix);
	episode_reader_init(&watcher->past, watcher->store, settings->episodes);
	if (watcher->store)
		watcher->usage = usage_reader_new(watcher->store, settings->ledger);
	if (watcher->usage && pthread_create(&watcher->thread, NULL, watch, watcher) == 0) {
		*ret_watcher = watcher;
		return 0;
	}
	int r = watcher->usage ? -EAGAIN : -ENOMEM;
	usage_reader_free(watcher->usage);
	store_free(watcher->store);
	free(watcher);
	return r;
}

void watcher_stop(struct watcher *watcher)
{
	if (!watcher)
		return;
	pthread_mutex_lock(&watcher->lock);
	atomic_store(&watcher->is_stopping, true);
	pthread_cond_signal(&watcher->is_stopped);
	pthread_mutex_unlock(&watcher->lock);
	pthread_join(watcher->thread, NULL);
	usage_reader_free(watcher->usage);
	store_free(watcher->store);
	pthread_cond_destroy(&watcher->is_stopped);
	pthread_mutex_destroy(&watcher->lock);
	free(watcher);
}
