/* SPDX-License-Identifier: Apache-2.0 */
#include "commands/report_redis.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "base/log.h"
#include "commands/commands.h"
#include "commands/usage_redis.h"
#include "report/alert_store.h"

static int read_alerts(const struct report_redis *source, struct store *store,
	struct report *report, uint64_t *ret_count)
{
	struct alert_store_sum sum = {0};
	int error = alert_store_read(store, source->start_s, source->end_s, report, &sum);
	if (error < 0)
		return usage_redis_fail(store, error);
	if (sum.is_cut)
		log_warn("report: alerts before the newest %d are left out", REPORT_ALERTS_MAX);
	if (sum.passed_over > 0)
		log_warn("redis: %" PRIu64 " entries were no alerts of this version",
			sum.passed_over);
	*ret_count = sum.alerts;
	return STATUS_OK;
}

static int tell_source(const struct report_redis *source, const char *usage, uint64_t alerts,
	struct report *report)
{
	char shown[URL_SHOWN_SIZE], text[URL_SHOWN_SIZE + USAGE_REDIS_TEXT_SIZE + 64];
	snprintf(text, sizeof text, "Redis %s, %s, %" PRIu64 " alerts",
		url_show(source->url, shown), usage, alerts);
	log_info("report: %s", text);
	if (report_set_source(report, text) == 0)
		return STATUS_OK;
	log_error("out of memory");
	return STATUS_FAILURE;
}

int report_redis_read(const struct report_redis *source, struct report *report)
{
	const struct usage_store_wanted wanted = {source->start_s, source->end_s, false};
	struct store *store = store_new(source->url, source->prefix);
	char usage[USAGE_REDIS_TEXT_SIZE];
	uint64_t alerts = 0;
	if (!store) {
		log_error("out of memory");
		return STATUS_FAILURE;
	}
	int status = usage_redis_read(store, &wanted, report_book(report), usage);
	if (status == STATUS_OK)
		status = read_alerts(source, store, report, &alerts);
	if (status == STATUS_OK)
		status = tell_source(source, usage, alerts, report);
	store_free(store);
	return status;
}
