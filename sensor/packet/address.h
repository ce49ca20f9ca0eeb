/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PACKET_ADDRESS_H
#define PACKET_ADDRESS_H
/* IP addresses of either family as one 16-byte value; IPv4 as ::ffff:a.b.c.d. */
#include <surgetap/flow.h>

#define ADDRESS_TEXT_SIZE 46 /* INET6_ADDRSTRLEN */

/* The value for the IPv4 address at `octets` (4 bytes, network order). */
struct surgetap_address address_from_ipv4(const uint8_t octets[4]);

/* The value for the IPv6 address at `octets` (16 bytes, network order). */
struct surgetap_address address_from_ipv6(const uint8_t octets[16]);

/* True when the address is IPv4, that is below ::ffff:0:0/96. */
bool address_is_ipv4(const struct surgetap_address *address);

bool address_is_equal(const struct surgetap_address *a, const struct surgetap_address *b);

/* Memory order: <0, 0, >0. IPv4 sorts before global IPv6. */
int address_compare(const struct surgetap_address *a, const struct surgetap_address *b);

/* Writes dotted quad or RFC 5952 text into `ret_text` (ADDRESS_TEXT_SIZE bytes); returns it. */
const char *address_format(
	const struct surgetap_address *address, char ret_text[ADDRESS_TEXT_SIZE]);

/* Parses "a.b.c.d" or IPv6 text. Returns 0, or -EINVAL. */
int address_parse(const char *text, struct surgetap_address *ret_address);

#endif
