/* SPDX-License-Identifier: Apache-2.0 */
#include "watch/prefix.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void clear_host_bits(struct prefix *prefix)
{
	for (unsigned i = 0; i < sizeof prefix->network.bytes; i++) {
		unsigned kept = prefix->bits > 8 * i ? prefix->bits - 8 * i : 0;
		if (kept < 8)
			prefix->network.bytes[i] &= (uint8_t)(0xff00 >> kept);
	}
}

int prefix_parse(const char *text, struct prefix *ret_prefix)
{
	char host[ADDRESS_TEXT_SIZE];
	const char *slash = strchr(text, '/');
	size_t length = slash ? (size_t)(slash - text) : strlen(text);
	struct prefix prefix;
	if (length >= sizeof host)
		return -EINVAL;
	memcpy(host, text, length);
	host[length] = '\0';
	if (address_parse(host, &prefix.network) < 0)
		return -EINVAL;
	/* The family follows from the spelling: ::ffff:1.2.3.4/120 is IPv6 notation. */
	unsigned base = strchr(host, ':') ? 0 : PREFIX_IPV4_BITS;
	unsigned long bits = 128 - base;
	if (slash) {
		char *end;
		if (slash[1] < '0' || slash[1] > '9')
			return -EINVAL;
		bits = strtoul(slash + 1, &end, 10);
		if (*end || bits > 128 - base)
			return -EINVAL;
	}
	prefix.bits = (uint8_t)(base + bits);
	clear_host_bits(&prefix);
	*ret_prefix = prefix;
	return 0;
}

const char *prefix_format(const struct prefix *prefix, char ret_text[PREFIX_TEXT_SIZE])
{
	char host[ADDRESS_TEXT_SIZE];
	bool is_ipv4 = prefix->bits >= PREFIX_IPV4_BITS && address_is_ipv4(&prefix->network);
	address_format(&prefix->network, host);
	snprintf(ret_text, PREFIX_TEXT_SIZE, "%s/%d", host,
		is_ipv4 ? prefix->bits - PREFIX_IPV4_BITS : prefix->bits);
	return ret_text;
}

int prefix_compare(const struct prefix *a, const struct prefix *b)
{
	int order = address_compare(&a->network, &b->network);
	return order ? order : (int)a->bits - (int)b->bits;
}
