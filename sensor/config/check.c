/* SPDX-License-Identifier: Apache-2.0 */
#include "config/check.h"

#include "base/text.h"
#include "publish/publisher.h"
#include "watch/ranges.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define PREFIX_SIZE 64 /* longer than any CIDR */

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

int check_watch(const char *text, char ret_reason[SETTING_REASON_SIZE])
{
	const char *equals = strchr(text, '=');
	size_t length = equals ? (size_t)(equals - text) : strlen(text);
	struct surgetap_address network;
	char prefix[PREFIX_SIZE];
	unsigned bits;

	if (length >= sizeof(prefix))
		return refuse(ret_reason, text, "is no CIDR such as 175.45.176.0/22");
	memcpy(prefix, text, length);
	prefix[length] = '\0';
	if (ranges_parse_prefix(prefix, &network, &bits) != 0)
		return refuse(ret_reason, prefix, "is no CIDR such as 175.45.176.0/22");
	return equals ? check_name(equals + 1, ret_reason) : 0;
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

int check_plugin_option(const char *text, char ret_reason[SETTING_REASON_SIZE])
{
	const char *equals = strchr(text, '=');
	const char *dot = equals ? memchr(text, '.', (size_t)(equals - text)) : NULL;

	if (!dot || dot == text || dot + 1 == equals)
		return refuse(ret_reason, text, "is not NAME.OPTION=VALUE");
	return 0;
}
