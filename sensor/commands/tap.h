/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMANDS_TAP_H
#define COMMANDS_TAP_H
/* The life of a live sensor: frames from an open capture through a pipeline, until a signal. */
#include "base/notify.h"
#include "commands/exporter.h"
#include "commands/outlet.h"
#include "commands/reload.h"

struct tap {
	const struct config *config;
	struct capture *capture;
	struct pipeline *pipeline;
	struct outlet *outlet;
	struct notify *notify;
	struct reload *reload;
	struct exporter *exporter; /* NULL none */
	const char *interface;     /* names of the interfaces, for people */
};

/* Catches SIGTERM and SIGINT, which end tap_run; a second one ends the program; and SIGHUP, which
 * makes it read the configuration anew. To be called before the first thread is made. */
void tap_catch_signals(void);

/*
 * Reads until a signal, and then what the kernel had captured before it. Beside that, by the clock
 * of the capture: every second what was lost is told to the pipeline, the reload goes on and the
 * exporter gets its figures; the heartbeat and the file of metrics are written every 10 s; the
 * service manager hears signs of life. The pipeline is not finished.
 */
void tap_run(const struct tap *tap);

#endif
