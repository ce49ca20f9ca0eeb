# SPDX-License-Identifier: Apache-2.0
# OpenVPN over UDP, its TLS handshake in the clear.
# shellcheck source=../openvpn.sh
. "$LAB/openvpn.sh"
filter='udp port 1194'
min_flows=1 min_packets=50 min_bytes=25000

servers() {
	openvpn_server 1194 udp4
}

client() { openvpn_session 1194 udp4 --explicit-exit-notify 1; }

truth() { label "$SERVER" 1194 udp vpn openvpn; }
