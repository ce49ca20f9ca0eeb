/* SPDX-License-Identifier: Apache-2.0 */
#include "commands/compare_source.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/log.h"
#include "commands/commands.h"
#include "commands/feed.h"
#include "commands/usage_book.h"
#include "commands/usage_redis.h"
#include "publish/publisher.h"
#include "report/usage_file.h"

/* What the pipeline's listeners fill. */
struct sink {
	struct book *book;
	struct compare_peers *peers;
	uint32_t bucket_s;
	int error;
};

bool compare_source_is_usage(const char *path)
{
	struct stat status;
	if (strcmp(path, "-") == 0 || stat(path, &status) != 0 || !S_ISREG(status.st_mode))
		return false;
	FILE *file = fopen(path, "re");
	int first = file ? fgetc(file) : EOF;
	if (file)
		fclose(file);
	return first == '{';
}

int compare_source_read_usage(const char *path, struct book *book)
{
	struct usage_file_fault fault = {0};
	FILE *file = strcmp(path, "-") == 0 ? stdin : fopen(path, "re");
	if (!file) {
		log_error("%s: %s", path, strerror(errno));
		return STATUS_FAILURE;
	}
	int64_t taken = usage_file_read(file, book, &fault);
	if (file != stdin)
		fclose(file);
	if (taken >= 0)
		return 0;
	if (fault.line)
		log_error("%s:%llu: %s", path, (unsigned long long)fault.line, fault.text);
	else
		log_error("%s: %s", path, strerror((int)-taken));
	return STATUS_FAILURE;
}

static int open_store(const struct config *config, struct store **ret_store)
{
	struct url url;
	char reason[URL_REASON_SIZE];
	int error = url_parse(config->redis, &url, reason);
	url_fill_password(&url, getenv(PUBLISHER_PASSWORD_VARIABLE));
	*ret_store = error == 0 ? store_new(&url, config->redis_prefix) : NULL;
	explicit_bzero(&url, sizeof url);
	if (*ret_store)
		return STATUS_OK;
	log_error("redis: %s", error < 0 ? reason : "out of memory");
	return STATUS_FAILURE;
}

int compare_source_read_redis(
	const struct config *config, const struct usage_store_wanted *wanted, struct book *book)
{
	char text[USAGE_REDIS_TEXT_SIZE];
	struct store *store;
	int status = open_store(config, &store);
	if (status)
		return status;
	status = usage_redis_read(store, wanted, book, text);
	if (status == STATUS_OK)
		log_info("redis: %s", text);
	store_free(store);
	return status;
}

static void take_usage(void *argument, const struct analyst_usage *usage)
{
	struct sink *sink = argument;
	if (usage->scale_s == sink->bucket_s && sink->error == 0)
		sink->error = usage_book_put(sink->book, usage);
}

static void take_alert(void *argument, const struct alert *alert)
{
	(void)argument;
	(void)alert;
}

static void take_flow(void *argument, const struct flow *flow, const struct findings *findings,
	const struct classifier *classifier)
{
	const struct sink *sink = argument;
	struct compare_peers *peers = sink->peers;
	struct surgetap_address peer = flow_far_host(flow);
	int64_t start_s = flow->start_us / 1000000;
	(void)findings;
	(void)classifier;
	if (flow->range == RANGE_NONE || flow->is_inbound ||
		(!flow->answered && !peers->is_asymmetric))
		return;
	for (int side = 0; side < PEERS_SIDES; side++) {
		if (!peers->is_wanted[side] || start_s < peers->start_s[side] ||
			start_s >= peers->end_s[side])
			continue;
		for (uint32_t t = 0; t < TECHNIQUES_MAX; t++)
			if (flow->tunnels >> t & 1)
				peers_add(
					peers->peers, flow->range, t, &peer, (enum peers_side)side);
	}
}

int compare_source_read_capture(const struct config *config, const struct setup *setup, char *path,
	uint32_t bucket_s, struct book *book, struct compare_peers *peers)
{
	struct sink sink = {.book = book, .peers = peers, .bucket_s = bucket_s};
	struct pipeline_settings settings;
	struct feed_result result;
	feed_plan(config, setup, &settings);
	settings.workers = 1;         /* the listener of flows has one table of peers */
	settings.state_folder = NULL; /* what a sensor has learnt is not ours to go on with */
	settings.analyst.listener = (struct analyst_listener){take_alert, take_usage, &sink};
	if (peers)
		settings.worker.listener = (struct worker_listener){take_flow, &sink};
	int status = feed_run(&settings, NULL, &path, 1, &result);
	if (sink.error < 0) {
		log_error("%s: %s", path,
			sink.error == -ENOSPC ? "more ranges or hours than can be held"
					      : strerror(-sink.error));
		status = STATUS_FAILURE;
	}
	return status;
}
