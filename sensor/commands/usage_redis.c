/* SPDX-License-Identifier: Apache-2.0 */
#include "commands/usage_redis.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "base/log.h"
#include "commands/commands.h"

int usage_redis_fail(const struct store *store, int error)
{
	const char *trouble = store_trouble(store);
	if (error == -ENOMEM)
		log_error("out of memory");
	else
		log_error("redis: %s", *trouble ? trouble : "the answer is no stream");
	return STATUS_FAILURE;
}

static void describe(const struct usage_store_sum *sum, char ret_text[USAGE_REDIS_TEXT_SIZE])
{
	char hours[48] = "", minutes[48] = "";
	if (sum->hours > 0)
		snprintf(hours, sizeof hours, "%" PRIu64 " hours", sum->hours);
	if (sum->minutes > 0 || sum->hours == 0)
		snprintf(minutes, sizeof minutes, "%s%" PRIu64 " minutes",
			sum->hours > 0 ? " and " : "", sum->minutes);
	snprintf(
		ret_text, USAGE_REDIS_TEXT_SIZE, "%s%s of %zu ranges", hours, minutes, sum->ranges);
}

int usage_redis_read(struct store *store, const struct usage_store_wanted *wanted,
	struct book *book, char ret_text[USAGE_REDIS_TEXT_SIZE])
{
	struct usage_store_sum sum = {0};
	int error = usage_store_read(store, wanted, book, &sum);
	if (error < 0)
		return usage_redis_fail(store, error);
	if (sum.passed_over > 0)
		log_warn("redis: %" PRIu64 " entries or keys were no usage, or found no room",
			sum.passed_over);
	describe(&sum, ret_text);
	return STATUS_OK;
}
