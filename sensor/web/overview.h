/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WEB_OVERVIEW_H
#define WEB_OVERVIEW_H
/* Every range with its techniques: now, usual, and the hours before. Made once for all who ask
 * within OVERVIEW_KEEP_MS, so that its cost does not grow with the browsers. Safe to use from any
 * thread. */
#include "http/server.h"
#include "web/episodes.h"
#include "web/ledger.h"

#define OVERVIEW_SPARKS 48    /* hours in a row */
#define OVERVIEW_KEEP_MS 1000 /* an answer may be as old */

struct overview;

/* Both outlive the overview. NULL: no memory. */
struct overview *overview_new(struct ledger *ledger, struct episodes *episodes);
void overview_free(struct overview *overview);

/* GET, for the query's `metric`: {"loading": the past is still being read, "complete": of how many
 * ranges it was, "left_out": ranges without room, "open": of
 * episodes_count_open(), "ranges": [{"range", "last_ms", "techniques":
 * [{"technique", "now", "usual", "spark"}]}]}. */
void overview_show(struct overview *overview, struct request *request, struct answer *ret_answer);

#endif
