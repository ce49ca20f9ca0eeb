/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WEB_ACKS_H
#define WEB_ACKS_H
/* Who has seen to which alert: the hash `<prefix>acks`, from alert_id to
 * {"comment", "by", "time_ms"}. */
#include <jansson.h>

#include "http/server.h"
#include "publish/store.h"
#include "web/episodes.h"
#include "web/hub.h"

#define ACKS_MAX 1000000
#define ACKS_COMMENT_MAX 2000 /* bytes */

/* Adds "ack" to each object of `alerts` (with "alert_id") that has one. Returns as store_call. */
int acks_add(struct store *store, json_t *alerts);

/* Carries out {"alert_id", "comment", "by"}, or {"alert_id", "withdraw": true}, and tells all
 * browsers through `hub`; `episodes` learn of it. */
void acks_write(struct store *store, struct hub *hub, struct episodes *episodes,
	struct request *request, struct answer *ret_answer);

#endif
