/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMANDS_RELOAD_H
#define COMMANDS_RELOAD_H
/*
 * The configuration and its lists read anew while the sensor runs. Reading takes a thread of its
 * own, so that no packet waits for a disk; what was read takes effect between two packets. Whatever
 * is wrong with it leaves everything as it was. Asked for by SIGHUP; and files of lists and
 * databases are looked at once a minute, and read when one has changed.
 */
#include "base/notify.h"
#include "capture/capture.h"
#include "commands/edition.h"
#include "pipeline/pipeline.h"

#define RELOAD_LOOK_S 60 /* between looks at the files */

struct reload_settings {
	int argc; /* of the command line, to be read once more */
	char **argv;
	struct edition *first; /* in use; becomes the reload's */
	struct pipeline *pipeline;
	struct capture *capture;
	struct notify *notify;
	const char *status; /* for the service manager */
};

struct reload_stats {
	uint64_t taken, refused; /* editions taken over; refused for a fault */
	int64_t last_s;          /* Unix time of the latest that was taken; 0 none */
};

struct reload;

/* Returns 0 or -ENOMEM. */
int reload_new(const struct reload_settings *settings, struct reload **ret_reload);

/* To be called by the thread that feeds the pipeline, once a second or so: goes on with what is
 * under way. `is_asked`: read the configuration anew, as soon as that is possible. */
void reload_tick(struct reload *reload, bool is_asked);

/* The edition in use. */
const struct edition *reload_edition(const struct reload *reload);

void reload_stats(const struct reload *reload, struct reload_stats *ret_stats);

/* After the pipeline was freed: frees all editions. Waits for a reading under way. Accepts NULL. */
void reload_free(struct reload *reload);

#endif
