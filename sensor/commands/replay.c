/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "base/log.h"
#include "commands/commands.h"
#include "commands/feed.h"
#include "commands/options.h"
#include "commands/outlet.h"
#include "commands/output.h"
#include "commands/profile.h"
#include "commands/report_file.h"

/* Feeds the captures to the outlet, and to the report if one is wanted. */
static int feed(const struct config *config, const struct setup *setup, struct outlet *outlet,
	char **paths, size_t count, struct feed_result *ret_result)
{
	struct pipeline_settings settings;
	feed_plan(config, setup, &settings);
	settings.worker.sample = sample_make(config->control_sample);
	struct analyst_listener listener = outlet_listener(outlet);
	struct report_file report;
	if (report_file_open(config, &listener, &report) != 0)
		return STATUS_FAILURE;
	settings.analyst.listener = report_file_listener(&report);
	int status = feed_run(&settings, config->window, paths, count, ret_result);
	status = report_file_close(&report, status);
	return outlet_deliver(outlet, status);
}

static int run_replay(const struct config *config, const struct setup *setup, struct outlet *outlet,
	char **paths, size_t count)
{
	struct feed_result result = {.has_run = false};
	struct publisher_stats delivered;
	FILE *stats = NULL;
	int status = output_open(config->stats, &stats);
	if (status)
		return status;
	status = feed(config, setup, outlet, paths, count, &result);
	publisher_stats(outlet->publisher, &delivered);
	int error = stats_file_write(
		stats, &result, &setup->plugins->techniques, &outlet->alerts, &delivered);
	status = output_close(stats, config->stats, error, status);
	if (config->profile && result.has_run)
		profile_print(&result, stderr);
	if (!config->quiet && result.has_run)
		summary_print(&outlet->summary, &result, stderr);
	if (status == STATUS_OK && config->fail_on_alert && outlet->alerts.open > 0)
		status = STATUS_ALERTS;
	return status;
}

static int replay_captures(const struct config *config, char **paths, size_t count)
{
	static struct outlet outlet; /* large, and there is one */
	struct setup setup;
	int status = setup_open(config, SETUP_WATCH_PRIVATE, NULL, &setup);
	if (status)
		return status;
	status = outlet_open(config, "replay", false, &outlet);
	if (status == STATUS_OK)
		status = outlet_start(&outlet);
	if (status == STATUS_OK)
		status = run_replay(config, &setup, &outlet, paths, count);
	outlet_close(&outlet);
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
