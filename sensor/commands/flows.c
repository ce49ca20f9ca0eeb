/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>

#include "base/log.h"
#include "commands/commands.h"
#include "commands/flow_line.h"
#include "commands/options.h"
#include "commands/output.h"
#include "commands/profile.h"
#include "commands/feed.h"
#include "commands/setup.h"
#include "commands/stats_file.h"

/* What a line needs beside the flow. */
struct lister {
	const struct plugins *plugins;
	bool is_failed;
};

static void list_flow(void *argument, const struct flow *flow, const struct findings *findings,
	const struct classifier *classifier)
{
	struct lister *lister = argument;
	char *line = flow_line_format(flow, findings, classifier, lister->plugins);
	if (!line)
		lister->is_failed = true;
	else
		puts(line);
	free(line);
}

static int list_flows(const struct config *config, char **paths, size_t count)
{
	struct setup setup;
	int status = setup_open(config, SETUP_WATCH_EVERYTHING, NULL, &setup);
	if (status)
		return status;
	struct lister lister = {.plugins = setup.plugins};
	struct pipeline_settings settings;
	feed_plan(config, &setup, &settings);
	settings.workers = 1; /* lines in the order in which flows end, the same every time */
	settings.worker.listener.flow_ended = list_flow;
	settings.worker.listener.argument = &lister;
	struct feed_result result = {.has_run = false};
	FILE *stats = NULL;
	status = output_open(config->stats, &stats);
	if (status == STATUS_OK)
		status = feed_run(&settings, config->window, paths, count, &result);
	int error = stats_file_write(
		stats, &result, &setup.plugins->techniques, &(struct stats_alerts){0}, NULL);
	status = output_close(stats, config->stats, error, status);
	if (config->profile && result.has_run)
		profile_print(&result, stderr);
	if (lister.is_failed) {
		log_error("out of memory: flows are missing in the list");
		status = STATUS_FAILURE;
	}
	setup_close(&setup);
	return status;
}

int command_flows(int argc, char **argv)
{
	struct config config;
	char **paths = NULL;
	size_t count = 0;
	int status = options_parse(argc, argv, "flows", &config, &paths, &count);
	if (status)
		return status;
	if (count == 0) {
		log_error("no capture given, see 'surgetap flows --help'");
		status = STATUS_USAGE;
	} else {
		status = list_flows(&config, paths, count);
	}
	config_done(&config);
	return status;
}
