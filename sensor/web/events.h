/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WEB_EVENTS_H
#define WEB_EVENTS_H
/* A browser that listens: a place in the hub, for as long as it stays. */
#include "http/server.h"
#include "web/hub.h"

/* GET, an answer without end: what comes behind the id of the header Last-Event-ID, or of the
 * query's `since`; without either, what is new. `hub` outlives the answer. */
void events_show(struct hub *hub, struct request *request, struct answer *ret_answer);

#endif
