/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WATCH_PREFIX_H
#define WATCH_PREFIX_H
/* A prefix of IP addresses in the 16-byte address space, and its text ("175.45.176.0/22"). */
#include "packet/address.h"

#define PREFIX_IPV4_BITS 96 /* length of ::ffff:0:0/96, in which IPv4 lies */
#define PREFIX_TEXT_SIZE (ADDRESS_TEXT_SIZE + 4)

struct prefix {
	struct surgetap_address network; /* host bits are zero */
	uint8_t bits;                    /* 0..128; an IPv4 /22 has 118 */
};

/* Parses "a.b.c.d/n", "v6::/n" or a bare address. Host bits are cleared. Returns 0 or -EINVAL. */
int prefix_parse(const char *text, struct prefix *ret_prefix);

/* Text of a prefix as an operator writes it. Returns ret_text. */
const char *prefix_format(const struct prefix *prefix, char ret_text[PREFIX_TEXT_SIZE]);

/* Order of address: <0, 0, >0. Of prefixes that begin together the wider one comes first. */
int prefix_compare(const struct prefix *a, const struct prefix *b);

#endif
