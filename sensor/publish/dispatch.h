/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PUBLISH_DISPATCH_H
#define PUBLISH_DISPATCH_H
/*
 * The courier's thread at work: one batch of entries to the server and back, with the log lines
 * that belong to it. Knows nothing of queues, threads and when to try again. For one thread.
 */
#include "publish/courier.h"
#include "publish/redis.h"

struct dispatch;

/* What became of a batch. */
struct dispatch_outcome {
	struct entry *kept; /* to be tried again, in their order; NULL: all is settled */
	uint64_t acknowledged;
	uint64_t refused; /* given up: usage and heartbeats that the server will not take */
	bool connected_anew;
	bool troubled; /* dispatch_trouble() says why */
};

/* Not connected yet. NULL: no memory. */
struct dispatch *dispatch_new(const struct courier_settings *settings);

/* Carries `batch` (linked by next, owned by the callee but for outcome.kept; NULL: only connects).
 */
void dispatch_batch(
	struct dispatch *dispatch, struct entry *batch, struct dispatch_outcome *ret_outcome);

/* When the next batch may go, on the clock below: a second after the last attempt to connect, at
 * once when connected. */
int64_t dispatch_ready_ms(const struct dispatch *dispatch);

/* The last trouble in one line. */
const char *dispatch_trouble(const struct dispatch *dispatch);

void dispatch_free(struct dispatch *dispatch);

/* The monotonic clock in milliseconds. */
int64_t dispatch_clock_ms(void);

#endif
