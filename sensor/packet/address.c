/* SPDX-License-Identifier: Apache-2.0 */
#include "packet/address.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

#define MAPPED_BYTES 12 /* of ::ffff:0:0/96 */

static const uint8_t mapped[MAPPED_BYTES] = {[10] = 0xff, [11] = 0xff};

struct surgetap_address address_from_ipv4(const uint8_t octets[4])
{
	struct surgetap_address address;

	memcpy(address.bytes, mapped, sizeof(mapped));
	memcpy(address.bytes + MAPPED_BYTES, octets, 4);
	return address;
}

struct surgetap_address address_from_ipv6(const uint8_t octets[16])
{
	struct surgetap_address address;

	memcpy(address.bytes, octets, sizeof(address.bytes));
	return address;
}

bool address_is_ipv4(const struct surgetap_address *address)
{
	return memcmp(address->bytes, mapped, sizeof(mapped)) == 0;
}

bool address_is_equal(const struct surgetap_address *a, const struct surgetap_address *b)
{
	return address_compare(a, b) == 0;
}

int address_compare(const struct surgetap_address *a, const struct surgetap_address *b)
{
	return memcmp(a->bytes, b->bytes, sizeof(a->bytes));
}

const char *address_format(const struct surgetap_address *address, char ret_text[ADDRESS_TEXT_SIZE])
{
	if (address_is_ipv4(address))
		inet_ntop(AF_INET, address->bytes + MAPPED_BYTES, ret_text, ADDRESS_TEXT_SIZE);
	else
		inet_ntop(AF_INET6, address->bytes, ret_text, ADDRESS_TEXT_SIZE);
	return ret_text;
}

int address_parse(const char *text, struct surgetap_address *ret_address)
{
	uint8_t octets[16];

	if (inet_pton(AF_INET, text, octets) == 1)
		*ret_address = address_from_ipv4(octets);
	else if (inet_pton(AF_INET6, text, octets) == 1)
		*ret_address = address_from_ipv6(octets);
	else
		return -EINVAL;
	return 0;
}
