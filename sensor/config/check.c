/* SPDX-License-Identifier: Apache-2.0 */
#include "config/check.h"

#include "base/text.h"
#include "capture/filter.h"
#include "config/period.h"
#include "http/listen.h"
#include "http/loopback.h"
#include "publish/publisher.h"
#include "watch/prefix.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static int refuse(char ret_reason[SETTING_REASON_SIZE], const char *text, const char *why)
{
	char shown[64];

	text_clean(text, strlen(text), shown, sizeof(shown));
	snprintf(ret_reason, SETTING_REASON_SIZE, "'%s' %s", shown, why);
	return -EINVAL;
}

int check_name(const char *text, char ret_reason[SETTING_REASON_SIZE])
{
	char printable[4 * CHECK_NAME_MAX + 1];
	size_t length = strlen(text);

	if (length == 0 || length > CHECK_NAME_MAX)
		return refuse(ret_reason, text, "is no name: 1 to 63 bytes are");
	text_clean(text, strlen(text), printable, sizeof(printable));
	if (strcmp(text, printable) != 0)
		return refuse(
			ret_reason, text, "is no name: it holds control or broken characters");
	return 0;
}

/* The part of "CIDR=NAME" before the name; false when it is longer than any CIDR. */
static bool copy_cidr(const char *text, char ret_cidr[CHECK_PREFIX_SIZE])
{
	size_t length = strcspn(text, "=");

	if (length >= CHECK_PREFIX_SIZE)
		return false;
	memcpy(ret_cidr, text, length);
	ret_cidr[length] = '\0';
	return true;
}

int check_watch(const char *text, char ret_reason[SETTING_REASON_SIZE])
{
	const char *equals = strchr(text, '=');
	char cidr[CHECK_PREFIX_SIZE];
	struct prefix prefix;

	if (!copy_cidr(text, cidr))
		return refuse(ret_reason, text, "is no CIDR such as 175.45.176.0/22");
	if (prefix_parse(cidr, &prefix) != 0)
		return refuse(ret_reason, cidr, "is no CIDR such as 175.45.176.0/22");
	return equals ? check_name(equals + 1, ret_reason) : 0;
}

bool check_has_host_bits(const char *text, char ret_taken[CHECK_PREFIX_SIZE])
{
	struct surgetap_address address;
	struct prefix prefix;
	char cidr[CHECK_PREFIX_SIZE], taken[PREFIX_TEXT_SIZE];

	if (!copy_cidr(text, cidr) || prefix_parse(cidr, &prefix) != 0)
		return false;
	cidr[strcspn(cidr, "/")] = '\0';
	if (address_parse(cidr, &address) != 0 || address_is_equal(&address, &prefix.network))
		return false;
	snprintf(ret_taken, CHECK_PREFIX_SIZE, "%s", prefix_format(&prefix, taken));
	return true;
}

int check_url(const char *text, char ret_reason[SETTING_REASON_SIZE])
{
	char reason[128];

	if (publisher_check_url(text, reason) == 0)
		return 0;
	snprintf(ret_reason, SETTING_REASON_SIZE, "bad Redis URL: %s", reason);
	return -EINVAL;
}

int check_scale(const char *text, char ret_reason[SETTING_REASON_SIZE])
{
	static const char *const scales[] = {"60", "3600", "86400", "604800"};

	for (size_t i = 0; i < sizeof(scales) / sizeof(scales[0]); i++)
		if (strcmp(text, scales[i]) == 0)
			return 0;
	return refuse(ret_reason, text, "is not 60, 3600, 86400 or 604800");
}

int check_filter(const char *text, char ret_reason[SETTING_REASON_SIZE])
{
	char reason[FILTER_REASON_SIZE] = "", why[88];

	if (filter_check(text, reason) == 0)
		return 0;
	snprintf(why, sizeof(why), "is no filter: %.70s", reason);
	return refuse(ret_reason, text, why);
}

int check_metrics(const char *text, char ret_reason[SETTING_REASON_SIZE])
{
	struct listen listen;

	if (listen_parse(text, &listen) < 0)
		return refuse(ret_reason, text, "is not ADDR:PORT such as 127.0.0.1:9105");
	if (!loopback_is_address(listen.address))
		return refuse(
			ret_reason, text, "is no loopback address: figures are for this machine");
	return 0;
}

int check_window(const char *text, char ret_reason[SETTING_REASON_SIZE])
{
	struct period period;

	if (period_parse(text, &period))
		return 0;
	return refuse(ret_reason, text, "is not START..END, such as 2026-03-03..2026-03-24T06:00");
}

int check_plugin_option(const char *text, char ret_reason[SETTING_REASON_SIZE])
{
	const char *equals = strchr(text, '=');
	const char *dot = equals ? memchr(text, '.', (size_t)(equals - text)) : NULL;

	if (!dot || dot == text || dot + 1 == equals)
		return refuse(ret_reason, text, "is not NAME.OPTION=VALUE");
	return 0;
}
