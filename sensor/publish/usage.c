/* SPDX-License-Identifier: Apache-2.0 */
#include "publish/usage.h"

#include <jansson.h>
#include <math.h>

#include "alert/number.h"
#include "base/text.h"

#define NAME_SIZE 256

static json_t *text(const char *name)
{
	char cleaned[NAME_SIZE];
	return json_stringn(cleaned, text_make_printable(name, cleaned, sizeof cleaned));
}

static json_t *number(double value)
{
	value = number_finite(value);
	if (value == nearbyint(value))
		return json_integer((json_int_t)value);
	return json_real(number_round(value, USAGE_DIGITS));
}

int64_t usage_time_ms(int64_t time_s)
{
	if (time_s < EVE_TIME_MIN_S)
		time_s = EVE_TIME_MIN_S;
	if (time_s > EVE_TIME_MAX_S)
		time_s = EVE_TIME_MAX_S;
	return time_s * 1000;
}

char *usage_format(const struct publisher_usage *usage)
{
	char time[EVE_TIME_SIZE];
	int64_t time_ms = usage_time_ms(usage->start_s);
	json_t *line = json_pack("{s:s, s:s, s:o, s:I, s:I}", "timestamp",
		eve_format_time(time_ms * 1000, time), "event_type", "usage", "range",
		text(usage->range), "time_ms", (json_int_t)time_ms, "scale_seconds",
		(json_int_t)usage->scale_s);
	bool failed = !line;
	for (size_t i = 0; i < usage->count && !failed; i++) {
		char name[NAME_SIZE];
		text_make_printable(usage->fields[i].name, name, sizeof name);
		failed = json_object_set_new(line, name, number(usage->fields[i].value)) != 0;
	}
	char *made = failed ? NULL
			    : json_dumps(line,
				      JSON_ENSURE_ASCII | JSON_COMPACT | JSON_REAL_PRECISION(15));
	json_decref(line);
	return made;
}
