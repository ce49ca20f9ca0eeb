/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMANDS_OUTLET_H
#define COMMANDS_OUTLET_H
/* What comes out of a pipeline with an analyst: alerts and usage to the publisher, counts of them
 * for the statistics, episodes for the summary. replay and run share it. */
#include "commands/stats_file.h"
#include "commands/summary.h"
#include "publish/publisher.h"

struct outlet {
	const struct config *config;
	const char *interface;
	bool is_live;
	struct publisher *publisher;
	struct stats_alerts alerts;
	struct summary summary;
};

/* Opens the files. `interface` is the alerts' in_iface; `is_live` keeps what is in the files, and
 * writes every line at once. Both strings and `config` must outlive the outlet. Returns 0, or
 * STATUS_FAILURE after logging why. */
int outlet_open(const struct config *config, const char *interface, bool is_live,
	struct outlet *ret_outlet);

/* Starts the delivery to Redis, and opens the spool, whose files belong to whoever the program is
 * by now. Before the first alert. Returns as outlet_open does. */
int outlet_start(struct outlet *outlet);

/* The listener to give to the pipeline. Its functions run on the analyst's thread. */
struct analyst_listener outlet_listener(struct outlet *outlet);

/* Waits for Redis as long as the configuration says; what is still waiting then is a failure.
 * Returns `status`, the command's exit status so far, or STATUS_FAILURE. */
int outlet_deliver(struct outlet *outlet, int status);

void outlet_close(struct outlet *outlet);

#endif
