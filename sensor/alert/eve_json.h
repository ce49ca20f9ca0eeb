/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ALERT_EVE_JSON_H
#define ALERT_EVE_JSON_H
/* The values that every EVE record is made of, as JSON. Each returns a new reference, or NULL
 * without memory. */
#include <jansson.h>

#include "packet/address.h"

/* A string of any bytes, cut at a kilobyte when cleaned (base/text.h). */
json_t *eve_json_text(const char *string);

/* The same; NULL for a string that is NULL or empty, which json_pack's "o*" leaves out. */
json_t *eve_json_text_or_none(const char *string);

/* A Unix time in microseconds in EVE's form. */
json_t *eve_json_time(int64_t time_us);

json_t *eve_json_address(const struct surgetap_address *address);

#endif
