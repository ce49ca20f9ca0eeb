/* SPDX-License-Identifier: Apache-2.0 */
#include "prefix.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HOST_BITS_MAX 31

static int address_parse_text(const char *text, struct address *ret_address)
{
	struct address address = {0};

	if (inet_pton(AF_INET, text, address.bytes) == 1)
		address.version = 4;
	else if (inet_pton(AF_INET6, text, address.bytes) == 1)
		address.version = 6;
	else
		return -EINVAL;
	*ret_address = address;
	return 0;
}

static bool host_bits_are_zero(const struct address *address, unsigned bits, unsigned host_bits)
{
	for (unsigned bit = bits - host_bits; bit < bits; bit++)
		if (address->bytes[bit / 8] & 0x80 >> bit % 8)
			return false;
	return true;
}

int prefix_parse(const char *text, struct prefix *ret_prefix)
{
	char copy[INET6_ADDRSTRLEN + 5];
	struct prefix prefix;

	if ((size_t)snprintf(copy, sizeof(copy), "%s", text) >= sizeof(copy))
		return -EINVAL;
	char *slash = strchr(copy, '/');
	if (slash)
		*slash++ = '\0';
	if (address_parse_text(copy, &prefix.base))
		return -EINVAL;
	unsigned bits = prefix.base.version == 4 ? 32 : 128;
	unsigned long length = bits;
	if (slash) {
		if (!*slash || strspn(slash, "0123456789") != strlen(slash))
			return -EINVAL;
		length = strtoul(slash, NULL, 10);
	}
	if (length > bits || !host_bits_are_zero(&prefix.base, bits, bits - (unsigned)length))
		return -EINVAL;
	prefix.host_bits = bits - (unsigned)length;
	*ret_prefix = prefix;
	return 0;
}

uint64_t prefix_host_max(const struct prefix *prefix)
{
	if (prefix->host_bits >= HOST_BITS_MAX)
		return UINT64_C(1) << HOST_BITS_MAX;
	uint64_t addresses = UINT64_C(1) << prefix->host_bits;
	return addresses > 2 ? addresses - 2 : 1;
}

struct address prefix_host(const struct prefix *prefix, uint64_t index, uint64_t count)
{
	struct address address = prefix->base;
	uint64_t room = prefix_host_max(prefix);
	/* A lone address is its own host; else the first address stays the network's. */
	uint64_t number = room == 1 ? prefix->host_bits > 0 : 1 + index * (room / count);

	for (int byte = (address.version == 4 ? 4 : 16) - 1; number; byte--, number >>= 8)
		address.bytes[byte] |= (uint8_t)number;
	return address;
}
