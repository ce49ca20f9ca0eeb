# SPDX-License-Identifier: Apache-2.0
# OpenVPN over UDP with its control channel encrypted, by a key of each client (tls-crypt-v2).
# shellcheck source=../openvpn.sh
. "$LAB/openvpn.sh"
filter='udp port 1194'
min_flows=1 min_packets=50 min_bytes=25000

servers() {
	openvpn --genkey tls-crypt-v2-server "$WORK/server.key"
	openvpn --tls-crypt-v2 "$WORK/server.key" --genkey tls-crypt-v2-client "$WORK/client.key"
	openvpn_server 1194 udp4 --tls-crypt-v2 "$WORK/server.key"
}

client() { openvpn_session 1194 udp4 --tls-crypt-v2 "$WORK/client.key" --explicit-exit-notify 1; }

truth() { label "$SERVER" 1194 udp vpn openvpn; }
