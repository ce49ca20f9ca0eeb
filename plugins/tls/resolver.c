/* SPDX-License-Identifier: Apache-2.0 */
#include "resolver.h"

#include <surgetap/domain.h>

/* Names that serve nothing but DNS, as the operators state them for their clients' settings. In the
 * order of strcmp. */
static const struct surgetap_domain resolvers[] = {
	{"cloudflare-dns.com"},
	{"cloudflare-gateway.com"},
	{"dns.adguard-dns.com"},
	{"dns.adguard.com"},
	{"dns.alidns.com"},
	{"dns.google"},
	{"dns.mullvad.net"},
	{"dns.nextdns.io"},
	{"dns.quad9.net"},
	{"dns10.quad9.net"},
	{"dns11.quad9.net"},
	{"dns64.dns.google"},
	{"dns9.quad9.net"},
	{"doh.360.cn"},
	{"doh.apple.com"},
	{"doh.cleanbrowsing.org"},
	{"doh.dns.sb"},
	{"doh.familyshield.opendns.com"},
	{"doh.opendns.com"},
	{"doh.pub"},
	{"dot.pub"},
	{"one.one.one.one"},
};

const char *resolver_find(const char *name)
{
	const struct surgetap_domain *found = surgetap_domain_find(
		name, resolvers, sizeof resolvers / sizeof resolvers[0], sizeof resolvers[0]);

	return found ? found->name : NULL;
}
