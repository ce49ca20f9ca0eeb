/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WEB_EPISODE_READER_H
#define WEB_EPISODE_READER_H
/* Brings the episodes up to what lies in Redis: back through the stream of alerts, newest first,
 * and forgets what is no longer there. What comes anew is not its business. For one thread. */
#include "publish/store.h"
#include "web/alert_walk.h"
#include "web/episodes.h"

struct episode_reader {
	struct store *store;
	struct episodes *episodes;
	struct alert_walk walk;
	bool is_done; /* the past is read */
};

/* `store` and `episodes` outlive it. */
void episode_reader_init(
	struct episode_reader *reader, struct store *store, struct episodes *episodes);

/* Reads one batch, or looks which entries are left. Returns as store_call. */
int episode_reader_step(struct episode_reader *reader);

/* The stream begins anew: so do the episodes. */
void episode_reader_restart(struct episode_reader *reader);

#endif
