# SPDX-License-Identifier: Apache-2.0
# OpenVPN over TCP on a port of its own choice, with its control channel encrypted.
# shellcheck source=../openvpn.sh
. "$LAB/openvpn.sh"
filter='tcp port 4443'
min_flows=1 min_packets=50 min_bytes=25000

servers() {
	openvpn --genkey secret "$WORK/ta.key"
	openvpn_server 4443 tcp4-server --tls-crypt "$WORK/ta.key"
}

client() { openvpn_session 4443 tcp4-client --tls-crypt "$WORK/ta.key"; }

truth() { label "$SERVER" 4443 tcp vpn openvpn; }
