# SPDX-License-Identifier: Apache-2.0
# OpenVPN over TCP on port 992, with its control channel encrypted by a key of each client (tls-crypt-v2).
# shellcheck source=../openvpn.sh
. "$LAB/openvpn.sh"
filter="tcp port 992"
min_flows=1 min_packets=50 min_bytes=25000

servers() {
	openvpn --genkey tls-crypt-v2-server "$WORK/server.key"
	openvpn --tls-crypt-v2 "$WORK/server.key" --genkey tls-crypt-v2-client "$WORK/client.key"
	openvpn_server 992 tcp4-server --tls-crypt-v2 "$WORK/server.key"
}

client() { openvpn_session 992 tcp4-client --tls-crypt-v2 "$WORK/client.key"; }

truth() { label "$SERVER" 992 tcp vpn openvpn; }
