/* SPDX-License-Identifier: Apache-2.0 */
#include "recipe.h"

#define TCP 6
#define UDP 17

const struct vpn_recipe vpn_recipes[] = {
	{UDP, vpn_openvpn_udp},
	{TCP, vpn_openvpn_tcp},
	{UDP, vpn_wireguard},
	{TCP, vpn_wireguard_tcp},
	{UDP, vpn_ike},
	{UDP, vpn_esp_in_udp},
	{UDP, vpn_l2tp},
	{TCP, vpn_pptp},
	{TCP, vpn_tinc},
	{UDP, vpn_tailscale},
	{UDP, vpn_softether},
	{UDP, vpn_anyconnect},
	{UDP, vpn_openconnect_hello},
	{UDP, vpn_openconnect_key},
	{UDP, vpn_nebula},
	{UDP, vpn_nebula_data},
	{UDP, vpn_iodine},
	{UDP, vpn_iodine_data},
	{UDP, vpn_openvpn_static},
	{TCP, vpn_openvpn_static_tcp},
	{UDP, vpn_n2n},
	{UDP, vpn_n2n_packets},
	{UDP, vpn_zerotier},
	{UDP, vpn_zerotier_addresses},
	{TCP, vpn_nested},
	{0, NULL},
};
