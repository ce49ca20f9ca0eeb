/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PUBLISH_REDIS_H
#define PUBLISH_REDIS_H
/*
 * One connection to a Redis server: commands go out in pipelines, replies are read one by one, in
 * order. The only user of hiredis. For one thread.
 */
#include <stdbool.h>
#include <stddef.h>

#include "publish/redis_error.h"
#include "publish/url.h"

/* What a command answers with unless it fails: a server that answers otherwise is none of Redis. */
enum redis_reply {
	REDIS_STATUS,
	REDIS_ID, /* of a stream entry: "1763704800000-0" */
	REDIS_INTEGER,
};

#define REDIS_CONNECT_MS 3000 /* longest wait for a connection */
#define REDIS_SILENCE_MS 5000 /* longest wait for a reply, or for room to write */
#define REDIS_TROUBLE_SIZE 400

/* Of an answer; a longer one breaks the connection. In memory one takes up to 16 times as much. */
#define REDIS_ANSWER_BYTES_MAX (64u << 20)
#define REDIS_ITEMS_MAX (1 << 20) /* of one list */

struct redis;

#define REDIS_SENTINEL_MS 1000 /* the same for each Sentinel, of which another may be well */

/* A client of the server at `url`, which is copied. No connection yet. NULL: no memory. */
struct redis *redis_new(const struct url *url);

/* Finds the master when the URL names Sentinels; connects, authenticates and selects the database.
 * Returns 0, or -1 and redis_trouble(). */
int redis_connect(struct redis *redis);

bool redis_is_connected(const struct redis *redis);

/* Drops the connection, with the replies that are still to come. */
void redis_disconnect(struct redis *redis);

/* Adds a command of `count` NUL-terminated arguments to the pipeline. Returns 0 or -1,
 * disconnected. */
int redis_send(struct redis *redis, size_t count, const char *const *arguments);

/* Reads the next reply, which should be an `expected` one. Returns 0 and the verdict
 * (redis_trouble() tells an error reply), or -1 when the connection broke, which is disconnected
 * then. */
int redis_receive(struct redis *redis, enum redis_reply expected, enum redis_verdict *ret_verdict);

/* A reply as a tree, for readers: read only, valid until its root is freed. Whoever answers decides
 * what is in it: NULL stands for an item that is not there, and is no list, no string, no integer.
 */
struct redis_value;

/* Sends one command of `count` NUL-terminated arguments and waits for its answer; for readers, who
 * have no pipeline open. Returns 0 and *ret_value, which the caller frees; 1 when the server
 * refused (redis_trouble() says why); -1 when the connection broke, which is disconnected then. */
int redis_call(struct redis *redis, size_t count, const char *const *arguments,
	struct redis_value **ret_value);

/* How many items a list has; 0 for what is no list. */
size_t redis_value_count(const struct redis_value *value);

/* The item of a list; NULL beyond its count, and of what is no list. */
const struct redis_value *redis_value_item(const struct redis_value *value, size_t index);

/* The bytes of a string, with a NUL behind them that is not counted (more may lie among them); ""
 * for what is no string. */
const char *redis_value_text(const struct redis_value *value, size_t *ret_length);

/* An integer; 0 for what is none. */
long long redis_value_number(const struct redis_value *value);

/* Accepts NULL. */
void redis_value_free(struct redis_value *value);

/* The last trouble in one printable line without any secret: "127.0.0.1:6379: WRONGPASS: user or
 * password is wrong". Empty before the first one. */
const char *redis_trouble(const struct redis *redis);

/* What kind of trouble it was: static text, the same pointer for the same kind. NULL: none yet. */
const char *redis_trouble_kind(const struct redis *redis);

void redis_free(struct redis *redis);

/* hiredis' version: "0.14.1". */
const char *redis_library_version(void);

#endif
