# SPDX-License-Identifier: Apache-2.0
# QUIC version 1 carrying HTTP/3, with a server name.
tools=(gtlsclient gtlsserver)
made_by=(ngtcp2-client gtlsclient)
filter='udp port 443'
min_flows=2 min_packets=30 min_bytes=15000

servers() {
	web_start
	bg gtlsserver east gtlsserver -q -d "$WORK/www" "$SERVER" 443 "$PKI/server.key" "$PKI/server.crt"
	wait_port east udp "$SERVER" 443
}

client() {
	local page
	for page in mid.txt index.html; do
		on client gtlsclient -q --exit-on-all-streams-close --sni="$SITE" --download="$WORK" "$SERVER" 443 \
			"https://$SITE/$page"
		cmp "$WORK/www/$page" "$WORK/$page"
	done
}

truth() { label "$SERVER" 443 udp tls; }
