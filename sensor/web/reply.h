/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WEB_REPLY_H
#define WEB_REPLY_H
/* Answers in JSON. Text that came from traffic or from Redis is cleaned by base/text.h on its way.
 */
#include <jansson.h>

#include "http/server.h"
#include "publish/store.h"

/* Turns `value`, whose reference is taken, into the body. NULL: no memory, which becomes 500. */
void reply_json(struct answer *answer, unsigned status, json_t *value);

/* `value` as reply_json writes it, for the caller to free. NULL: no memory. */
char *reply_dump(const json_t *value);

/* Makes `text`, JSON that is taken over, the body. NULL: no memory, which becomes 500. */
void reply_owned(struct answer *answer, unsigned status, char *text);

/* {"error": code, "message": text}. */
void reply_error(struct answer *answer, unsigned status, const char *code, const char *message);

/* Redis cannot be had or refuses: 503 with the reason. */
void reply_store(struct answer *answer, const struct store *store);

/* `length` bytes as a JSON string, cleaned, at most 4 KiB. */
json_t *reply_text(const char *bytes, size_t length);

/* A number, or null for what is not finite. */
json_t *reply_number(double value);

#endif
