/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VPN_PROVIDER_H
#define VPN_PROVIDER_H
/* VPN providers by the server name that a client asks for. */
#include <surgetap/plugin.h>

struct vpn_provider {
	const char *suffix; /* a domain, lower case; matches itself and what lies below it */
	const char *name;
	enum surgetap_kind kind; /* CONTACT: its site, its API; TUNNEL: where its tunnels end */
};

/* The row with the longest suffix of `server_name` (any case, a trailing dot does not count), or
 * NULL. */
const struct vpn_provider *vpn_provider_find(const char *server_name);

/* The same for the Host header of an HTTP request that begins in `bytes`. */
const struct vpn_provider *vpn_provider_find_host(const uint8_t *bytes, size_t count);

#endif
