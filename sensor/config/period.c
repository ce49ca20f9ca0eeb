/* SPDX-License-Identifier: Apache-2.0 */
#include "config/period.h"

#include <string.h>
#include <time.h>

#define TEXT_SIZE 64

static bool parse_moment(const char *text, int64_t *ret_time_s)
{
	static const char *const shapes[] = {"%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%dT%H:%M:%S",
		"%Y-%m-%dT%H:%MZ", "%Y-%m-%dT%H:%M", "%Y-%m-%d"};
	for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
		struct tm tm = {0};
		const char *end = strptime(text, shapes[i], &tm);
		int day = tm.tm_mday;
		if (!end || *end != '\0')
			continue;
		*ret_time_s = timegm(&tm);
		return tm.tm_mday == day; /* else there is no such day, and timegm took another */
	}
	return false;
}

bool period_parse(const char *text, struct period *ret_period)
{
	int64_t start_s = INT64_MIN, end_s = INT64_MAX;
	char start[TEXT_SIZE];
	const char *dots = strstr(text, "..");
	if (!dots || dots - text >= TEXT_SIZE)
		return false;
	memcpy(start, text, (size_t)(dots - text));
	start[dots - text] = '\0';
	const char *end = dots + 2;
	if ((*start && !parse_moment(start, &start_s)) || (*end && !parse_moment(end, &end_s)) ||
		end_s <= start_s)
		return false;
	*ret_period = (struct period){start_s, end_s};
	return true;
}
