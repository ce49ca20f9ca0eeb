/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VPN_PROVIDER_H
#define VPN_PROVIDER_H
/* VPN providers by the server name that a client asks for. */
#include <surgetap/domain.h>
#include <surgetap/plugin.h>

struct vpn_provider {
	struct surgetap_domain domain; /* matches itself and what lies below it */
	const char *name;
	enum surgetap_kind kind; /* CONTACT: its site, its API; TUNNEL: where its tunnels end */
};

/* The row of `server_name` or of the closest domain above it; NULL if there is none. */
const struct vpn_provider *vpn_provider_find(const char *server_name);

/* The same for the Host header of an HTTP request that begins in `bytes`. */
const struct vpn_provider *vpn_provider_find_host(const uint8_t *bytes, size_t count);

/* The table, for its test; returns the number of rows. */
size_t vpn_provider_table(const struct vpn_provider **ret_providers);

#endif
