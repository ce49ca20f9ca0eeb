/* SPDX-License-Identifier: Apache-2.0 */
#include "provider.h"

#include <string.h>
#include <strings.h>

#define HOST_MAX 253 /* RFC 1035 */

#define C SURGETAP_KIND_CONTACT
#define T SURGETAP_KIND_TUNNEL

/* Data. A domain that holds both is listed as contact, its tunnel branches as tunnel. */
static const struct vpn_provider providers[] = {
	{"airservers.org", "AirVPN", T},
	{"airvpn.org", "AirVPN", C},
	{"atomvpn.com", "Atom", C},
	{"betternet.co", "Betternet", C},
	{"cg-dialup.net", "CyberGhost", T},
	{"cloudflareclient.com", "Cloudflare WARP", C},
	{"consumer-masque.cloudflareclient.com", "Cloudflare WARP", T},
	{"controlplane.tailscale.com", "Tailscale", C},
	{"cyberghostvpn.com", "CyberGhost", C},
	{"engage.cloudflareclient.com", "Cloudflare WARP", T},
	{"zero-trust-client.cloudflareclient.com", "Cloudflare WARP", T},
	{"expressapisv2.net", "ExpressVPN", C},
	{"expressnetw.com", "ExpressVPN", T},
	{"expressvpn.com", "ExpressVPN", C},
	{"goldenfrog.com", "VyprVPN", C},
	{"gw.ivpn.net", "IVPN", T},
	{"hidemyass.com", "HideMyAss", C},
	{"vpn.hidemyass.com", "HideMyAss", T},
	{"hide.me", "hide.me", C},
	{"hideservers.net", "hide.me", T},
	{"hotspotshield.com", "Hotspot Shield", C},
	{"hsselite.com", "Hotspot Shield", C},
	{"ipvanish.com", "IPVanish", C},
	{"ivpn.net", "IVPN", C},
	{"lazerpenguin.com", "TunnelBear", T},
	{"mask.apple-dns.net", "iCloud Private Relay", T},
	{"mask.icloud.com", "iCloud Private Relay", T},
	{"mask-api.icloud.com", "iCloud Private Relay", C},
	{"mask-h2.icloud.com", "iCloud Private Relay", T},
	{"mullvad.net", "Mullvad", C},
	{"relays.mullvad.net", "Mullvad", T},
	{"napps-1.com", "NordVPN", C},
	{"nordaccount.com", "NordVPN", C},
	{"nordcdn.com", "NordVPN", C},
	{"nordvpn.com", "NordVPN", C},
	{"zwyr157wwiu6eior.com", "NordVPN", C},
	{"sec-tunnel.com", "Opera VPN", T},
	{"api.sec-tunnel.com", "Opera VPN", C},
	{"api2.sec-tunnel.com", "Opera VPN", C},
	{"perfect-privacy.com", "Perfect Privacy", C},
	{"polargrizzly.com", "TunnelBear", C},
	{"privacy.network", "Private Internet Access", T},
	{"privadovpn.com", "PrivadoVPN", C},
	{"privateinternetaccess.com", "Private Internet Access", C},
	{"piaservers.net", "Private Internet Access", C},
	{"privatevpn.com", "PrivateVPN", C},
	{"vpn-api.proton.me", "Proton VPN", C},
	{"vpn.proton.me", "Proton VPN", C},
	{"account.protonvpn.com", "Proton VPN", C},
	{"protonvpn.ch", "Proton VPN", C},
	{"protonvpn.com", "Proton VPN", C},
	{"protonvpn.net", "Proton VPN", T},
	{"psiphon.ca", "Psiphon", C},
	{"psiphon3.com", "Psiphon", C},
	{"pointtoserver.com", "PureVPN", T},
	{"ptoserver.com", "PureVPN", T},
	{"purevpn.com", "PureVPN", C},
	{"safervpn.com", "SaferVPN", C},
	{"softether-network.net", "SoftEther", C},
	{"vpnazure.net", "SoftEther", T},
	{"strongvpn.com", "StrongVPN", C},
	{"surfshark.com", "Surfshark", C},
	{"prod.surfshark.com", "Surfshark", T},
	{"tailscale.com", "Tailscale", C},
	{"tailscale.io", "Tailscale", C},
	{"torguard.com", "TorGuard", T},
	{"torguard.net", "TorGuard", C},
	{"tunnelbear.com", "TunnelBear", C},
	{"turbovpn.com", "Turbo VPN", C},
	{"urban-vpn.com", "Urban VPN", C},
	{"vpngate.net", "VPN Gate", C},
	{"opengw.net", "VPN Gate", T},
	{"vyprvpn.com", "VyprVPN", C},
	{"whiskergalaxy.com", "Windscribe", T},
	{"windscribe.com", "Windscribe", C},
	{"zerotier.com", "ZeroTier", C},
};

static bool has_suffix(const char *name, size_t length, const char *suffix, size_t suffix_length)
{
	if (length < suffix_length ||
		strncasecmp(name + length - suffix_length, suffix, suffix_length) != 0)
		return false;
	return length == suffix_length || name[length - suffix_length - 1] == '.';
}

const struct vpn_provider *vpn_provider_find(const char *server_name)
{
	const struct vpn_provider *best = NULL;
	size_t length = strlen(server_name), best_length = 0;

	if (length > 0 && server_name[length - 1] == '.')
		length--;
	for (size_t i = 0; i < sizeof providers / sizeof providers[0]; i++) {
		size_t suffix_length = strlen(providers[i].suffix);

		if (suffix_length > best_length &&
			has_suffix(server_name, length, providers[i].suffix, suffix_length)) {
			best = &providers[i];
			best_length = suffix_length;
		}
	}
	return best;
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
	char name[HOST_MAX + 1];
	const uint8_t *found;
	size_t length = 0, left;

	if (!is_request(bytes, count))
		return NULL;
	found = memmem(bytes, count, header, sizeof header - 1);
	if (found == NULL)
		return NULL;
	found += sizeof header - 1;
	left = count - (size_t)(found - bytes);
	while (length < left && length < HOST_MAX && found[length] > ' ' && found[length] != ':')
		length++;
	memcpy(name, found, length);
	name[length] = '\0';
	return vpn_provider_find(name);
}
