/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WEB_HEALTH_H
#define WEB_HEALTH_H
/* How the sensors fare. */
#include "http/server.h"
#include "publish/store.h"

#define HEALTH_SENSORS_MAX 50 /* the ones heard last */

/* GET: {"now_ms", "sensors": [{"name", "seen_ms", "fields": {...} or null when its heartbeat has
 * expired}], "server": `counts`}. */
void health_show(
	struct store *store, const struct server_counts *counts, struct answer *ret_answer);

#endif
