/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PUBLISH_USAGE_H
#define PUBLISH_USAGE_H
/* A closed bucket of a watched range as one line of JSON. */
#include "publish/publisher.h"

/* {"timestamp","event_type":"usage","range","time_ms","scale_seconds", then `fields` in their
 * order}. Returns a NUL-terminated string from the heap, owned by the caller, or NULL when there is
 * no memory. */
char *usage_format(const struct publisher_usage *usage);

#define USAGE_DIGITS 6 /* significant digits of what is no integer */

/* Start of a bucket in milliseconds; held within the years 0000..9999. */
int64_t usage_time_ms(int64_t time_s);

#endif
