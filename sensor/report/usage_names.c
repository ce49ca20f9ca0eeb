/* SPDX-License-Identifier: Apache-2.0 */
#include "report/usage_names.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/book.h"

#define KEYS_AT_ONCE "1000"

static int add(struct usage_names *names, const char *name)
{
	if (names->count == 2 * BOOK_RANGES_MAX) { /* a range has two streams */
		names->refused++;
		return 0;
	}
	if (names->count == names->room) {
		size_t room = names->room ? 2 * names->room : 64;
		char **larger = realloc(names->names, room * sizeof *larger);
		if (!larger)
			return -ENOMEM;
		names->names = larger;
		names->room = room;
	}
	names->names[names->count] = strdup(name);
	return names->names[names->count] ? (names->count++, 0) : -ENOMEM;
}

static int compare_texts(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* SCAN may name a key twice, and a range has a key of each scale. */
static void sort(struct usage_names *names)
{
	size_t kept = 0;
	if (names->count > 0)
		qsort(names->names, names->count, sizeof *names->names, compare_texts);
	for (size_t i = 0; i < names->count; i++) {
		if (kept > 0 && strcmp(names->names[kept - 1], names->names[i]) == 0)
			free(names->names[i]);
		else
			names->names[kept++] = names->names[i];
	}
	names->count = kept;
}

/* What has a meaning in a pattern of SCAN is taken as it is. */
static void make_pattern(const char *prefix, char ret_pattern[2 * STORE_KEY_SIZE])
{
	size_t at = 0;
	for (; *prefix && at + 2 < STORE_KEY_SIZE; prefix++) {
		if (strchr("*?[]\\^-", *prefix))
			ret_pattern[at++] = '\\';
		ret_pattern[at++] = *prefix;
	}
	snprintf(ret_pattern + at, STORE_KEY_SIZE, "usage*:*");
}

static int take_keys(
	struct usage_names *names, const struct redis_value *keys, size_t prefix_length)
{
	static const char *const streams[] = {"usage:", "usage-hour:"};
	int error = 0;
	for (size_t i = 0; i < redis_value_count(keys) && error == 0; i++) {
		size_t length;
		const char *key = redis_value_text(redis_value_item(keys, i), &length);
		key += length < prefix_length ? length : prefix_length;
		for (size_t s = 0; s < sizeof streams / sizeof *streams && error == 0; s++)
			if (strncmp(key, streams[s], strlen(streams[s])) == 0)
				error = add(names, key + strlen(streams[s]));
	}
	return error;
}

int usage_names_find(struct store *store, struct usage_names *ret_names)
{
	char prefix[STORE_KEY_SIZE], pattern[2 * STORE_KEY_SIZE], cursor[32] = "0";
	size_t prefix_length = strlen(store_key(store, "", prefix)), length;
	int error = 0;
	*ret_names = (struct usage_names){0};
	make_pattern(prefix, pattern);
	do {
		struct redis_value *step;
		const char *const words[] = {
			"SCAN", cursor, "MATCH", pattern, "COUNT", KEYS_AT_ONCE};
		if (store_call(store, 6, words, &step) != 0)
			return -EIO;
		bool is_step = redis_value_count(step) == 2;
		snprintf(cursor, sizeof cursor, "%s",
			is_step ? redis_value_text(redis_value_item(step, 0), &length) : "0");
		if (is_step)
			error = take_keys(ret_names, redis_value_item(step, 1), prefix_length);
		redis_value_free(step);
	} while (error == 0 && strcmp(cursor, "0") != 0);
	sort(ret_names);
	return error;
}

void usage_names_done(struct usage_names *names)
{
	for (size_t i = 0; i < names->count; i++)
		free(names->names[i]);
	free(names->names);
}
