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

/* Writes `alert` as one line of JSON without the line feed: ASCII only, valid whatever bytes the
 * names in it hold. Returns a NUL-terminated string from the heap, owned by the caller, or NULL
 * when there is no memory. */
char *eve_format_alert(const struct alert *alert, const struct eve_sensor *sensor);

/* Years 0000 and 9999: beyond them a timestamp would not have four digits of year. */
#define EVE_TIME_MIN_S (-62167219200)
#define EVE_TIME_MAX_S 253402300799

/* EVE time: "2026-11-21T06:03:00.000000+0000" for a Unix time in microseconds. */
/* Outside of the years 0000..9999 it is the nearest time within. */
#define EVE_TIME_SIZE 96
const char *eve_format_time(int64_t time_us, char ret_text[EVE_TIME_SIZE]);

/* "1 min", "1 h", "1 d", "7 d" for a length in seconds. Returns ret_text. */
#define EVE_SCALE_SIZE 20
const char *eve_format_scale(uint32_t scale_s, char ret_text[EVE_SCALE_SIZE]);

/* "open", "update", "close" or "notice": static text. */
const char *eve_state_name(enum alert_state state);

#endif
