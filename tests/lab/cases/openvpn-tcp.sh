# SPDX-License-Identifier: Apache-2.0
# OpenVPN over TCP on its own port, its TLS handshake in the clear.
# shellcheck source=../openvpn.sh
. "$LAB/openvpn.sh"
filter='tcp port 1194'
min_flows=1 min_packets=50 min_bytes=25000

servers() {
	openvpn_server 1194 tcp4-server
}

client() { openvpn_session 1194 tcp4-client; }

truth() { label "$SERVER" 1194 tcp vpn openvpn; }
