/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMANDS_TAP_H
#define COMMANDS_TAP_H
/* The life of a live sensor: frames from an open capture through a pipeline, until a signal. */
#include "base/notify.h"
#include "commands/outlet.h"

struct tap {
	const struct config *config;
	struct capture *capture;
	struct pipeline *pipeline;
	struct outlet *outlet;
	struct notify *notify;
};

/* Catches SIGTERM and SIGINT, which end tap_run; a second one ends the program. SIGHUP makes
 * tap_run call its `reload`. To be called before the first thread is made. */
void tap_catch_signals(void);

/*
 * Reads until a signal, and then what the kernel had captured before it. Beside that, by the clock
 * of the capture: what was lost is told to the pipeline every second, the heartbeat and the file of
 * metrics are written every 10 s, the service manager hears signs of life. The pipeline is not
 * finished. `reload` is called on SIGHUP.
 */
void tap_run(const struct tap *tap, void (*reload)(void *argument), void *argument);

#endif
