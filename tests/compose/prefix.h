/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMPOSE_PREFIX_H
#define COMPOSE_PREFIX_H
/* IP addresses and prefixes, and hosts laid out in them. */
#include <stddef.h>
#include <stdint.h>

struct address {
	uint8_t bytes[16]; /* network order; IPv4 uses the first four */
	uint8_t version;   /* 4 or 6 */
};

struct prefix {
	struct address base; /* host bits are zero */
	unsigned host_bits;  /* 0..32 or 0..128 */
};

/* Parses "192.0.2.0/24", "2001:db8::/64" or a bare address. Returns 0, or -EINVAL, also when a bit
 * behind the prefix length is set. */
int prefix_parse(const char *text, struct prefix *ret_prefix);

/* How many hosts fit: all addresses but the first and the last one, at least 1, at most 2^31. */
uint64_t prefix_host_max(const struct prefix *prefix);

/* The address of host `index` of `count` hosts spread evenly over the prefix. `index` < `count` <=
 * prefix_host_max() gives distinct addresses. */
struct address prefix_host(const struct prefix *prefix, uint64_t index, uint64_t count);

#endif
