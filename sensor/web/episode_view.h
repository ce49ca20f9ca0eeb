/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WEB_EPISODE_VIEW_H
#define WEB_EPISODE_VIEW_H
/* The list of episodes in any order. */
#include "http/server.h"
#include "publish/store.h"
#include "web/episodes.h"

/* GET: {"episodes": [...], "total", "loading": the past is still being read, "since": the id of the
 * oldest one that is kept, or null when nothing older is in the stream}. The query holds a filter
 * without `q`, `acked` (yes, no), `sort` (time, began, state, technique, range, ratio, rise,
 * severity, acked), `dir` (asc, desc), `offset` and `limit`. */
void episode_view_list(struct episodes *episodes, struct store *store, struct request *request,
	struct answer *ret_answer);

#endif
