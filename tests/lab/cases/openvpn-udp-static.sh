# SPDX-License-Identifier: Apache-2.0
# OpenVPN with a static key: no handshake, no header, nothing but random bytes.
# shellcheck source=../openvpn.sh
. "$LAB/openvpn.sh"
filter='udp port 1194'
min_flows=1 min_packets=30 min_bytes=17000

servers() {
	openvpn --genkey secret "$WORK/static.key"
	openvpn_static_server udp4
}

client() { openvpn_static_session udp4; }

truth() { label "$SERVER" 1194 udp vpn openvpn; }
