/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Feeds a publisher by hand, so that a test decides when a server dies between two alerts.
 *
 *   feed REDIS_URL [--alerts FILE] [--usage FILE] [--channel NAME] [--list KEY] [--queue N]
 *        [--maxlen N] [--sensor NAME] [--state DIR]
 *
 * Lines on standard input, each answered by one line on standard output:
 *   alerts N             the next N alerts; each has an id of its own     -> alerts TOTAL
 *   skip N               as if N alerts had been put by an earlier run     -> alerts TOTAL
 *   usage RANGE TIME N   buckets of a minute from Unix time TIME on       -> usage TOTAL
 *   hours RANGE TIME N   the same of an hour                              -> usage TOTAL
 *   heartbeat            one heartbeat                                    -> heartbeat
 *   drain SECONDS        waits until all is delivered                     -> pending N
 *   stats                -> acknowledged N pending N dropped N connects N
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "publish/publisher.h"
#include "tests/unit/alert_sample.h"

struct feed {
	struct publisher *publisher;
	struct alert alert;
	uint64_t alerts, usage;
};

static void put_alerts(struct feed *feed, uint64_t count, bool skip)
{
	for (uint64_t i = 0; i < count; i++) {
		int64_t onset_s = feed->alert.window_start_s + 60;
		alert_make_id(feed->alert.range, feed->alert.technique, onset_s, feed->alert.id);
		feed->alert.window_start_s = onset_s;
		feed->alert.window_end_s = onset_s + 60;
		feed->alert.time_us = feed->alert.window_end_s * 1000000;
		if (!skip)
			publisher_put_alert(feed->publisher, &feed->alert);
		feed->alerts++;
	}
	printf("alerts %" PRIu64 "\n", feed->alerts);
}

static void put_usage(
	struct feed *feed, const char *range, int64_t time_s, uint64_t count, uint32_t scale_s)
{
	for (uint64_t i = 0; i < count; i++) {
		const struct publisher_field fields[] = {
			{"tor_flows", (double)i}, {"all_flows", 100}, {"coverage", 0.5}};
		int64_t start_s = time_s + (int64_t)(scale_s * i);
		const struct publisher_usage usage = {.range = range,
			.start_s = start_s,
			.since_s = start_s,
			.scale_s = scale_s,
			.is_over = true,
			.fields = fields,
			.count = 3};
		publisher_put_usage(feed->publisher, &usage);
		feed->usage++;
	}
	printf("usage %" PRIu64 "\n", feed->usage);
}

static void put_heartbeat(struct feed *feed)
{
	const struct publisher_field fields[] = {{"packets", 1000}, {"drops", 0}};
	publisher_set_heartbeat(feed->publisher, fields, 2);
	puts("heartbeat");
}

static void print_stats(struct feed *feed)
{
	struct publisher_stats stats;
	publisher_stats(feed->publisher, &stats);
	printf("acknowledged %" PRIu64 " pending %" PRIu64 " dropped %" PRIu64 " connects %" PRIu64
	       "\n",
		stats.redis_acknowledged, stats.redis_pending, stats.redis_dropped,
		stats.redis_connects);
}

static int obey(struct feed *feed, const char *line)
{
	char range[64];
	int64_t time_s;
	uint64_t count;
	if (sscanf(line, "alerts %" SCNu64, &count) == 1)
		put_alerts(feed, count, false);
	else if (sscanf(line, "skip %" SCNu64, &count) == 1)
		put_alerts(feed, count, true);
	else if (sscanf(line, "usage %63s %" SCNd64 " %" SCNu64, range, &time_s, &count) == 3)
		put_usage(feed, range, time_s, count, 60);
	else if (sscanf(line, "hours %63s %" SCNd64 " %" SCNu64, range, &time_s, &count) == 3)
		put_usage(feed, range, time_s, count, 3600);
	else if (strcmp(line, "heartbeat\n") == 0)
		put_heartbeat(feed);
	else if (sscanf(line, "drain %" SCNu64, &count) == 1)
		printf("pending %" PRIu64 "\n", publisher_drain(feed->publisher, (unsigned)count));
	else if (strcmp(line, "stats\n") == 0)
		print_stats(feed);
	else
		return -1;
	return fflush(stdout);
}

static int parse_options(int argc, char **argv, struct publisher_settings *settings)
{
	for (int i = 2; i + 1 < argc; i += 2) {
		if (strcmp(argv[i], "--alerts") == 0)
			settings->alerts_file = argv[i + 1];
		else if (strcmp(argv[i], "--usage") == 0)
			settings->usage_file = argv[i + 1];
		else if (strcmp(argv[i], "--channel") == 0)
			settings->redis_channel = argv[i + 1];
		else if (strcmp(argv[i], "--list") == 0)
			settings->redis_list = argv[i + 1];
		else if (strcmp(argv[i], "--sensor") == 0)
			settings->sensor.host = argv[i + 1];
		else if (strcmp(argv[i], "--state") == 0)
			settings->state_dir = argv[i + 1];
		else if (strcmp(argv[i], "--queue") == 0)
			settings->queue_max = (uint32_t)strtoul(argv[i + 1], NULL, 10);
		else if (strcmp(argv[i], "--maxlen") == 0)
			settings->alerts_maxlen = strtoull(argv[i + 1], NULL, 10);
		else
			return -1;
	}
	return argc >= 2 && argc % 2 == 0 ? 0 : -1;
}

int main(int argc, char **argv)
{
	char line[256];
	struct feed feed = {0};
	struct publisher_settings settings = {
		.redis_prefix = "surgetap:",
		.alerts_maxlen = 1000000,
		.usage_maxlen = 1000000,
		.usage_hour_maxlen = 1000000,
		.queue_max = 1000000,
		.sensor = {"tap-1", "eth1"},
	};
	if (parse_options(argc, argv, &settings) < 0)
		return 2;
	settings.redis_url = argv[1];
	if (publisher_open(&settings, &feed.publisher) < 0)
		return 1;
	alert_sample(&feed.alert);
	int r = 0;
	while (r == 0 && fgets(line, sizeof line, stdin))
		r = obey(&feed, line);
	publisher_close(feed.publisher);
	return r == 0 ? 0 : 2;
}
