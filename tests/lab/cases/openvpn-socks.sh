# SPDX-License-Identifier: Apache-2.0
# OpenVPN over TCP through a SOCKS 5 proxy.
# shellcheck source=../openvpn.sh
. "$LAB/openvpn.sh"
tools+=(microsocks)
filter='tcp port 1080'
min_flows=1 min_packets=50 min_bytes=25000

servers() {
	openvpn_server 1194 tcp4-server
	bg microsocks east microsocks -i "$SERVER" -p 1080
	wait_port east tcp "$SERVER" 1080
}

client() { openvpn_session 1194 tcp4-client --socks-proxy "$SERVER" 1080; }

truth() { label "$SERVER" 1080 tcp vpn+proxy microsocks; }
