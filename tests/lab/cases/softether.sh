# SPDX-License-Identifier: Apache-2.0
# SoftEther VPN over its own protocol in TLS, port 5555: two pages through the server's SecureNAT.
# shellcheck source=../softether.sh
. "$LAB/softether.sh"
tools+=(/usr/libexec/softether/vpnclient/vpnclient nginx curl)
filter='tcp port 5555'
min_flows=1 min_packets=50 min_bytes=20000
INSIDE=203.0.113.12

client() {
	softether client vpnclient
	wait_until 20 order client localhost /CLIENT 'NicList'
	order client localhost /CLIENT 'NicCreate vpn' \
		"AccountCreate lab /SERVER:$SERVER:5555 /HUB:LAB /USERNAME:lab /NICNAME:vpn" \
		'AccountPasswordSet lab /PASSWORD:lab /TYPE:standard' 'AccountConnect lab'
	wait_until 20 is_connected
	ip -n "$PREFIX-client" addr add 192.168.30.50/24 dev vpn_vpn
	ip -n "$PREFIX-client" route add "$INSIDE/32" via 192.168.30.1
	get "http://$INSIDE/index.html"
	get "http://$INSIDE/mid.txt"
	order client localhost /CLIENT 'AccountDisconnect lab'
}

is_connected() { order client localhost /CLIENT 'AccountStatusGet lab' | grep -q 'Session Established'; }

truth() { label "$SERVER" 5555 tcp vpn+tls vpnserver; }
