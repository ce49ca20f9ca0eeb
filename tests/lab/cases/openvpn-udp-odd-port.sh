# SPDX-License-Identifier: Apache-2.0
# OpenVPN over UDP on a port that tells nothing, its TLS handshake in the clear.
# shellcheck source=../openvpn.sh
. "$LAB/openvpn.sh"
filter='udp port 51444'
min_flows=1 min_packets=50 min_bytes=25000

servers() {
	openvpn_server 51444 udp4
}

client() { openvpn_session 51444 udp4 --explicit-exit-notify 1; }

truth() { label "$SERVER" 51444 udp vpn openvpn; }
