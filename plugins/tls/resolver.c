/* SPDX-License-Identifier: Apache-2.0 */
#include "resolver.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

/* Names that serve nothing but DNS: as the operators state them for their clients' settings. */
const char *resolver_find(const char *name)
{
	static const char *const resolvers[] = {"dns.google", "dns64.dns.google",
		"cloudflare-dns.com", "one.one.one.one", "cloudflare-gateway.com", "dns.quad9.net",
		"dns9.quad9.net", "dns10.quad9.net", "dns11.quad9.net", "doh.opendns.com",
		"doh.familyshield.opendns.com", "dns.adguard-dns.com", "dns.adguard.com",
		"dns.nextdns.io", "doh.cleanbrowsing.org", "dns.mullvad.net", "doh.dns.sb",
		"dns.alidns.com", "doh.pub", "dot.pub", "doh.360.cn", "doh.apple.com"};
	size_t length = strlen(name);

	for (size_t i = 0; i < sizeof resolvers / sizeof resolvers[0]; i++) {
		size_t bytes = strlen(resolvers[i]);

		if (length >= bytes && strcasecmp(name + length - bytes, resolvers[i]) == 0 &&
			(length == bytes || name[length - bytes - 1] == '.'))
			return resolvers[i];
	}
	return NULL;
}
