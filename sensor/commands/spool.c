/* SPDX-License-Identifier: Apache-2.0 */
#include "publish/spool.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "commands/commands.h"
#include "commands/options.h"
#include "publish/courier.h"
#include "publish/publisher.h"
#include "publish/usage.h"

#define KEY_FORGET 1
#define KEY_HOURS 2
#define BATCH 256 /* entries on their way at once */

/* What the options of this command say. */
struct wish {
	bool forget;
	bool hours; /* the spool of hours rather than that of alerts */
};

/* One look at a spool. */
struct visit {
	const struct config *config;
	struct wish wish;
	char folder[PATH_MAX];
	struct spool *spool;
	struct courier *courier; /* replay only */
	uint64_t count;          /* entries seen */
};

/* An alert as the file of alerts would have had it, an hour as the file of usage. */
static int print_entry(const struct entry *entry)
{
	if (entry->kind == ENTRY_ALERT) {
		puts(entry_last(entry));
		return STATUS_OK;
	}
	static struct publisher_field fields[ENTRY_FIELDS_MAX];
	char range[ENTRY_KEY_SIZE];
	struct publisher_usage usage;
	char *line = entry_read_usage(entry, range, fields, ENTRY_FIELDS_MAX, &usage) == 0
			     ? usage_format(&usage)
			     : NULL;
	if (!line) {
		log_error("an entry of the spool cannot be shown");
		return STATUS_FAILURE;
	}
	puts(line);
	free(line);
	return STATUS_OK;
}

static int print_batch(struct visit *visit, struct entry *batch)
{
	int status = STATUS_OK;
	(void)visit;
	for (struct entry *entry = batch; entry; entry = batch) {
		batch = entry->next;
		if (status == STATUS_OK)
			status = print_entry(entry);
		entry_free(entry);
	}
	return status;
}

static int drop_batch(struct visit *visit, struct entry *batch)
{
	(void)visit;
	for (struct entry *entry = batch; entry; entry = batch) {
		batch = entry->next;
		entry_free(entry);
	}
	return STATUS_OK;
}

static int deliver_batch(struct visit *visit, struct entry *batch)
{
	uint64_t last = 0;
	for (struct entry *entry = batch; entry; entry = batch) {
		batch = entry->next;
		last = entry->sequence;
		entry->sequence = 0; /* the courier keeps no spool */
		courier_put(visit->courier, entry);
	}
	if (courier_drain(visit->courier, (unsigned)visit->config->drain) > 0)
		return STATUS_FAILURE;
	if (visit->wish.forget)
		spool_acknowledge(visit->spool, last + 1);
	return STATUS_OK;
}

static int finish_list(struct visit *visit)
{
	(void)visit;
	return STATUS_OK;
}

static int finish_count(struct visit *visit)
{
	printf("%llu\n", (unsigned long long)visit->count);
	return STATUS_OK;
}

static int finish_replay(struct visit *visit)
{
	log_info("%s: Redis has taken %llu %s, the spool %s them", visit->folder,
		(unsigned long long)visit->count, visit->wish.hours ? "hours" : "alerts",
		visit->wish.forget ? "has forgotten" : "still holds");
	return STATUS_OK;
}

static const struct action {
	const char *name;
	bool needs_redis;
	int (*take)(struct visit *visit, struct entry *batch); /* owns the batch */
	int (*finish)(struct visit *visit);
} actions[] = {
	{"list", false, print_batch, finish_list},
	{"count", false, drop_batch, finish_count},
	{"replay", true, deliver_batch, finish_replay},
};

static const struct action *find_action(const char *name)
{
	for (size_t i = 0; i < sizeof actions / sizeof *actions; i++)
		if (strcmp(actions[i].name, name) == 0)
			return &actions[i];
	return NULL;
}

static int start_courier(struct visit *visit)
{
	const struct config *config = visit->config;
	struct courier_settings settings = {
		.prefix = config->redis_prefix,
		.sensor = config->sensor,
		.channel = config->redis_channel,
		.list = config->redis_list,
		.alerts_maxlen = config->alerts_maxlen,
		.usage_hour_maxlen = config->usage_hour_maxlen,
		.queue_max = BATCH,
	};
	char reason[URL_REASON_SIZE];
	/* A server that hangs up is an error to be told. */
	signal(SIGPIPE, SIG_IGN);
	int error = url_parse(config->redis, &settings.url, reason);
	url_fill_password(&settings.url, getenv(PUBLISHER_PASSWORD_VARIABLE));
	if (error == 0)
		error = courier_start(&settings, &visit->courier);
	explicit_bzero(&settings.url, sizeof settings.url);
	if (error == 0)
		return STATUS_OK;
	log_error("redis: cannot start the delivery: %s", strerror(-error));
	return STATUS_FAILURE;
}

static int open_visit(struct visit *visit, const struct action *action)
{
	const struct spool_settings settings = {
		.folder = visit->folder, .read_only = !(action->needs_redis && visit->wish.forget)};
	int length = snprintf(visit->folder, sizeof visit->folder, "%s/%s", visit->config->state,
		visit->wish.hours ? "spool-hours" : "spool");
	int error = length < (int)sizeof visit->folder ? spool_open(&settings, &visit->spool)
						       : -ENAMETOOLONG;
	if (error < 0) {
		log_error("%s: %s", visit->folder, spool_explain(error));
		return STATUS_FAILURE;
	}
	return action->needs_redis ? start_courier(visit) : STATUS_OK;
}

/* Goes over all that waits, the oldest first. */
static int walk(struct visit *visit, const struct action *action)
{
	uint64_t after = 0;
	for (;;) {
		struct entry *batch = NULL;
		int error = spool_load(visit->spool, after, BATCH, &batch);
		if (error < 0) {
			log_error("%s: %s", visit->folder, spool_explain(error));
			return STATUS_FAILURE;
		}
		if (!batch)
			return action->finish(visit);
		for (const struct entry *entry = batch; entry; entry = entry->next) {
			after = entry->sequence;
			visit->count++;
		}
		int status = action->take(visit, batch);
		if (status)
			return status;
	}
}

static void tell_damage(struct visit *visit)
{
	struct spool_stats stats;
	spool_stats(visit->spool, &stats);
	if (stats.damaged_bytes > 0)
		log_warn("%s: passed over %llu damaged bytes", visit->folder,
			(unsigned long long)stats.damaged_bytes);
}

static int visit_spool(const struct config *config, const struct action *action, struct wish wish)
{
	static struct visit visit; /* a path is large, and there is one */
	visit = (struct visit){.config = config, .wish = wish};
	int status = open_visit(&visit, action);
	if (status == STATUS_OK) {
		status = walk(&visit, action);
		tell_damage(&visit);
	}
	courier_stop(visit.courier);
	spool_close(visit.spool);
	return status;
}

static int check_words(
	const struct config *config, char **words, size_t count, const struct action **ret_action)
{
	const struct action *action = count > 0 ? find_action(words[0]) : NULL;
	if (count > 1)
		log_error("unexpected word '%s'", words[1]);
	else if (!action)
		log_error("spool does one of list, count and replay%s%s%s", count ? ", not '" : "",
			count ? words[0] : "", count ? "'" : "");
	else if (!config->state)
		log_error("no --state given: the folder of the sensor that wrote the spool");
	else if (action->needs_redis && !config->redis)
		log_error("no --redis given: the server to deliver to");
	else
		*ret_action = action;
	return *ret_action ? STATUS_OK : STATUS_USAGE;
}

static const struct argp_option wish_options[] = {
	{.name = "hours",
		.key = KEY_HOURS,
		.doc = "the counts of an hour that wait, rather than the alerts",
		.group = 1},
	{.name = "forget",
		.key = KEY_FORGET,
		.doc = "replay: what Redis has taken leaves the spool",
		.group = 1},
	{.name = NULL},
};

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
	struct wish *wish = state->input;
	(void)argument;
	if (key == KEY_FORGET)
		wish->forget = true;
	else if (key == KEY_HOURS)
		wish->hours = true;
	else
		return ARGP_ERR_UNKNOWN;
	return 0;
}

int command_spool(int argc, char **argv)
{
	static const struct argp more = {.options = wish_options, .parser = parse_option};
	const struct action *action = NULL;
	struct config config;
	struct wish wish = {0};
	char **words = NULL;
	size_t count = 0;
	int status = options_parse_more(argc, argv, "spool", &more, &wish, &config, &words, &count);
	if (status)
		return status;
	status = check_words(&config, words, count, &action);
	if (status == STATUS_OK)
		status = visit_spool(&config, action, wish);
	config_done(&config);
	return status;
}
