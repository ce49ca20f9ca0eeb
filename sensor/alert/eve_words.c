/* SPDX-License-Identifier: Apache-2.0 */
#include "alert/eve.h"

#include <stdio.h>
#include <time.h>

static const char *const state_names[] = {
	[ALERT_OPEN] = "open",
	[ALERT_UPDATE] = "update",
	[ALERT_CLOSE] = "close",
	[ALERT_NOTICE] = "notice",
	[ALERT_TREND] = "trend",
};

const char *eve_state_name(enum alert_state state)
{
	return state_names[state];
}

const char *eve_format_time(int64_t time_us, char ret_text[EVE_TIME_SIZE])
{
	int64_t seconds = time_us / 1000000, fraction_us = time_us % 1000000;
	if (fraction_us < 0) {
		fraction_us += 1000000;
		seconds--;
	}
	if (seconds < EVE_TIME_MIN_S)
		seconds = EVE_TIME_MIN_S;
	if (seconds > EVE_TIME_MAX_S)
		seconds = EVE_TIME_MAX_S;
	struct tm tm;
	time_t clock = (time_t)seconds;
	gmtime_r(&clock, &tm);
	/* Not strftime: its %Y writes the year 33 with two digits. */
	snprintf(ret_text, EVE_TIME_SIZE, "%04d-%02d-%02dT%02d:%02d:%02d.%06d+0000",
		tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec,
		(int)fraction_us);
	return ret_text;
}

const char *eve_format_scale(uint32_t scale_s, char ret_text[EVE_SCALE_SIZE])
{
	static const struct {
		uint32_t seconds;
		const char *unit;
	} units[] = {{86400, "d"}, {3600, "h"}, {60, "min"}, {1, "s"}};
	size_t i = 0;
	while (scale_s % units[i].seconds != 0 || scale_s < units[i].seconds)
		if (++i == sizeof units / sizeof *units - 1)
			break;
	snprintf(ret_text, EVE_SCALE_SIZE, "%u %s", scale_s / units[i].seconds, units[i].unit);
	return ret_text;
}
