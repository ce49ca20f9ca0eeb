/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WEB_USAGE_VIEW_H
#define WEB_USAGE_VIEW_H
/* Usage as a page draws it. */
#include "web/ledger.h"
#include "http/server.h"
#include "publish/store.h"

#define USAGE_VIEW_MINUTES_MAX 2160 /* a longer window is shown in hours */
#define USAGE_VIEW_HOURS_MAX 2160   /* a longer one in steps of USAGE_VIEW_LONG_HOURS */
#define USAGE_VIEW_LONG_HOURS 6

/* GET: one range over time, for the query's `range`, `metric`, `from` and `to` (ms):
 * {"step_s", "per", "times", "techniques": {name: {"values", "usual"}}}. Values are means per
 * "minute"; in a window of more than four weeks, for which sensors have written hours, they are
 * means per "hour", and "usual" is empty. */
void usage_view_series(struct ledger *ledger, struct store *store, struct request *request,
	struct answer *ret_answer);

#endif
