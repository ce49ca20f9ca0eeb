/* SPDX-License-Identifier: Apache-2.0 */
#include "provider.h"

#include <string.h>
#include <strings.h>

#define C SURGETAP_KIND_CONTACT
#define T SURGETAP_KIND_TUNNEL

/* Data, in the order of strcmp. A domain that holds both is listed as contact, its tunnel branches
 * as tunnel. */
static const struct vpn_provider providers[] = {
	{{"account.protonvpn.com"}, "Proton VPN", C},
	{{"airservers.org"}, "AirVPN", T},
	{{"airvpn.org"}, "AirVPN", C},
	{{"api.sec-tunnel.com"}, "Opera VPN", C},
	{{"api2.sec-tunnel.com"}, "Opera VPN", C},
	{{"atomvpn.com"}, "Atom", C},
	{{"betternet.co"}, "Betternet", C},
	{{"cg-dialup.net"}, "CyberGhost", T},
	{{"cloudflareclient.com"}, "Cloudflare WARP", C},
	{{"consumer-masque.cloudflareclient.com"}, "Cloudflare WARP", T},
	{{"controlplane.tailscale.com"}, "Tailscale", C},
	{{"cyberghostvpn.com"}, "CyberGhost", C},
	{{"engage.cloudflareclient.com"}, "Cloudflare WARP", T},
	{{"expressapisv2.net"}, "ExpressVPN", C},
	{{"expressnetw.com"}, "ExpressVPN", T},
	{{"expressvpn.com"}, "ExpressVPN", C},
	{{"goldenfrog.com"}, "VyprVPN", C},
	{{"gw.ivpn.net"}, "IVPN", T},
	{{"hide.me"}, "hide.me", C},
	{{"hidemyass.com"}, "HideMyAss", C},
	{{"hideservers.net"}, "hide.me", T},
	{{"hotspotshield.com"}, "Hotspot Shield", C},
	{{"hsselite.com"}, "Hotspot Shield", C},
	{{"ipvanish.com"}, "IPVanish", C},
	{{"ivpn.net"}, "IVPN", C},
	{{"lazerpenguin.com"}, "TunnelBear", T},
	{{"mask-api.icloud.com"}, "iCloud Private Relay", C},
	{{"mask-h2.icloud.com"}, "iCloud Private Relay", T},
	{{"mask.apple-dns.net"}, "iCloud Private Relay", T},
	{{"mask.icloud.com"}, "iCloud Private Relay", T},
	{{"mullvad.net"}, "Mullvad", C},
	{{"napps-1.com"}, "NordVPN", C},
	{{"nordaccount.com"}, "NordVPN", C},
	{{"nordcdn.com"}, "NordVPN", C},
	{{"nordvpn.com"}, "NordVPN", C},
	{{"opengw.net"}, "VPN Gate", T},
	{{"perfect-privacy.com"}, "Perfect Privacy", C},
	{{"piaservers.net"}, "Private Internet Access", C},
	{{"pointtoserver.com"}, "PureVPN", T},
	{{"polargrizzly.com"}, "TunnelBear", C},
	{{"privacy.network"}, "Private Internet Access", T},
	{{"privadovpn.com"}, "PrivadoVPN", C},
	{{"privateinternetaccess.com"}, "Private Internet Access", C},
	{{"privatevpn.com"}, "PrivateVPN", C},
	{{"prod.surfshark.com"}, "Surfshark", T},
	{{"protonvpn.ch"}, "Proton VPN", C},
	{{"protonvpn.com"}, "Proton VPN", C},
	{{"protonvpn.net"}, "Proton VPN", T},
	{{"psiphon.ca"}, "Psiphon", C},
	{{"psiphon3.com"}, "Psiphon", C},
	{{"ptoserver.com"}, "PureVPN", T},
	{{"purevpn.com"}, "PureVPN", C},
	{{"relays.mullvad.net"}, "Mullvad", T},
	{{"safervpn.com"}, "SaferVPN", C},
	{{"sec-tunnel.com"}, "Opera VPN", T},
	{{"softether-network.net"}, "SoftEther", C},
	{{"strongvpn.com"}, "StrongVPN", C},
	{{"surfshark.com"}, "Surfshark", C},
	{{"tailscale.com"}, "Tailscale", C},
	{{"tailscale.io"}, "Tailscale", C},
	{{"torguard.com"}, "TorGuard", T},
	{{"torguard.net"}, "TorGuard", C},
	{{"tunnelbear.com"}, "TunnelBear", C},
	{{"turbovpn.com"}, "Turbo VPN", C},
	{{"urban-vpn.com"}, "Urban VPN", C},
	{{"vpn-api.proton.me"}, "Proton VPN", C},
	{{"vpn.hidemyass.com"}, "HideMyAss", T},
	{{"vpn.proton.me"}, "Proton VPN", C},
	{{"vpnazure.net"}, "SoftEther", T},
	{{"vpngate.net"}, "VPN Gate", C},
	{{"vyprvpn.com"}, "VyprVPN", C},
	{{"whiskergalaxy.com"}, "Windscribe", T},
	{{"windscribe.com"}, "Windscribe", C},
	{{"zero-trust-client.cloudflareclient.com"}, "Cloudflare WARP", T},
	{{"zerotier.com"}, "ZeroTier", C},
	{{"zwyr157wwiu6eior.com"}, "NordVPN", C},
};

/* Tailscale's relays, which carry what cannot go directly, are numbered: derp1f.tailscale.com. */
static bool is_relay(const char *server_name)
{
	return strncasecmp(server_name, "derp", 4) == 0 && server_name[4] >= '0' &&
	       server_name[4] <= '9';
}

const struct vpn_provider *vpn_provider_find(const char *server_name)
{
	static const struct vpn_provider relay = {{"tailscale.com"}, "Tailscale", T};
	const struct vpn_provider *found = surgetap_domain_find(server_name, providers,
		sizeof providers / sizeof providers[0], sizeof providers[0]);

	return found != NULL && strcmp(found->domain.name, relay.domain.name) == 0 &&
			       is_relay(server_name)
		       ? &relay
		       : found;
}

static bool is_request(const uint8_t *bytes, size_t count)
{
	static const char *const methods[] = {"GET /", "POST /", "HEAD /", "PUT /"};

	for (size_t i = 0; i < sizeof methods / sizeof methods[0]; i++) {
		size_t length = strlen(methods[i]);

		if (count >= length && memcmp(bytes, methods[i], length) == 0)
			return true;
	}
	return false;
}

const struct vpn_provider *vpn_provider_find_host(const uint8_t *bytes, size_t count)
{
	static const char header[] = "\r\nHost: ";
	char name[SURGETAP_DOMAIN_SIZE];
	const uint8_t *found;
	size_t length = 0, left;

	if (!is_request(bytes, count))
		return NULL;
	found = memmem(bytes, count, header, sizeof header - 1);
	if (found == NULL)
		return NULL;
	found += sizeof header - 1;
	left = count - (size_t)(found - bytes);
	while (length < left && length < sizeof name - 1 && found[length] > ' ' &&
		found[length] != ':')
		length++;
	memcpy(name, found, length);
	name[length] = '\0';
	return vpn_provider_find(name);
}

size_t vpn_provider_table(const struct vpn_provider **ret_providers)
{
	*ret_providers = providers;
	return sizeof providers / sizeof providers[0];
}
