/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMANDS_TAP_H
#define COMMANDS_TAP_H
/* The life of a live sensor: frames from an open capture through a pipeline, until a signal. */
#include "base/notify.h"
#include "commands/exporter.h"
#include "commands/outlet.h"
#include "commands/reload.h"

struct watch;

struct tap {
	const struct config *config;
	struct capture *capture;
	struct pipeline *pipeline;
	struct outlet *outlet;
	struct notify *notify;
	struct reload *reload;
	struct exporter *exporter; /* NULL none */
	const char *interface;     /* names of the interfaces, for people */
	struct watch *watch;       /* tap_run's own */
};

/* To be the pipeline's listener.second, with the tap as its argument. */
void tap_hear_second(void *tap, int64_t time_us);

/* Catches SIGTERM and SIGINT, which end tap_run; a second one ends the program; and SIGHUP, which
 * makes it read the configuration anew. To be called before the first thread is made. */
void tap_catch_signals(void);

/*
 * Reads until a signal, and then what the kernel had captured before it: on the calling thread, and
 * on one more for each further reader of the capture. Beside that, by the clock of the capture:
 * every second what was lost is told to the pipeline, the reload goes on and the exporter gets its
 * figures; the heartbeat and the file of metrics are written every 10 s; the service manager hears
 * signs of life. The pipeline is not finished. Returns 0, or -errno when a thread or memory could
 * not be had.
 */
int tap_run(struct tap *tap);

#endif
