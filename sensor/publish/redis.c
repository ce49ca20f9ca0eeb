/* SPDX-License-Identifier: Apache-2.0 */
#include "publish/redis.h"

#include <errno.h>
#include <hiredis/hiredis.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

#define STRING(x) #x
#define VERSION(a, b, c) STRING(a) "." STRING(b) "." STRING(c)

static const char kind_connection[] = "connection";
static const char kind_silence[] = "silence";
static const char kind_protocol[] = "protocol";
static const char kind_sentinel[] = "Sentinel";

struct redis {
	struct url url;
	redisReplyObjectFunctions functions; /* of the connection: hiredis' own, with limits */
	void *(*make_list)(const redisReadTask *task, int count); /* hiredis' own */
	redisContext *context;                                    /* NULL: not connected */
	const char *kind;
	char trouble[REDIS_TROUBLE_SIZE];
};

struct redis *redis_new(const struct url *url)
{
	struct redis *redis = calloc(1, sizeof *redis);
	if (redis)
		redis->url = *url;
	return redis;
}

static void tell(struct redis *redis, const char *kind, const char *what, const char *detail)
{
	char shown[URL_SHOWN_SIZE], printable[160];
	text_clean_ascii(detail, strlen(detail), printable, sizeof printable);
	snprintf(redis->trouble, sizeof redis->trouble, "%.150s: %s%s%s",
		url_show(&redis->url, shown), what, *printable ? ": " : "", printable);
	redis->kind = kind;
}

static void tell_broken(struct redis *redis)
{
	const redisContext *context = redis->context;
	if (context->err == REDIS_ERR_IO && (errno == EAGAIN || errno == EWOULDBLOCK))
		tell(redis, kind_silence, "no answer in time", "");
	else if (context->err == REDIS_ERR_OOM) /* a list too long, see make_short_list */
		tell(redis, kind_protocol, "answer too long", "");
	else if (context->err == REDIS_ERR_PROTOCOL)
		tell(redis, kind_protocol, "this is no Redis server", context->errstr);
	else
		tell(redis, kind_connection, "connection lost", context->errstr);
	redis_disconnect(redis);
}

static struct timeval to_timeval(long ms)
{
	return (struct timeval){.tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000};
}

/* Behind the error's name, with which the message mostly begins. */
static const char *detail_of(const char *message, const struct redis_error *error)
{
	size_t length = strlen(error->name);
	bool is_named = strncmp(message, error->name, length) == 0 && message[length] == ' ';
	return is_named ? message + length + 1 : message;
}

/* `secret`: an error may repeat what was sent, so that only its kind is told. */
static enum redis_verdict judge_error(struct redis *redis, const char *message, bool secret)
{
	const struct redis_error *error = redis_error_find(message);
	char what[160];
	if (error->verdict == REDIS_REPEATED)
		return REDIS_REPEATED;
	snprintf(what, sizeof what, "%s: %s", error->name, error->hint);
	tell(redis, error->name, what, secret ? "" : detail_of(message, error));
	return error->verdict;
}

/* hiredis takes any bytes of the announced length for a string; a garbled line must not pass for an
 * acknowledgement. */
static bool is_stream_id(const char *string)
{
	static const char digits[] = "0123456789";
	size_t time = strspn(string, digits);
	if (time == 0 || string[time] != '-')
		return false;
	size_t sequence = strspn(string + time + 1, digits);
	return sequence > 0 && string[time + 1 + sequence] == '\0';
}

static bool is_expected(const redisReply *reply, enum redis_reply expected)
{
	static const int types[] = {
		[REDIS_STATUS] = REDIS_REPLY_STATUS,
		[REDIS_ID] = REDIS_REPLY_STRING,
		[REDIS_INTEGER] = REDIS_REPLY_INTEGER,
	};
	return reply->type == types[expected] && (expected != REDIS_ID || is_stream_id(reply->str));
}

/* hiredis makes room for as many items as a list announces, before one has come. */
static void *make_short_list(const redisReadTask *task, int count)
{
	const struct redis *redis = task->privdata;
	return count <= REDIS_ITEMS_MAX ? redis->make_list(task, count) : NULL;
}

static void limit_lists(struct redis *redis)
{
	redisReader *reader = redis->context->reader;
	redis->functions = *reader->fn;
	redis->make_list = reader->fn->createArray;
	redis->functions.createArray = make_short_list;
	reader->fn = &redis->functions;
	reader->privdata = redis;
}

/* As redisGetReply, for an answer of at most REDIS_ANSWER_BYTES_MAX. */
static int wait_for_reply(struct redis *redis, void **ret_reply)
{
	redisContext *context = redis->context;
	size_t bytes = 0;
	int is_sent = 0;
	errno = 0;
	int r = redisGetReplyFromReader(context, ret_reply);
	while (r == REDIS_OK && !*ret_reply && !is_sent)
		r = redisBufferWrite(context, &is_sent);
	while (r == REDIS_OK && !*ret_reply && bytes <= REDIS_ANSWER_BYTES_MAX) {
		size_t before = context->reader->len;
		r = redisBufferRead(context);
		bytes += context->reader->len - before;
		if (r == REDIS_OK)
			r = redisGetReplyFromReader(context, ret_reply);
	}
	if (r == REDIS_OK && *ret_reply)
		return 0;
	if (r == REDIS_OK) {
		tell(redis, kind_protocol, "answer too long", "");
		redis_disconnect(redis);
	} else {
		tell_broken(redis);
	}
	return -1;
}

static int read_reply(struct redis *redis, enum redis_reply expected, bool secret,
	enum redis_verdict *ret_verdict)
{
	void *got = NULL;
	if (wait_for_reply(redis, &got) < 0)
		return -1;
	redisReply *reply = got;
	int r = 0;
	if (reply->type == REDIS_REPLY_ERROR) {
		*ret_verdict = judge_error(redis, reply->str, secret);
	} else if (is_expected(reply, expected)) {
		*ret_verdict = REDIS_DONE;
	} else {
		tell(redis, kind_protocol, "this is no Redis server", "unexpected answer");
		redis_disconnect(redis);
		r = -1;
	}
	freeReplyObject(reply);
	return r;
}

/* One command of the greeting: anything but "done" ends the connection. */
static int greet(struct redis *redis, size_t count, const char *const *arguments)
{
	enum redis_verdict verdict;
	if (redis_send(redis, count, arguments) < 0 ||
		read_reply(redis, REDIS_STATUS, true, &verdict) < 0)
		return -1;
	if (verdict == REDIS_DONE)
		return 0;
	redis_disconnect(redis);
	return -1;
}

static int authenticate(struct redis *redis)
{
	const struct url *url = &redis->url;
	if (!*url->password)
		return 0;
	if (*url->user)
		return greet(redis, 3, (const char *[]){"AUTH", url->user, url->password});
	return greet(redis, 2, (const char *[]){"AUTH", url->password});
}

static int select_database(struct redis *redis)
{
	char number[16];
	if (redis->url.database == 0)
		return 0;
	snprintf(number, sizeof number, "%d", redis->url.database);
	return greet(redis, 2, (const char *[]){"SELECT", number});
}

static int open_connection(struct redis *redis, long connect_ms, long silence_ms)
{
	const struct url *url = &redis->url;
	struct timeval patience = to_timeval(connect_ms);
	redis_disconnect(redis);
	redis->context = url->is_unix ? redisConnectUnixWithTimeout(url->path, patience)
				      : redisConnectWithTimeout(
						url->server.host, url->server.port, patience);
	if (!redis->context || redis->context->err) {
		tell(redis, kind_connection, "cannot connect",
			redis->context ? redis->context->errstr : "no memory");
		redis_disconnect(redis);
		return -1;
	}
	limit_lists(redis);
	redisSetTimeout(redis->context, to_timeval(silence_ms));
	if (!url->is_unix)
		redisEnableKeepAlive(redis->context);
	return 0;
}

bool redis_is_connected(const struct redis *redis)
{
	return redis->context != NULL;
}

void redis_disconnect(struct redis *redis)
{
	if (redis->context)
		redisFree(redis->context);
	redis->context = NULL;
}

int redis_send(struct redis *redis, size_t count, const char *const *arguments)
{
	if (redisAppendCommandArgv(redis->context, (int)count, (const char **)arguments, NULL) ==
		REDIS_OK)
		return 0;
	tell(redis, kind_connection, "cannot send", "no memory");
	redis_disconnect(redis);
	return -1;
}

int redis_receive(struct redis *redis, enum redis_reply expected, enum redis_verdict *ret_verdict)
{
	return read_reply(redis, expected, false, ret_verdict);
}

/* A value is hiredis' own tree under another name: a reader of many entries must not pay for a
 * copy of each. */
static const redisReply *reply_of(const struct redis_value *value)
{
	return (const redisReply *)value;
}

int redis_call(struct redis *redis, size_t count, const char *const *arguments,
	struct redis_value **ret_value)
{
	void *got = NULL;
	if (redis_send(redis, count, arguments) < 0)
		return -1;
	if (wait_for_reply(redis, &got) < 0)
		return -1;
	redisReply *reply = got;
	if (reply->type != REDIS_REPLY_ERROR) {
		*ret_value = (struct redis_value *)reply;
		return 0;
	}
	judge_error(redis, reply->str, false);
	freeReplyObject(reply);
	return 1;
}

size_t redis_value_count(const struct redis_value *value)
{
	return value && reply_of(value)->type == REDIS_REPLY_ARRAY ? reply_of(value)->elements : 0;
}

const struct redis_value *redis_value_item(const struct redis_value *value, size_t index)
{
	if (index >= redis_value_count(value))
		return NULL;
	return (const struct redis_value *)reply_of(value)->element[index];
}

const char *redis_value_text(const struct redis_value *value, size_t *ret_length)
{
	const redisReply *reply = reply_of(value);
	bool is_text =
		reply && (reply->type == REDIS_REPLY_STRING || reply->type == REDIS_REPLY_STATUS);
	*ret_length = is_text ? reply->len : 0;
	return is_text ? reply->str : "";
}

long long redis_value_number(const struct redis_value *value)
{
	bool is_number = value && reply_of(value)->type == REDIS_REPLY_INTEGER;
	return is_number ? reply_of(value)->integer : 0;
}

void redis_value_free(struct redis_value *value)
{
	if (value)
		freeReplyObject((redisReply *)value);
}

/* An address is a list of two strings, host and port. */
static int read_address(const struct redis_value *value, struct url_server *ret_server)
{
	size_t length;
	if (redis_value_count(value) != 2)
		return -1;
	const char *host = redis_value_text(redis_value_item(value, 0), &length);
	if (length == 0 || length >= sizeof ret_server->host || strlen(host) != length)
		return -1;
	strcpy(ret_server->host, host);
	ret_server->port = atoi(redis_value_text(redis_value_item(value, 1), &length));
	return ret_server->port >= 1 && ret_server->port <= 65535 ? 0 : -1;
}

static int ask_sentinel(struct redis *redis, struct url_server *ret_master)
{
	struct redis_value *value = NULL;
	const char *const question[] = {"SENTINEL", "get-master-addr-by-name", redis->url.master};
	if (open_connection(redis, REDIS_SENTINEL_MS, REDIS_SENTINEL_MS) < 0 ||
		redis_call(redis, 3, question, &value) != 0)
		return -1;
	int r = read_address(value, ret_master);
	if (r < 0)
		tell(redis, kind_sentinel, "this Sentinel knows no such master", redis->url.master);
	redis_value_free(value);
	return r;
}

/* The first Sentinel that knows the master decides. A master that has just lost its place refuses
 * with READONLY, or is silent: the next attempt asks again. */
static int find_master(struct redis *redis)
{
	struct url *url = &redis->url;
	int r = url->sentinel_count > 0 ? -1 : 0;
	for (size_t i = 0; i < url->sentinel_count && r < 0; i++) {
		struct url_server master;
		url->server = url->sentinels[i];
		r = ask_sentinel(redis, &master);
		redis_disconnect(redis);
		if (r == 0)
			url->server = master;
	}
	return r;
}

int redis_connect(struct redis *redis)
{
	if (find_master(redis) < 0 ||
		open_connection(redis, REDIS_CONNECT_MS, REDIS_SILENCE_MS) < 0)
		return -1;
	return authenticate(redis) < 0 || select_database(redis) < 0 ? -1 : 0;
}

const char *redis_trouble(const struct redis *redis)
{
	return redis->trouble;
}

const char *redis_trouble_kind(const struct redis *redis)
{
	return redis->kind;
}

void redis_free(struct redis *redis)
{
	if (!redis)
		return;
	redis_disconnect(redis);
	explicit_bzero(&redis->url, sizeof redis->url);
	free(redis);
}

const char *redis_library_version(void)
{
	return VERSION(HIREDIS_MAJOR, HIREDIS_MINOR, HIREDIS_PATCH);
}
