# SPDX-License-Identifier: Apache-2.0
# OpenVPN over TCP with a static key: lengths, and between them nothing but random bytes.
# shellcheck source=../openvpn.sh
. "$LAB/openvpn.sh"
filter='tcp port 1194'
min_flows=1 min_packets=30 min_bytes=17000

servers() {
	openvpn --genkey secret "$WORK/static.key"
	openvpn_static_server tcp4-server
}

client() { openvpn_static_session tcp4-client; }

truth() { label "$SERVER" 1194 tcp vpn openvpn; }
