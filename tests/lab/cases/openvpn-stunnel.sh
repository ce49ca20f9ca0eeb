# SPDX-License-Identifier: Apache-2.0
# OpenVPN over TCP inside stunnel: on the wire it is TLS to the site's name.
# shellcheck source=../openvpn.sh
. "$LAB/openvpn.sh"
tools+=(stunnel4)
filter='tcp port 8443'
min_flows=1 min_packets=50 min_bytes=25000

stunnel_start() { # NETWORK ACCEPT CONNECT [LINE...]
	printf '%s\n' 'foreground = yes' 'pid =' '[openvpn]' "accept = $2" "connect = $3" "${@:4}" >"$WORK/$1.conf"
	bg "stunnel-$1" "$1" stunnel4 "$WORK/$1.conf"
	wait_port "$1" tcp "${2%:*}" "${2#*:}"
}

servers() {
	openvpn_server 1194 tcp4-server
	stunnel_start east "$SERVER:8443" "$SERVER:1194" "cert = $PKI/server.crt" "key = $PKI/server.key"
}

client() {
	stunnel_start client 127.0.0.1:1194 "$SERVER:8443" 'client = yes' "sni = $SITE"
	SERVER=127.0.0.1 openvpn_session 1194 tcp4-client
}

truth() { label "$SERVER" 8443 tcp vpn+tls stunnel4; }
