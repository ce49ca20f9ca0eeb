/* SPDX-License-Identifier: Apache-2.0 */
#include "hello.h"

#include <string.h>
#include <strings.h>

#define VERSION_AND_RANDOM_BYTES 34u
#define EXTENSION_SERVER_NAME 0x0000
#define EXTENSION_ALPN 0x0010
#define EXTENSION_ECH 0xfe0d

struct cursor {
	const uint8_t *at;
	uint32_t left;
};

/* Returns false, and takes nothing, when that much is not there. */
static bool skip(struct cursor *cursor, uint32_t count)
{
	if (count > cursor->left)
		return false;
	cursor->at += count;
	cursor->left -= count;
	return true;
}

/* A number of one or two bytes. */
static bool take(struct cursor *cursor, uint32_t width, uint32_t *ret_value)
{
	const uint8_t *bytes = cursor->at;

	if (!skip(cursor, width))
		return false;
	*ret_value = width == 1 ? bytes[0] : (uint32_t)bytes[0] << 8 | bytes[1];
	return true;
}

static bool skip_vector(struct cursor *cursor, uint32_t width)
{
	uint32_t count;

	return take(cursor, width, &count) && skip(cursor, count);
}

/* RFC 6066, 3: a list of names, of which there is one, of type 0. */
static void read_name(struct cursor list, struct hello *hello)
{
	uint32_t list_bytes, type, bytes;

	if (!take(&list, 2, &list_bytes) || !take(&list, 1, &type) || type != 0 ||
		!take(&list, 2, &bytes) || bytes > list.left)
		return;
	hello->name = list.at;
	hello->name_bytes = bytes;
}

static void read_alpn(struct cursor list, struct hello *hello)
{
	uint32_t bytes;

	if (!take(&list, 2, &bytes) || bytes > list.left)
		return;
	hello->alpn = list.at;
	hello->alpn_bytes = bytes;
}

static void read_extension(uint32_t type, struct cursor body, struct hello *hello)
{
	if (type == EXTENSION_SERVER_NAME)
		read_name(body, hello);
	else if (type == EXTENSION_ALPN)
		read_alpn(body, hello);
	else if (type == EXTENSION_ECH)
		hello->has_ech = true;
}

void hello_read(const uint8_t *bytes, uint32_t count, struct hello *ret_hello)
{
	struct cursor cursor = {bytes, count};
	uint32_t type, extensions_bytes, extension_bytes;

	*ret_hello = (struct hello){0};
	if (!skip(&cursor, VERSION_AND_RANDOM_BYTES) || !skip_vector(&cursor, 1) ||
		!skip_vector(&cursor, 2) || !skip_vector(&cursor, 1) ||
		!take(&cursor, 2, &extensions_bytes))
		return;
	while (take(&cursor, 2, &type) && take(&cursor, 2, &extension_bytes)) {
		struct cursor body = {cursor.at, extension_bytes};

		if (!skip(&cursor, extension_bytes))
			return;
		read_extension(type, body, ret_hello);
	}
}

bool hello_offers(const struct hello *hello, const char *protocol)
{
	struct cursor list = {hello->alpn, hello->alpn_bytes};
	uint32_t bytes;

	while (take(&list, 1, &bytes)) {
		const uint8_t *name = list.at;

		if (!skip(&list, bytes))
			return false;
		if (bytes == strlen(protocol) && memcmp(name, protocol, bytes) == 0)
			return true;
	}
	return false;
}

/* Names that serve nothing but DNS: as the operators state them for their clients' settings. */
const char *hello_find_resolver(const struct hello *hello)
{
	static const char *const resolvers[] = {"dns.google", "dns64.dns.google",
		"cloudflare-dns.com", "one.one.one.one", "cloudflare-gateway.com", "dns.quad9.net",
		"dns9.quad9.net", "dns10.quad9.net", "dns11.quad9.net", "doh.opendns.com",
		"doh.familyshield.opendns.com", "dns.adguard-dns.com", "dns.adguard.com",
		"dns.nextdns.io", "doh.cleanbrowsing.org", "dns.mullvad.net", "doh.dns.sb",
		"dns.alidns.com", "doh.pub", "dot.pub", "doh.360.cn", "doh.apple.com"};

	for (size_t i = 0; i < sizeof resolvers / sizeof resolvers[0]; i++) {
		uint32_t bytes = (uint32_t)strlen(resolvers[i]);
		const char *end;

		if (hello->name_bytes < bytes)
			continue;
		end = (const char *)hello->name + hello->name_bytes - bytes;
		if (strncasecmp(end, resolvers[i], bytes) == 0 &&
			(hello->name_bytes == bytes || end[-1] == '.'))
			return resolvers[i];
	}
	return NULL;
}
