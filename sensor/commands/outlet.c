/* SPDX-License-Identifier: Apache-2.0 */
#include "commands/outlet.h"

#include <string.h>

#include "base/log.h"
#include "commands/commands.h"
#include "commands/usage_fields.h"

#define QUEUE_MAX 100000 /* entries that wait for Redis, about 400 MB when all are alerts */

static void take_alert(void *argument, const struct alert *alert)
{
	struct outlet *outlet = argument;
	uint64_t *counters[] = {
		[ALERT_OPEN] = &outlet->alerts.open,
		[ALERT_UPDATE] = &outlet->alerts.update,
		[ALERT_CLOSE] = &outlet->alerts.close,
		[ALERT_NOTICE] = &outlet->alerts.notice,
		[ALERT_TREND] = &outlet->alerts.trend,
	};
	++*counters[alert->state];
	publisher_put_alert(outlet->publisher, alert);
	summary_take(&outlet->summary, alert);
}

static void take_usage(void *argument, const struct analyst_usage *usage)
{
	struct outlet *outlet = argument;
	struct usage_fields fields;
	usage_fields_fill(usage, &fields);
	const struct publisher_usage told = {
		.range = usage->range,
		.start_s = usage->start_s,
		.since_s = usage->since_s,
		.scale_s = usage->scale_s,
		.is_over = usage->is_over,
		.fields = fields.entries,
		.count = fields.count,
	};
	publisher_put_usage(outlet->publisher, &told);
}

static struct publisher_settings make_settings(const struct outlet *outlet)
{
	const struct config *config = outlet->config;
	return (struct publisher_settings){
		.alerts_file = config->alerts,
		.usage_file = config->usage,
		.usage_scale_s = (uint32_t)config->usage_scale,
		.append = outlet->is_live,
		.is_live = outlet->is_live,
		.is_started_later = true,
		.redis_url = config->redis,
		.state_dir = config->state,
		.redis_prefix = config->redis_prefix,
		.redis_channel = config->redis_channel,
		.redis_list = config->redis_list,
		.alerts_maxlen = config->alerts_maxlen,
		.usage_maxlen = config->usage_maxlen,
		.usage_hour_maxlen = config->usage_hour_maxlen,
		.queue_max = QUEUE_MAX,
		.sensor = {.host = config->sensor, .in_iface = outlet->interface},
	};
}

int outlet_open(
	const struct config *config, const char *interface, bool is_live, struct outlet *ret_outlet)
{
	memset(ret_outlet, 0, sizeof *ret_outlet);
	ret_outlet->config = config;
	ret_outlet->interface = interface;
	ret_outlet->is_live = is_live;
	struct publisher_settings settings = make_settings(ret_outlet);
	return publisher_open(&settings, &ret_outlet->publisher) < 0 ? STATUS_FAILURE : 0;
}

int outlet_start(struct outlet *outlet)
{
	struct publisher_settings settings = make_settings(outlet);
	return publisher_start(outlet->publisher, &settings) < 0 ? STATUS_FAILURE : 0;
}

struct analyst_listener outlet_listener(struct outlet *outlet)
{
	return (struct analyst_listener){take_alert, take_usage, outlet};
}

int outlet_deliver(struct outlet *outlet, int status)
{
	const struct config *config = outlet->config;
	uint64_t waiting = publisher_drain(outlet->publisher, (unsigned)config->drain);
	struct publisher_stats stats;
	publisher_stats(outlet->publisher, &stats);
	if (waiting > 0 || stats.redis_dropped > 0) {
		log_error("%llu entries were not delivered to Redis within %llu s, %llu were "
			  "dropped before",
			(unsigned long long)waiting, (unsigned long long)config->drain,
			(unsigned long long)stats.redis_dropped);
		status = STATUS_FAILURE;
	}
	return stats.file_errors > 0 ? STATUS_FAILURE : status;
}

void outlet_close(struct outlet *outlet)
{
	publisher_close(outlet->publisher);
	outlet->publisher = NULL;
}
