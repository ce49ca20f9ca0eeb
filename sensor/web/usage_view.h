/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WEB_USAGE_VIEW_H
#define WEB_USAGE_VIEW_H
/* Usage as a page draws it. */
#include "web/ledger.h"
#include "http/server.h"
#include "publish/store.h"

#define USAGE_VIEW_MINUTES_MAX 2160 /* a longer window is shown in hours */

/* GET: one range over time, for the query's `range`, `metric`, `from` and `to` (ms):
 * {"step_s", "times", "techniques": {name: {"values", "usual"}}}. */
void usage_view_series(struct ledger *ledger, struct store *store, struct request *request,
	struct answer *ret_answer);

#endif
