/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PUBLISH_COURIER_H
#define PUBLISH_COURIER_H
/*
 * The thread that carries entries to Redis. Each kind of entry has a queue and a backoff of its
 * own, so that a server that refuses one kind still gets the others. An entry leaves its queue when
 * Redis has acknowledged it; entries that were sent when the connection broke are sent again.
 */
#include "publish/entry.h"
#include "publish/spool.h"
#include "publish/url.h"

struct courier;

struct courier_settings {
	struct url url;
	const char *prefix, *sensor; /* these and the next two outlive the courier */
	const char *channel, *list;  /* NULL: none */
	uint64_t alerts_maxlen, usage_maxlen, usage_hour_maxlen;
	size_t queue_max;                  /* of each kind; one heartbeat only */
	struct spool *spools[ENTRY_KINDS]; /* entries of a kind go there first; outlive the courier;
					      NULL: none */
};

struct courier_stats {
	uint64_t acknowledged, pending, dropped; /* alerts and usage; heartbeats do not count */
	uint64_t dropped_usage; /* how many of the dropped ones were usage: minutes or hours */
	uint64_t errors, connects;
	uint64_t unspooled; /* alerts that their spool did not take: they wait in memory only */
};

/* Starts the thread. Returns 0 or -errno. */
int courier_start(const struct courier_settings *settings, struct courier **ret_courier);

/* Hands an entry over; NULL (no memory to make it) counts as dropped. Never blocks on the server.
 */
void courier_put(struct courier *courier, struct entry *entry);

/* Waits until no alert and no usage is pending, at most `seconds`; meanwhile a lost server is tried
 * every second. Returns what is still pending, after a log line that says why. */
uint64_t courier_drain(struct courier *courier, unsigned seconds);

void courier_stats(struct courier *courier, struct courier_stats *ret_stats);

/* Ends the thread, after at most the silence that redis.h allows, and frees what is pending. */
void courier_stop(struct courier *courier);

#endif
