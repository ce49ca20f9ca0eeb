/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WEB_ALERTS_H
#define WEB_ALERTS_H
/* The stream of alerts, as lists, one by one, and as files. Nothing is held longer than an answer:
 * a stream of any length is read in pieces, newest first. */
#include <jansson.h>

#include "http/server.h"
#include "publish/store.h"

#define ALERTS_PAGE 50
#define ALERTS_PAGE_MAX 200
#define ALERTS_SCAN_MAX 2000 /* entries looked at for one answer */
#define ALERTS_SCAN_MS 80    /* after that the answer says how far it came */

/* The flat fields of an entry as an object, with its "id". NULL: it is none, or no memory. */
json_t *alerts_make(const struct redis_value *entry);

/* GET: {"alerts": [...], "next": id or null, "reached": id}; the query holds the filter, `before`
 * (an id) and `limit`. */
void alerts_list(struct store *store, struct request *request, struct answer *ret_answer);

/* GET: {"alert": flat fields, "eve": the record, or null when it is no JSON, "text": what it is
 * then}, for the query's `id`. */
void alerts_show(struct store *store, struct request *request, struct answer *ret_answer);

/* GET: the alerts of the filter as a file, `format` csv or ndjson. `stores`: one for each
 * worker. */
void alerts_export(struct store *const *stores, struct request *request, struct answer *ret_answer);

#endif
