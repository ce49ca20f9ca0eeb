/* SPDX-License-Identifier: Apache-2.0 */
#include "publish/dispatch.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/log.h"
#include "publish/backoff.h"
#include "publish/delivery.h"

#define KINDS_OF_TROUBLE 16

struct trouble_limit {
	const char *kind;
	struct log_limit limit;
};

struct dispatch {
	struct redis *redis;
	struct delivery delivery;
	int64_t connect_due_ms;
	bool told_trouble;
	struct trouble_limit limits[KINDS_OF_TROUBLE];
	struct log_limit lost_limit;
};

struct dispatch *dispatch_new(const struct courier_settings *settings)
{
	struct dispatch *dispatch = calloc(1, sizeof *dispatch);
	if (!dispatch)
		return NULL;
	dispatch->delivery = (struct delivery){
		.prefix = settings->prefix,
		.sensor = settings->sensor,
		.channel = settings->channel,
		.list = settings->list,
		.alerts_maxlen = settings->alerts_maxlen,
		.usage_maxlen = settings->usage_maxlen,
		.usage_hour_maxlen = settings->usage_hour_maxlen,
	};
	dispatch->redis = redis_new(&settings->url);
	if (!dispatch->redis) {
		free(dispatch);
		return NULL;
	}
	return dispatch;
}

void dispatch_free(struct dispatch *dispatch)
{
	if (!dispatch)
		return;
	redis_free(dispatch->redis);
	free(dispatch);
}

int64_t dispatch_clock_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t dispatch_ready_ms(const struct dispatch *dispatch)
{
	return redis_is_connected(dispatch->redis) ? 0 : dispatch->connect_due_ms;
}

const char *dispatch_trouble(const struct dispatch *dispatch)
{
	return redis_trouble(dispatch->redis);
}

static struct log_limit *limit_of(struct dispatch *dispatch, const char *kind)
{
	size_t i = 0;
	while (i + 1 < KINDS_OF_TROUBLE && dispatch->limits[i].kind &&
		dispatch->limits[i].kind != kind)
		i++;
	dispatch->limits[i].kind = kind;
	return &dispatch->limits[i].limit;
}

/* Each kind of trouble once a minute; the way back only when the trouble was told. */
static void tell(struct dispatch *dispatch, bool troubled)
{
	const char *kind = redis_trouble_kind(dispatch->redis);
	if (troubled && kind) {
		struct log_limit *limit = limit_of(dispatch, kind);
		log_limited(limit, "redis: %s", redis_trouble(dispatch->redis));
		dispatch->told_trouble |= limit->suppressed == 0;
	} else if (dispatch->told_trouble) {
		log_info("redis: delivering again");
		dispatch->told_trouble = false;
	}
}

static bool connect_if_needed(struct dispatch *dispatch, struct dispatch_outcome *outcome)
{
	if (redis_is_connected(dispatch->redis))
		return true;
	dispatch->connect_due_ms = dispatch_clock_ms() + BACKOFF_MIN_MS;
	outcome->connected_anew = redis_connect(dispatch->redis) == 0;
	outcome->troubled = !outcome->connected_anew;
	return outcome->connected_anew;
}

static bool send_all(struct dispatch *dispatch, const struct entry *batch)
{
	for (; batch; batch = batch->next)
		if (delivery_send(&dispatch->delivery, dispatch->redis, batch) < 0)
			return false;
	return true;
}

/* A stream takes times in ascending order: what was put off will not be taken any more. */
static void overtake(struct entry *kept, const struct entry *taken)
{
	for (; taken->kind != ENTRY_ALERT && kept; kept = kept->next)
		kept->overtaken |= strcmp(kept->strings, taken->strings) == 0;
}

/* The verdict on an entry as if it had been alone. */
static enum redis_verdict judge(
	struct dispatch *dispatch, const struct entry *entry, enum redis_verdict verdict)
{
	if (verdict != REDIS_REPEATED)
		return verdict;
	if (!entry->overtaken)
		return REDIS_DONE;
	log_limited(&dispatch->lost_limit,
		"redis: %s: a bucket that was put off is lost, a later one went before",
		entry->strings);
	return REDIS_REFUSED;
}

/* Reads the replies to a batch; the entries that must wait stay, in their order, in outcome->kept.
 */
static void settle(struct dispatch *dispatch, struct entry *batch, struct dispatch_outcome *outcome)
{
	struct entry **end = &outcome->kept;
	bool retry = false;
	while (batch) {
		struct entry *entry = batch;
		enum redis_verdict verdict = REDIS_RETRY;
		batch = entry->next;
		if (redis_is_connected(dispatch->redis))
			delivery_receive(&dispatch->delivery, dispatch->redis, entry, &verdict);
		if (verdict == REDIS_DONE)
			overtake(outcome->kept, entry);
		verdict = judge(dispatch, entry, verdict);
		retry |= verdict == REDIS_RETRY;
		/* An alert waits for a refusal to be mended; a chart can do without a bucket. */
		if (verdict == REDIS_RETRY ||
			(verdict == REDIS_REFUSED && entry->kind == ENTRY_ALERT)) {
			entry->next = NULL;
			*end = entry;
			end = &entry->next;
			continue;
		}
		outcome->acknowledged += verdict == REDIS_DONE;
		outcome->refused += verdict == REDIS_REFUSED;
		entry_free(entry);
	}
	/* A replica or a server with a new password may be another one by now. */
	if (retry)
		redis_disconnect(dispatch->redis);
}

void dispatch_batch(
	struct dispatch *dispatch, struct entry *batch, struct dispatch_outcome *ret_outcome)
{
	struct dispatch_outcome outcome = {0};
	uint64_t errors = dispatch->delivery.errors;
	if (connect_if_needed(dispatch, &outcome) && send_all(dispatch, batch))
		settle(dispatch, batch, &outcome);
	else
		outcome.kept = batch;
	if (outcome.kept || dispatch->delivery.errors > errors)
		outcome.troubled = true;
	if (outcome.troubled || outcome.acknowledged > 0)
		tell(dispatch, outcome.troubled);
	*ret_outcome = outcome;
}
