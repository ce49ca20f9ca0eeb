/* SPDX-License-Identifier: Apache-2.0 */
#include "config/setting.h"

#include "base/text.h"
#include "config/check.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define AT(member) offsetof(struct config, member)
#define MILLION 1000000u

const struct setting settings[] = {
	{.name = "watch",
		.letter = 'w',
		.kind = SETTING_LIST,
		.offset = AT(watch),
		.argument = "CIDR[=NAME]",
		.check = check_watch,
		.help = "watch this range; may repeat, prefixes of one NAME are one range"},
	{.name = "alerts",
		.kind = SETTING_TEXT,
		.offset = AT(alerts),
		.argument = "FILE",
		.initial = "-",
		.help = "write alerts there, one JSON object a line (- is standard output)"},
	{.name = "usage",
		.kind = SETTING_TEXT,
		.offset = AT(usage),
		.argument = "FILE",
		.help = "write each range's counts there, a JSON object for each closed bucket"},
	{.name = "usage-scale",
		.kind = SETTING_NUMBER,
		.offset = AT(usage_scale),
		.argument = "SECONDS",
		.initial = "60",
		.low = 60,
		.high = 604800,
		.check = check_scale,
		.help = "of those buckets: 60, 3600, 86400 or 604800"},
	{.name = "stats",
		.kind = SETTING_TEXT,
		.offset = AT(stats),
		.argument = "FILE",
		.help = "write the run's statistics there, as JSON"},
	{.name = "report",
		.is_planned = true,
		.kind = SETTING_TEXT,
		.offset = AT(report),
		.argument = "FILE",
		.help = "write an HTML report there (without effect yet)"},
	{.name = "redis",
		.kind = SETTING_TEXT,
		.offset = AT(redis),
		.argument = "URL",
		.check = check_url,
		.help = "deliver to redis://[user:password@]host:port/db or unix:///path?db=N"},
	{.name = "redis-prefix",
		.kind = SETTING_TEXT,
		.offset = AT(redis_prefix),
		.argument = "TEXT",
		.initial = "surgetap:",
		.help = "begin the keys in Redis with this"},
	{.name = "redis-channel",
		.kind = SETTING_TEXT,
		.offset = AT(redis_channel),
		.argument = "NAME",
		.help = "also publish each alert to this channel"},
	{.name = "redis-list",
		.kind = SETTING_TEXT,
		.offset = AT(redis_list),
		.argument = "NAME",
		.help = "also push each alert onto this list"},
	{.name = "alerts-maxlen",
		.kind = SETTING_NUMBER,
		.offset = AT(alerts_maxlen),
		.argument = "N",
		.initial = "100000",
		.low = 1,
		.high = 1000 * MILLION,
		.help = "keep about this many entries in the stream of alerts"},
	{.name = "usage-maxlen",
		.kind = SETTING_NUMBER,
		.offset = AT(usage_maxlen),
		.argument = "N",
		.initial = "50000",
		.low = 1,
		.high = 1000 * MILLION,
		.help = "keep about this many entries in each range's stream of counts"},
	{.name = "drain",
		.kind = SETTING_NUMBER,
		.offset = AT(drain),
		.argument = "SECONDS",
		.initial = "30",
		.low = 0,
		.high = 86400,
		.help = "at the end, wait this long for Redis to take what is left"},
	{.name = "sensor",
		.kind = SETTING_TEXT,
		.offset = AT(sensor),
		.argument = "NAME",
		.check = check_name,
		.help = "name of this sensor in alerts (default: the host's name)"},
	{.name = "state",
		.is_planned = true,
		.kind = SETTING_TEXT,
		.offset = AT(state),
		.argument = "DIR",
		.help = "keep baselines and undelivered alerts there (without effect yet)"},
	{.name = "geoip-asn",
		.kind = SETTING_TEXT,
		.offset = AT(geoip_asn),
		.argument = "FILE",
		.help = "MMDB database of autonomous systems"},
	{.name = "geoip-country",
		.kind = SETTING_TEXT,
		.offset = AT(geoip_country),
		.argument = "FILE",
		.help = "MMDB database of countries"},
	{.name = "networks",
		.kind = SETTING_TEXT,
		.offset = AT(networks),
		.argument = "FILE",
		.help = "table of the kinds of networks, in place of the built-in one"},
	{.name = "tor-relays",
		.kind = SETTING_TEXT,
		.offset = AT(tor_relays),
		.argument = "FILE",
		.help = "list of Tor relays: a consensus, or lines of address:port"},
	{.name = "plugin",
		.kind = SETTING_LIST,
		.offset = AT(plugin),
		.argument = "FILE",
		.help = "load this plugin; may repeat"},
	{.name = "plugin-option",
		.kind = SETTING_LIST,
		.offset = AT(plugin_option),
		.argument = "NAME.OPTION=VALUE",
		.check = check_plugin_option,
		.help = "tell a plugin something; may repeat"},
	{.name = "asymmetric",
		.kind = SETTING_SWITCH,
		.offset = AT(asymmetric),
		.initial = "false",
		.help = "the tap sees one direction only: count unanswered flows too"},
	{.name = "alarms-per-year",
		.kind = SETTING_RATE,
		.offset = AT(alarms_per_year),
		.argument = "N",
		.initial = "12",
		.low = 0,
		.high = MILLION,
		.help = "false alarms a year that are acceptable, over all ranges"},
	{.name = "max-flows",
		.kind = SETTING_NUMBER,
		.offset = AT(max_flows),
		.argument = "N",
		.initial = "262144",
		.low = 1024,
		.high = 64 * MILLION,
		.help = "flows held in memory at once"},
	{.name = "workers",
		.is_planned = true,
		.kind = SETTING_NUMBER,
		.offset = AT(workers),
		.argument = "N",
		.initial = "1",
		.low = 1,
		.high = 64,
		.help = "threads that decode and classify (without effect yet)"},
	{.name = "fail-on-alert",
		.kind = SETTING_SWITCH,
		.offset = AT(fail_on_alert),
		.initial = "false",
		.help = "end with status 3 if an alert was raised"},
	{.name = "quiet",
		.letter = 'q',
		.kind = SETTING_SWITCH,
		.offset = AT(quiet),
		.initial = "false",
		.help = "print errors and warnings only"},
	{.name = NULL},
};

const struct setting *setting_find(const char *name)
{
	for (const struct setting *setting = settings; setting->name; setting++)
		if (strcmp(setting->name, name) == 0)
			return setting;
	return NULL;
}

static int refuse(char ret_reason[SETTING_REASON_SIZE], const char *text, const char *wanted)
{
	char shown[48];

	text_clean(text, strlen(text), shown, sizeof(shown));
	snprintf(ret_reason, SETTING_REASON_SIZE, "'%s' is not %s", shown, wanted);
	return -EINVAL;
}

static int assign_text(char **place, const char *text, char ret_reason[SETTING_REASON_SIZE])
{
	char *copy;

	if (!*text) {
		snprintf(ret_reason, SETTING_REASON_SIZE, "the value is empty");
		return -EINVAL;
	}
	copy = strdup(text);
	if (!copy)
		return -ENOMEM;
	free(*place);
	*place = copy;
	return 0;
}

static int assign_number(const struct setting *setting, uint64_t *place, const char *text,
	char ret_reason[SETTING_REASON_SIZE])
{
	char wanted[80], *end;
	uint64_t value;

	errno = 0;
	value = strtoull(text, &end, 10);
	/* strtoull takes a sign and leading blanks, and turns -1 into a huge number. */
	if (!isdigit((unsigned char)*text) || *end || errno || value < setting->low ||
		value > setting->high) {
		snprintf(wanted, sizeof(wanted), "a whole number from %" PRIu64 " to %" PRIu64,
			setting->low, setting->high);
		return refuse(ret_reason, text, wanted);
	}
	*place = value;
	return 0;
}

static int assign_rate(const struct setting *setting, double *place, const char *text,
	char ret_reason[SETTING_REASON_SIZE])
{
	char wanted[80], *end;
	double value = strtod(text, &end);

	/* The comparison also refuses nan. */
	if (!(isdigit((unsigned char)*text) || *text == '.') || *end ||
		!(value > (double)setting->low && value <= (double)setting->high)) {
		snprintf(wanted, sizeof(wanted), "a number above %" PRIu64 ", at most %" PRIu64,
			setting->low, setting->high);
		return refuse(ret_reason, text, wanted);
	}
	*place = value;
	return 0;
}

static int assign_switch(bool *place, const char *text, char ret_reason[SETTING_REASON_SIZE])
{
	bool is_true = strcmp(text, "true") == 0;

	if (!is_true && strcmp(text, "false") != 0)
		return refuse(ret_reason, text, "true or false");
	*place = is_true;
	return 0;
}

static int assign_item(
	struct config_list *list, const char *text, char ret_reason[SETTING_REASON_SIZE])
{
	char *copy = NULL, **items;
	int error;

	if (list->count == SETTING_LIST_MAX) {
		snprintf(ret_reason, SETTING_REASON_SIZE, "more than %d entries", SETTING_LIST_MAX);
		return -EINVAL;
	}
	error = assign_text(&copy, text, ret_reason);
	if (error)
		return error;
	/* Grow at powers of two only: a list may hold 100,000 prefixes. */
	if ((list->count & (list->count - 1)) == 0) {
		size_t room = list->count ? list->count * 2 : 1;

		items = realloc(list->items, room * sizeof(*items));
		if (!items) {
			free(copy);
			return -ENOMEM;
		}
		list->items = items;
	}
	list->items[list->count++] = copy;
	return 0;
}

int setting_assign(const struct setting *setting, struct config *config, const char *text,
	char ret_reason[SETTING_REASON_SIZE])
{
	void *place = (char *)config + setting->offset;
	int error = setting->check ? setting->check(text, ret_reason) : 0;

	if (error)
		return error;
	switch (setting->kind) {
	case SETTING_TEXT:
		return assign_text(place, text, ret_reason);
	case SETTING_NUMBER:
		return assign_number(setting, place, text, ret_reason);
	case SETTING_RATE:
		return assign_rate(setting, place, text, ret_reason);
	case SETTING_SWITCH:
		return assign_switch(place, text, ret_reason);
	case SETTING_LIST:
		return assign_item(place, text, ret_reason);
	}
	return -EINVAL;
}

void setting_clear_list(const struct setting *setting, struct config *config)
{
	struct config_list *list = (struct config_list *)((char *)config + setting->offset);

	if (setting->kind != SETTING_LIST)
		return;
	for (size_t i = 0; i < list->count; i++)
		free(list->items[i]);
	free(list->items);
	*list = (struct config_list){0};
}

bool setting_is_idle(const struct setting *setting, const struct config *config)
{
	const void *place = (const char *)config + setting->offset;

	if (!setting->is_planned)
		return false;
	if (setting->kind == SETTING_TEXT)
		return *(char *const *)place != NULL;
	return setting->kind == SETTING_NUMBER &&
	       *(const uint64_t *)place != strtoull(setting->initial, NULL, 10);
}
