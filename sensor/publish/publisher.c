/* SPDX-License-Identifier: Apache-2.0 */
#include "publish/publisher.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/log.h"
#include "publish/courier.h"
#include "publish/file_sink.h"
#include "publish/redis.h"
#include "publish/url.h"
#include "publish/usage.h"

#define HOURS_BYTES_MAX (64 * 1024 * 1024) /* of the spool of hours: 1,000 ranges for two days */

struct publisher {
	struct eve_sensor sensor;
	struct file_sink *alerts_file, *usage_file;
	uint32_t usage_scale_s;                   /* of the file; 0: all */
	bool is_live;                             /* usage is flushed line by line */
	struct courier *courier;                  /* NULL: no Redis */
	struct spool *alerts_spool, *hours_spool; /* NULL: none */
	_Atomic uint64_t alerts, usage_lines, unwritten;
	struct log_limit memory_limit;
};

static int open_file(const char *path, bool append, struct file_sink **ret_sink)
{
	if (!path)
		return 0;
	int r = file_sink_open(path, append, ret_sink);
	if (r < 0)
		log_error("%s: %s", path, strerror(-r));
	return r;
}

int publisher_check_url(const char *url, char ret_reason[128])
{
	struct url parsed;
	int r = url_parse(url, &parsed, ret_reason);
	explicit_bzero(&parsed, sizeof parsed);
	return r;
}

static int make_folder(const char *path)
{
	return mkdir(path, 0700) < 0 && errno != EEXIST ? -errno : 0;
}

static int open_spool(const char *state_dir, const char *name, const char *what,
	struct spool_settings settings, struct spool **ret_spool)
{
	char folder[PATH_MAX];
	struct spool_stats stats;
	int length = snprintf(folder, sizeof folder, "%s/%s", state_dir, name);
	int r = length < (int)sizeof folder ? make_folder(state_dir) : -ENAMETOOLONG;
	settings.folder = folder;
	if (r == 0)
		r = spool_open(&settings, ret_spool);
	if (r < 0) {
		log_error("%s: %s", folder, spool_explain(r));
		return r;
	}
	spool_stats(*ret_spool, &stats);
	if (stats.pending > 0)
		log_info("%s: %llu %s wait from an earlier run", folder,
			(unsigned long long)stats.pending, what);
	if (stats.damaged_bytes > 0)
		log_warn("%s: passed over %llu damaged bytes", folder,
			(unsigned long long)stats.damaged_bytes);
	return 0;
}

static int open_spools(struct publisher *publisher, const char *state_dir)
{
	/* An hour is a sum of what goes on: losing the newest to a power failure is no reason to
	 * wait for the disk once for each range. */
	const struct spool_settings hours = {.bytes_max = HOURS_BYTES_MAX, .is_lazy = true};
	int r = open_spool(
		state_dir, "spool", "alerts", (struct spool_settings){0}, &publisher->alerts_spool);
	if (r == 0)
		r = open_spool(state_dir, "spool-hours", "counts of an hour", hours,
			&publisher->hours_spool);
	return r;
}

int publisher_start(struct publisher *publisher, const struct publisher_settings *settings)
{
	struct courier_settings courier = {
		.prefix = settings->redis_prefix ? settings->redis_prefix : "surgetap:",
		.sensor = settings->sensor.host,
		.channel = settings->redis_channel,
		.list = settings->redis_list,
		.alerts_maxlen = settings->alerts_maxlen,
		.usage_maxlen = settings->usage_maxlen,
		.usage_hour_maxlen = settings->usage_hour_maxlen,
		.queue_max = settings->queue_max,
	};
	char reason[URL_REASON_SIZE];
	if (!settings->redis_url)
		return 0;
	int r = url_parse(settings->redis_url, &courier.url, reason);
	if (r < 0) {
		log_error("redis: the URL is wrong: %s", reason);
		return r;
	}
	if (settings->state_dir)
		r = open_spools(publisher, settings->state_dir);
	if (r < 0)
		return r;
	url_fill_password(&courier.url, getenv(PUBLISHER_PASSWORD_VARIABLE));
	courier.spools[ENTRY_ALERT] = publisher->alerts_spool;
	courier.spools[ENTRY_HOUR] = publisher->hours_spool;
	r = courier_start(&courier, &publisher->courier);
	explicit_bzero(&courier.url, sizeof courier.url);
	if (r < 0)
		log_error("redis: cannot start the thread: %s", strerror(-r));
	return r;
}

void publisher_hide_password(char *url)
{
	url_hide_password(url);
}

int publisher_open(const struct publisher_settings *settings, struct publisher **ret_publisher)
{
	struct publisher *publisher = calloc(1, sizeof *publisher);
	if (!publisher)
		return -ENOMEM;
	/* A reader of standard output that leaves, or a server that hangs up, is an error to be
	 * counted, not the end of the sensor. */
	signal(SIGPIPE, SIG_IGN);
	publisher->sensor = settings->sensor;
	publisher->usage_scale_s = settings->usage_scale_s;
	publisher->is_live = settings->is_live;
	int r = open_file(settings->alerts_file, settings->append, &publisher->alerts_file);
	if (r == 0)
		r = open_file(settings->usage_file, settings->append, &publisher->usage_file);
	if (r == 0 && !settings->is_started_later)
		r = publisher_start(publisher, settings);
	if (r < 0) {
		publisher_close(publisher);
		return r;
	}
	*ret_publisher = publisher;
	return 0;
}

static void count_unwritten(struct publisher *publisher)
{
	publisher->unwritten++;
	log_limited(&publisher->memory_limit, "no memory to write an alert or a bucket");
}

void publisher_put_alert(struct publisher *publisher, const struct alert *alert)
{
	publisher->alerts++;
	char *eve = eve_format_alert(alert, &publisher->sensor);
	if (!eve) {
		count_unwritten(publisher);
		return;
	}
	/* The spool first: what a file shows must not be missing in Redis after a crash. */
	if (publisher->courier)
		courier_put(
			publisher->courier, entry_new_alert(alert, publisher->sensor.host, eve));
	if (publisher->alerts_file)
		file_sink_put(publisher->alerts_file, eve, true);
	free(eve);
}

static void put_usage_line(struct publisher *publisher, const struct publisher_usage *usage)
{
	char *line = usage_format(usage);
	if (line)
		file_sink_put(publisher->usage_file, line, publisher->is_live);
	else
		count_unwritten(publisher);
	free(line);
}

void publisher_put_usage(struct publisher *publisher, const struct publisher_usage *usage)
{
	uint32_t wanted_s = publisher->usage_scale_s;
	publisher->usage_lines++;
	if (publisher->usage_file && (wanted_s == 0 || wanted_s == usage->scale_s))
		put_usage_line(publisher, usage);
	/* A stream cannot take an entry back. */
	if (publisher->courier && usage->is_over && entry_takes_scale(usage->scale_s))
		courier_put(publisher->courier, entry_new_usage(usage));
}

void publisher_set_heartbeat(
	struct publisher *publisher, const struct publisher_field *fields, size_t count)
{
	struct publisher_field all[PUBLISHER_HEARTBEAT_MAX + 2];
	struct publisher_stats stats;
	struct timespec now;
	if (!publisher->courier)
		return;
	if (count > PUBLISHER_HEARTBEAT_MAX)
		count = PUBLISHER_HEARTBEAT_MAX;
	if (count > 0)
		memcpy(all, fields, count * sizeof *fields);
	publisher_stats(publisher, &stats);
	all[count++] = (struct publisher_field){"queue_depth", (double)stats.redis_pending};
	all[count++] = (struct publisher_field){"spool_depth", (double)stats.spool_pending};
	clock_gettime(CLOCK_REALTIME, &now);
	int64_t time_ms = (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
	struct entry *entry = entry_new_heartbeat(&publisher->sensor, time_ms, all, count);
	if (entry)
		courier_put(publisher->courier, entry);
}

uint64_t publisher_drain(struct publisher *publisher, unsigned seconds)
{
	if (publisher->alerts_file)
		file_sink_flush(publisher->alerts_file);
	if (publisher->usage_file)
		file_sink_flush(publisher->usage_file);
	return publisher->courier ? courier_drain(publisher->courier, seconds) : 0;
}

void publisher_stats(struct publisher *publisher, struct publisher_stats *ret_stats)
{
	*ret_stats = (struct publisher_stats){
		.alerts = publisher->alerts,
		.usage_lines = publisher->usage_lines,
		.file_errors = publisher->unwritten,
	};
	if (publisher->courier) {
		struct courier_stats courier;
		courier_stats(publisher->courier, &courier);
		ret_stats->redis_acknowledged = courier.acknowledged;
		ret_stats->redis_pending = courier.pending;
		ret_stats->redis_dropped = courier.dropped;
		ret_stats->redis_dropped_usage = courier.dropped_usage;
		ret_stats->redis_errors = courier.errors;
		ret_stats->redis_connects = courier.connects;
		ret_stats->spool_errors = courier.unspooled;
	}
	if (publisher->alerts_spool) {
		struct spool_stats spool;
		spool_stats(publisher->alerts_spool, &spool);
		ret_stats->spool_bytes = spool.bytes;
		ret_stats->spool_pending = spool.pending;
	}
	if (publisher->alerts_file)
		ret_stats->file_errors += file_sink_lost(publisher->alerts_file);
	if (publisher->usage_file)
		ret_stats->file_errors += file_sink_lost(publisher->usage_file);
}

void publisher_close(struct publisher *publisher)
{
	if (!publisher)
		return;
	courier_stop(publisher->courier);
	spool_close(publisher->alerts_spool);
	spool_close(publisher->hours_spool);
	file_sink_close(publisher->alerts_file);
	file_sink_close(publisher->usage_file);
	free(publisher);
}

const char *publisher_library_version(void)
{
	return redis_library_version();
}
