/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMANDS_SETUP_H
#define COMMANDS_SETUP_H
/* From a configuration to what the pipeline needs: watched ranges, plugins, databases. */
#include "config/config.h"
#include "flow/plugins.h"
#include "geoip/geoip.h"
#include "watch/ranges.h"

struct setup {
	struct ranges *ranges;
	struct plugins *plugins;
	struct geoip *geoip;              /* NULL: no database is configured */
	struct plugins_setting *settings; /* of the plugins; owned here, as plugins point into it */
};

/* What is watched when the configuration names nothing. */
enum setup_default {
	SETUP_WATCH_PRIVATE,    /* RFC 1918, RFC 4193; a log line says so */
	SETUP_WATCH_EVERYTHING, /* one range "all" */
};

/* Loads the plugins alone; those of a sensor that is `running` anew, otherwise (NULL) from their
 * files. Returns 0 or the exit status, after logging why. */
int setup_plugins(const struct config *config, const struct plugins *running, struct setup *setup);

/* Makes everything. Returns 0, or the exit status after logging why; then nothing needs to be
 * closed. `config` must outlive the setup. `running` as above. */
int setup_open(const struct config *config, enum setup_default otherwise,
	const struct plugins *running, struct setup *ret_setup);

void setup_close(struct setup *setup);

#endif
