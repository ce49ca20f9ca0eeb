/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMANDS_REPORT_REDIS_H
#define COMMANDS_REPORT_REDIS_H
/*
 * The report's counts and alerts out of Redis, as a sensor delivers them (docs/redis.md), and the
 * words for where they are from.
 */
#include <stdint.h>

#include "publish/url.h"
#include "report/report.h"

struct report_redis {
	const struct url *url;
	const char *prefix;     /* of all keys */
	int64_t start_s, end_s; /* what is wanted: start_s <= t < end_s, Unix */
};

/* Fills the report; where more alerts are there than it holds, with the newest. Returns 0, or
 * STATUS_FAILURE after logging why: then the report is not whole. */
int report_redis_read(const struct report_redis *source, struct report *report);

#endif
