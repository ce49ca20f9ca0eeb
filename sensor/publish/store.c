/* SPDX-License-Identifier: Apache-2.0 */
#include "publish/store.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct store {
	struct redis *redis;
	const char *prefix;
	int64_t failed_ms; /* when an attempt to connect failed last; 0: the last one did not */
};

struct store *store_new(const struct url *url, const char *prefix)
{
	struct store *store = calloc(1, sizeof *store);
	if (!store)
		return NULL;
	store->prefix = prefix;
	store->redis = redis_new(url);
	if (store->redis)
		return store;
	free(store);
	return NULL;
}

void store_free(struct store *store)
{
	if (!store)
		return;
	redis_free(store->redis);
	free(store);
}

const char *store_key(const struct store *store, const char *name, char ret_key[STORE_KEY_SIZE])
{
	snprintf(ret_key, STORE_KEY_SIZE, "%s%s", store->prefix, name);
	return ret_key;
}

static int64_t clock_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000 + 1;
}

static int connect_now(struct store *store)
{
	if (store->failed_ms && clock_ms() - store->failed_ms < STORE_PAUSE_MS)
		return -1;
	int r = redis_connect(store->redis);
	store->failed_ms = r < 0 ? clock_ms() : 0;
	return r;
}

int store_call(
	struct store *store, size_t count, const char *const *words, struct redis_value **ret_value)
{
	bool was_connected = redis_is_connected(store->redis);
	if (!was_connected && connect_now(store) < 0)
		return -1;
	int r = redis_call(store->redis, count, words, ret_value);
	/* A connection that lay idle may have been closed long ago; a new one tells. */
	if (r < 0 && was_connected && connect_now(store) == 0)
		r = redis_call(store->redis, count, words, ret_value);
	return r;
}

/* The newest id below `id`. Of 0-0, which no entry has, it is 0-0. */
static void step_back(const struct stream_id *id, struct stream_id *ret_id)
{
	if (id->number > 0)
		*ret_id = (struct stream_id){id->ms, id->number - 1};
	else if (id->ms > 0)
		*ret_id = (struct stream_id){id->ms - 1, UINT64_MAX};
	else
		*ret_id = (struct stream_id){0, 0};
}

int store_read_back(struct store *store, const char *stream, const struct stream_id *before,
	unsigned count, struct redis_value **ret_entries)
{
	char key[STORE_KEY_SIZE], last[STORE_ID_SIZE] = "+", number[16];
	struct stream_id id = {0};
	if (before) {
		step_back(before, &id);
		snprintf(last, sizeof last, "%" PRIu64 "-%" PRIu64, id.ms, id.number);
	}
	snprintf(number, sizeof number, "%u", count);
	return store_call(store, 6,
		(const char *[]){
			"XREVRANGE", store_key(store, stream, key), last, "-", "COUNT", number},
		ret_entries);
}

int store_read_on(struct store *store, const char *stream, const char *first, const char *last,
	unsigned count, struct redis_value **ret_entries)
{
	char key[STORE_KEY_SIZE], number[16];
	snprintf(number, sizeof number, "%u", count);
	return store_call(store, 6,
		(const char *[]){
			"XRANGE", store_key(store, stream, key), first, last, "COUNT", number},
		ret_entries);
}

const char *store_trouble(const struct store *store)
{
	return redis_trouble(store->redis);
}

const char *store_entry_id(const struct redis_value *entry)
{
	struct stream_id id;
	size_t length;
	if (redis_value_count(entry) != 2)
		return NULL;
	const char *text = redis_value_text(redis_value_item(entry, 0), &length);
	bool is_short = length < STORE_ID_SIZE; /* zeros may stand before the digits */
	return is_short && stream_id_parse(text, &id) == 0 ? text : NULL;
}

const struct redis_value *store_entry_fields(const struct redis_value *entry)
{
	return redis_value_item(entry, 1);
}

const char *store_field(const struct redis_value *fields, const char *name, size_t *ret_length)
{
	size_t count = redis_value_count(fields), length;
	for (size_t i = 0; i + 1 < count; i += 2)
		if (strcmp(redis_value_text(redis_value_item(fields, i), &length), name) == 0)
			return redis_value_text(redis_value_item(fields, i + 1), ret_length);
	return NULL;
}
