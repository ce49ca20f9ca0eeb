# SPDX-License-Identifier: Apache-2.0
# OpenVPN with a static key: no handshake, no header, nothing but random bytes.
tools=(openvpn nginx curl)
made_by=(openvpn)
filter='udp port 1194'
min_flows=1 min_packets=30 min_bytes=17000
INSIDE=10.91.0.1

servers() {
	web_start
	openvpn --genkey secret "$WORK/static.key"
	STATIC=(--dev tun --proto udp --secret "$WORK/static.key" --cipher AES-256-CBC --verb 3)
	bg openvpn-server east openvpn "${STATIC[@]}" --local "$SERVER" --port 1194 --ifconfig "$INSIDE" 10.91.0.2
	wait_port east udp "$SERVER" 1194
}

client() {
	bg openvpn-client client openvpn "${STATIC[@]}" --remote "$SERVER" 1194 --nobind --ifconfig 10.91.0.2 "$INSIDE"
	wait_log openvpn-client 'Initialization Sequence Completed'
	get "http://$INSIDE/index.html"
	get "http://$INSIDE/mid.txt"
	stop openvpn-client
}

truth() { label "$SERVER" 1194 udp vpn; }
