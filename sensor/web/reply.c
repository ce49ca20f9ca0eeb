/* SPDX-License-Identifier: Apache-2.0 */
#include "web/reply.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

#define TEXT_SIZE 4096

char *reply_dump(const json_t *value)
{
	return json_dumps(
		value, JSON_COMPACT | JSON_ENSURE_ASCII | JSON_REAL_PRECISION(6) | JSON_ENCODE_ANY);
}

void reply_owned(struct answer *answer, unsigned status, char *text)
{
	if (!text)
		return;
	answer->status = status;
	answer->type = "application/json";
	answer->owned = text;
	answer->size = strlen(text);
}

void reply_json(struct answer *answer, unsigned status, json_t *value)
{
	reply_owned(answer, status, value ? reply_dump(value) : NULL);
	json_decref(value);
}

void reply_error(struct answer *answer, unsigned status, const char *code, const char *message)
{
	reply_json(answer, status,
		json_pack("{s:s, s:o}", "error", code, "message",
			reply_text(message, strlen(message))));
}

void reply_store(struct answer *answer, const struct store *store)
{
	reply_error(answer, 503, "redis", store_trouble(store));
}

json_t *reply_text(const char *bytes, size_t length)
{
	char text[TEXT_SIZE];
	return json_stringn(text, text_clean(bytes, length, text, sizeof text));
}

json_t *reply_number(double value)
{
	if (!isfinite(value))
		return json_null();
	return value == nearbyint(value) && fabs(value) < 1e15 ? json_integer((json_int_t)value)
							       : json_real(value);
}
