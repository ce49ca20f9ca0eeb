/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PUBLISH_DELIVERY_H
#define PUBLISH_DELIVERY_H
/* The commands that carry an entry into Redis, and what their replies mean for the entry. */
#include "publish/entry.h"
#include "publish/redis.h"

/* Keys and limits; the strings are the caller's and outlive it. */
struct delivery {
	const char *prefix, *sensor;
	const char *channel, *list; /* mirrors of each alert; NULL none */
	uint64_t alerts_maxlen, usage_maxlen, usage_hour_maxlen; /* 0: no limit */
	uint64_t errors;                                         /* error replies so far */
};

/* Puts all commands of `entry` into the pipeline. Returns 0, or -1 when disconnected. */
int delivery_send(struct delivery *delivery, struct redis *redis, const struct entry *entry);

/* Reads the replies to what delivery_send sent for `entry`. Returns 0 and the verdict on the entry,
 * or -1 when the connection broke. A mirror that fails is counted and does not hold the entry back:
 * sent again, it would be in the stream twice. */
int delivery_receive(struct delivery *delivery, struct redis *redis, const struct entry *entry,
	enum redis_verdict *ret_verdict);

#endif
