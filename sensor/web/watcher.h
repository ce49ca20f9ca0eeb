/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WEB_WATCHER_H
#define WEB_WATCHER_H
/*
 * A thread that follows Redis: new alerts go to the hub the moment they are added, closed minutes
 * into the ledger, alerts old and new into the episodes, and whether the server can be had is told
 * to all browsers.
 */
#include <stdatomic.h>

#include "publish/store.h"
#include "web/episodes.h"
#include "web/hub.h"
#include "web/ledger.h"

#define WATCHER_BLOCK_MS 1000    /* longest wait for an alert */
#define WATCHER_ALERTS 16        /* taken at once: whoever writes them decides how long they are */
#define WATCHER_KNOWN_ALERTS 256 /* of the past, for browsers that come again after a restart */
#define WATCHER_LOOK_MS 5000     /* between two looks for new minutes and ranges */

struct watcher;

struct watcher_settings {
	const struct url *url;
	const char *prefix;
	struct hub *hub;
	struct ledger *ledger;
	struct episodes *episodes;
	void (*wake)(void *user); /* the hub has something new; called by the thread */
	void *user;
	atomic_bool *is_connected; /* kept true while Redis answers */
};

/* Starts the thread. Returns 0, -ENOMEM or -EAGAIN. */
int watcher_start(const struct watcher_settings *settings, struct watcher **ret_watcher);

/* Ends and joins the thread, at the latest WATCHER_BLOCK_MS or a connection attempt later. Accepts
 * NULL. */
void watcher_stop(struct watcher *watcher);

#endif
