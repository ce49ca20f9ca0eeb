/* SPDX-License-Identifier: Apache-2.0 */
#include "moment.h"

#include <ctype.h>
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define SPAN_MAX_US (200 * YEAR_US)

static const struct {
	const char *name;
	int64_t us;
} units[] = {
	{"y", YEAR_US},
	{"w", WEEK_US},
	{"d", DAY_US},
	{"h", HOUR_US},
	{"ms", 1000},
	{"m", MINUTE_US},
	{"s", SECOND_US},
};

static int64_t unit_us(const char *name, size_t length)
{
	for (size_t i = 0; i < sizeof(units) / sizeof(*units); i++)
		if (strlen(units[i].name) == length && !strncmp(units[i].name, name, length))
			return units[i].us;
	return 0;
}

int moment_parse_span(const char *text, int64_t *ret_us)
{
	const char *c = text + (*text == '-');
	int64_t sum = 0;

	if (!isdigit((unsigned char)*c))
		return -EINVAL;
	while (*c) {
		char *unit;
		size_t length = 0;
		errno = 0;
		long number = isdigit((unsigned char)*c) ? strtol(c, &unit, 10) : -1;
		if (number < 0 || errno)
			return -EINVAL;
		while (islower((unsigned char)unit[length]))
			length++;
		int64_t us = unit_us(unit, length);
		if (!us || number > (SPAN_MAX_US - sum) / us)
			return -EINVAL;
		sum += number * us;
		c = unit + length;
		while (*c == ' ')
			c++;
	}
	*ret_us = *text == '-' ? -sum : sum;
	return 0;
}

int moment_parse_time(const char *text, int64_t *ret_us)
{
	static const char *const shapes[] = {"%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%d"};

	for (size_t i = 0; i < sizeof(shapes) / sizeof(*shapes); i++) {
		struct tm tm = {0};
		const char *end = strptime(text, shapes[i], &tm);
		struct tm asked = tm;
		int64_t seconds = timegm(&tm);
		/* 31 February is no time: timegm would take it for 3 March. */
		if (end && !*end && tm.tm_mday == asked.tm_mday && tm.tm_mon == asked.tm_mon) {
			*ret_us = seconds * SECOND_US;
			return 0;
		}
	}
	return -EINVAL;
}

int moment_parse(const char *text, int64_t start_us, int64_t *ret_us)
{
	int64_t us;
	int r = moment_parse_time(text, ret_us);

	if (!r)
		return 0;
	r = moment_parse_span(text, &us);
	if (!r)
		*ret_us = start_us + us;
	return r;
}

const char *moment_format(int64_t us, char ret_text[MOMENT_TEXT_SIZE])
{
	time_t seconds = us / SECOND_US - (us % SECOND_US < 0);
	struct tm tm;

	gmtime_r(&seconds, &tm);
	if (!strftime(ret_text, MOMENT_TEXT_SIZE, "%Y-%m-%dT%H:%M:%SZ", &tm))
		*ret_text = '\0';
	return ret_text;
}
