/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WEB_ALERT_FILTER_H
#define WEB_ALERT_FILTER_H
/* Which alerts are wanted, from the query of a request: range, technique, severity, state (each a
 * list with commas), q (text found anywhere in the record), from and to (ms, packet time). */
#include "http/server.h"
#include "publish/store.h"

#define ALERT_FILTER_TEXT_SIZE 512
#define ALERT_FILTER_CHOICES 4

struct alert_filter {
	char choices[ALERT_FILTER_CHOICES][ALERT_FILTER_TEXT_SIZE]; /* empty: any */
	char search[ALERT_FILTER_TEXT_SIZE];
	double from_ms, to_ms;
};

/* Returns 0, or -EINVAL for times that are no numbers and texts that are too long. */
int alert_filter_parse(struct request *request, struct alert_filter *ret_filter);

/* True when an alert is wanted, text search apart: its range, technique, severity and state (NULL:
 * it has none), and its time, which may be NAN. */
bool alert_filter_admits(const struct alert_filter *filter,
	const char *const values[ALERT_FILTER_CHOICES], double time_ms);

/* True when an entry of the stream, given by its fields, is wanted. */
bool alert_filter_matches(const struct alert_filter *filter, const struct redis_value *fields);

#endif
