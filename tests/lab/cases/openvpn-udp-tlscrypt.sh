# SPDX-License-Identifier: Apache-2.0
# OpenVPN over UDP with its control channel encrypted.
# shellcheck source=../openvpn.sh
. "$LAB/openvpn.sh"
filter='udp port 1194'
min_flows=1 min_packets=50 min_bytes=25000

servers() {
	openvpn --genkey secret "$WORK/ta.key"
	openvpn_server 1194 udp4 --tls-crypt "$WORK/ta.key"
}

client() { openvpn_session 1194 udp4 --tls-crypt "$WORK/ta.key" --explicit-exit-notify 1; }

truth() { label "$SERVER" 1194 udp vpn openvpn; }
