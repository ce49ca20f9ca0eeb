/* SPDX-License-Identifier: Apache-2.0 */
#include "web/alert_filter.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

static const char *const choice_names[ALERT_FILTER_CHOICES] = {
	"range", "technique", "severity", "state"};

static int parse_text(struct request *request, const char *name, char *ret_text)
{
	const char *value = request_query(request, name);
	*ret_text = '\0';
	return !value || text_copy(value, ret_text, ALERT_FILTER_TEXT_SIZE) ? 0 : -EINVAL;
}

static int parse_time(struct request *request, const char *name, double otherwise, double *ret_ms)
{
	const char *value = request_query(request, name);
	char *end;
	*ret_ms = otherwise;
	if (!value || !*value)
		return 0;
	*ret_ms = strtod(value, &end);
	return *end == '\0' && isfinite(*ret_ms) ? 0 : -EINVAL;
}

int alert_filter_parse(struct request *request, struct alert_filter *ret_filter)
{
	struct alert_filter filter = {0};
	for (size_t i = 0; i < ALERT_FILTER_CHOICES; i++)
		if (parse_text(request, choice_names[i], filter.choices[i]) < 0)
			return -EINVAL;
	if (parse_text(request, "q", filter.search) < 0 ||
		parse_time(request, "from", -INFINITY, &filter.from_ms) < 0 ||
		parse_time(request, "to", INFINITY, &filter.to_ms) < 0)
		return -EINVAL;
	*ret_filter = filter;
	return 0;
}

/* True when `value` is one of the words of `list`. */
static bool is_chosen(const char *list, const char *value)
{
	size_t length = strlen(value);
	for (const char *at = list; at; at = strchr(at, ',')) {
		at += *at == ',';
		if (strncmp(at, value, length) == 0 && (at[length] == ',' || at[length] == '\0'))
			return true;
		if (!*at)
			break;
	}
	return false;
}

/* The record is searched as it is written, so that an address of any example flow is found. */
static bool is_found(const char *search, const struct redis_value *fields)
{
	size_t length;
	for (size_t i = 1; i < redis_value_count(fields); i += 2)
		if (strcasestr(redis_value_text(redis_value_item(fields, i), &length), search))
			return true;
	return false;
}

bool alert_filter_admits(const struct alert_filter *filter,
	const char *const values[ALERT_FILTER_CHOICES], double time_ms)
{
	for (size_t i = 0; i < ALERT_FILTER_CHOICES; i++)
		if (*filter->choices[i] &&
			(!values[i] || !is_chosen(filter->choices[i], values[i])))
			return false;
	return !(time_ms < filter->from_ms || time_ms >= filter->to_ms);
}

bool alert_filter_matches(const struct alert_filter *filter, const struct redis_value *fields)
{
	const char *values[ALERT_FILTER_CHOICES];
	size_t length;
	for (size_t i = 0; i < ALERT_FILTER_CHOICES; i++)
		values[i] = store_field(fields, choice_names[i], &length);
	const char *time = store_field(fields, "time_ms", &length);
	return alert_filter_admits(filter, values, time ? strtod(time, NULL) : NAN) &&
	       (!*filter->search || is_found(filter->search, fields));
}
