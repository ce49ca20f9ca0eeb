/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PUBLISH_STORE_H
#define PUBLISH_STORE_H
/* What the dashboard, the report and compare ask of Redis: one connection, made when it is needed.
 * For one thread. */
#include "publish/redis.h"
#include "publish/stream_id.h"

#define STORE_KEY_SIZE 512
#define STORE_ID_SIZE 48
#define STORE_WORDS_MAX 256 /* of a command */
#define STORE_PAUSE_MS 500  /* after an attempt to connect that failed */

struct store;

/* Keys begin with `prefix`, which outlives the store. NULL: no memory. */
struct store *store_new(const struct url *url, const char *prefix);
void store_free(struct store *store);

/* The key `prefix``name`. Returns ret_key. */
const char *store_key(const struct store *store, const char *name, char ret_key[STORE_KEY_SIZE]);

/* As redis_call, connecting first. Soon after an attempt that failed it returns -1 at once. */
int store_call(struct store *store, size_t count, const char *const *words,
	struct redis_value **ret_value);

/* Up to `count` entries of a stream, newest first, older than `before` (NULL: from the newest on).
 * Returns as store_call. */
int store_read_back(struct store *store, const char *stream, const struct stream_id *before,
	unsigned count, struct redis_value **ret_entries);

/* Up to `count` entries of a stream with ids in first..last (ids or "-", "+"), oldest first. */
int store_read_on(struct store *store, const char *stream, const char *first, const char *last,
	unsigned count, struct redis_value **ret_entries);

/* Why the last call failed. */
const char *store_trouble(const struct store *store);

/* An entry of a stream: its id, shorter than STORE_ID_SIZE; NULL when it has not the form of one.
 */
const char *store_entry_id(const struct redis_value *entry);

/* The list of its fields and values in turns; NULL for what has none. */
const struct redis_value *store_entry_fields(const struct redis_value *entry);

/* The value of field `name` in a list of fields and values; NULL: not there. */
const char *store_field(const struct redis_value *fields, const char *name, size_t *ret_length);

#endif
