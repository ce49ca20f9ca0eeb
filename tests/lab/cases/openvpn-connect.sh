# SPDX-License-Identifier: Apache-2.0
# OpenVPN over TCP through an HTTP proxy asked with CONNECT.
# shellcheck source=../openvpn.sh
. "$LAB/openvpn.sh"
tools+=(tinyproxy)
filter='tcp port 3128'
min_flows=1 min_packets=50 min_bytes=25000

servers() {
	openvpn_server 1194 tcp4-server
	printf '%s\n' 'Port 3128' "Listen $SERVER" 'Timeout 30' >"$WORK/tinyproxy.conf"
	bg tinyproxy east tinyproxy -d -c "$WORK/tinyproxy.conf"
	wait_port east tcp "$SERVER" 3128
}

client() { openvpn_session 1194 tcp4-client --http-proxy "$SERVER" 3128; }

truth() { label "$SERVER" 3128 tcp vpn+proxy tinyproxy; }
