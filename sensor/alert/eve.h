/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ALERT_EVE_H
#define ALERT_EVE_H
/* An alert as one line of Suricata EVE JSON. Pure: same alert, same bytes. */
#include "alert/alert.h"

/* What is the same in every alert of a sensor. */
struct eve_sensor {
	const char *host;     /* sensor name */
	const char *in_iface; /* interface or "replay" */
};

/* Writes `alert` as one line of JSON without the line feed: ASCII only, valid whatever bytes the names
 * in it hold. Returns a NUL-terminated string from the heap, owned by the caller, or NULL when there
 * is no memory. */
char *eve_format_alert(const struct alert *alert, const struct eve_sensor *sensor);

/* EVE time: "2026-11-21T06:03:00.000000+0000" for a Unix time in microseconds. */
#define EVE_TIME_SIZE 40
const char *eve_format_time(int64_t time_us, char ret_text[EVE_TIME_SIZE]);

#endif
