/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "commands/commands.h"
#include "commands/feed.h"
#include "commands/options.h"
#include "commands/stats_file.h"
#include "commands/summary.h"
#include "commands/usage_fields.h"

#define QUEUE_MAX 100000 /* entries that wait for Redis, about 400 MB when all are alerts */

/* What a replay keeps beside the pipeline. */
struct replay {
	const struct config *config;
	struct publisher *publisher;
	struct stats_alerts alerts;
	struct summary summary;
};

static void take_alert(void *argument, const struct alert *alert)
{
	struct replay *replay = argument;
	uint64_t *counters[] = {
		[ALERT_OPEN] = &replay->alerts.open,
		[ALERT_UPDATE] = &replay->alerts.update,
		[ALERT_CLOSE] = &replay->alerts.close,
		[ALERT_NOTICE] = &replay->alerts.notice,
		[ALERT_TREND] = &replay->alerts.trend,
	};
	++*counters[alert->state];
	publisher_put_alert(replay->publisher, alert);
	summary_take(&replay->summary, alert);
}

static void take_usage(void *argument, const struct analyst_usage *usage)
{
	struct replay *replay = argument;
	struct usage_fields fields;
	if (usage->scale_s != replay->config->usage_scale)
		return;
	usage_fields_fill(usage, &fields);
	publisher_put_usage(replay->publisher, usage->range, usage->start_s, usage->scale_s,
		fields.entries, fields.count);
}

static int open_publisher(const struct config *config, struct replay *replay)
{
	struct publisher_settings settings = {
		.alerts_file = config->alerts,
		.usage_file = config->usage,
		.redis_url = config->redis,
		.state_dir = config->state,
		.redis_prefix = config->redis_prefix,
		.redis_channel = config->redis_channel,
		.redis_list = config->redis_list,
		.alerts_maxlen = config->alerts_maxlen,
		.usage_maxlen = config->usage_maxlen,
		.queue_max = QUEUE_MAX,
		.sensor = {.host = config->sensor, .in_iface = "replay"},
	};
	return publisher_open(&settings, &replay->publisher) < 0 ? STATUS_FAILURE : 0;
}

/* Waits for Redis; what is still waiting then is a failure. */
static int deliver(const struct config *config, struct replay *replay, int status)
{
	uint64_t waiting = publisher_drain(replay->publisher, (unsigned)config->drain);
	struct publisher_stats stats;
	publisher_stats(replay->publisher, &stats);
	if (waiting > 0 || stats.redis_dropped > 0) {
		log_error("%llu entries were not delivered to Redis within %llu s, %llu were "
			  "dropped before",
			(unsigned long long)waiting, (unsigned long long)config->drain,
			(unsigned long long)stats.redis_dropped);
		status = STATUS_FAILURE;
	}
	return stats.file_errors > 0 ? STATUS_FAILURE : status;
}

static int run_replay(const struct config *config, const struct setup *setup,
	struct replay *replay, char **paths, size_t count)
{
	struct pipeline_settings settings;
	struct feed_result result;
	struct publisher_stats delivered;
	feed_plan(config, setup, &settings);
	settings.analyst.listener =
		(struct analyst_listener){take_alert, take_usage, replay};
	int status = feed_run(&settings, paths, count, &result);
	status = deliver(config, replay, status);
	publisher_stats(replay->publisher, &delivered);
	if (config->stats)
		status = stats_file_finish(config->stats, &result, &setup->plugins->techniques,
			&replay->alerts, &delivered, status);
	if (!config->quiet)
		summary_print(&replay->summary, &result, stderr);
	if (status == STATUS_OK && config->fail_on_alert && replay->alerts.open > 0)
		status = STATUS_ALERTS;
	return status;
}

static int replay_captures(const struct config *config, char **paths, size_t count)
{
	static struct replay replay; /* large, and there is one */
	struct setup setup;
	int status = setup_open(config, SETUP_WATCH_PRIVATE, &setup);
	if (status)
		return status;
	memset(&replay, 0, sizeof replay);
	replay.config = config;
	status = open_publisher(config, &replay);
	if (status == STATUS_OK)
		status = run_replay(config, &setup, &replay, paths, count);
	publisher_close(replay.publisher);
	setup_close(&setup);
	return status;
}

int command_replay(int argc, char **argv)
{
	struct config config;
	char **paths = NULL;
	size_t count = 0;
	int status = options_parse(argc, argv, "replay", &config, &paths, &count);
	if (status)
		return status;
	if (count == 0) {
		log_error("no capture given, see 'surgetap replay --help'");
		status = STATUS_USAGE;
	} else {
		status = replay_captures(&config, paths, count);
	}
	config_done(&config);
	return status;
}
