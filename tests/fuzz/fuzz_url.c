/* SPDX-License-Identifier: Apache-2.0 */
/* Any text as a Redis URL: understood whole or refused with a reason, and never with the password
 * left in it. Any text as a password: hidden to the last byte, and understood when it is written as
 * the manual says. */
#include "publish/url.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_MAX 2048

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

static void try_url(const char *text)
{
	struct url url;
	char reason[URL_REASON_SIZE] = "", shown[URL_SHOWN_SIZE];
	memset(&url, 'x', sizeof url);
	if (url_parse(text, &url, reason) < 0) {
		require(*reason && strlen(reason) < URL_REASON_SIZE && url.server.host[0] == 'x');
		return;
	}
	require(strlen(url.user) < sizeof url.user && strlen(url.password) < sizeof url.password);
	require(url.database >= 0 && url.database <= URL_DATABASE_MAX);
	require(url.is_unix
			? url.path[0] == '/'
			: url.server.host[0] && url.server.port >= 1 && url.server.port <= 65535);
	require(url.sentinel_count <= URL_SENTINELS_MAX &&
		(url.sentinel_count > 0) == (*url.master != '\0'));
	require(!*url.user || *url.password);
	require(strlen(url_show(&url, shown)) < sizeof shown);
}

/* As it stands, in a URL that may be none. */
static void hide(const char *password)
{
	static const char before[] = "redis://ann:", after[] = "@host:7/1";
	char text[TEXT_MAX + 64];
	size_t length = strlen(password);
	snprintf(text, sizeof text, "%s%s%s", before, password, after);
	url_hide_password(text);
	require(strncmp(text, before, strlen(before)) == 0);
	require(strspn(text + strlen(before), "*") == length);
	require(strcmp(text + strlen(before) + length, after) == 0);
}

/* Percent-encoded: gives back the same bytes. */
static void encode(const char *password)
{
	char text[3 * TEXT_MAX + 64] = "unix://ann:", reason[URL_REASON_SIZE];
	size_t used = strlen(text), length = strlen(password);
	struct url url;
	if (length == 0 || length >= sizeof url.password)
		return;
	for (size_t i = 0; i < length; i++)
		used += (size_t)snprintf(
			text + used, sizeof text - used, "%%%02x", (unsigned char)password[i]);
	snprintf(text + used, sizeof text - used, "@/run/redis.sock");
	require(url_parse(text, &url, reason) == 0);
	require(strcmp(url.password, password) == 0 && strcmp(url.path, "/run/redis.sock") == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char text[TEXT_MAX];
	if (size >= sizeof text)
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	try_url(text);
	hide(text);
	encode(text);
	return 0;
}
