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
	echo "$SERVER $SITE" >"$WORK/hosts"
	for page in mid.txt index.html; do
		# Given an address, gtlsclient sends "localhost" for a name; the mount is its namespace's own.
		# shellcheck disable=SC2016 # sh expands them
		on client sh -c 'mount --bind "$0" /etc/hosts && exec "$@"' "$WORK/hosts" gtlsclient -q \
			--exit-on-all-streams-close --download="$WORK" "$SITE" 443 "https://$SITE/$page"
		cmp "$WORK/www/$page" "$WORK/$page"
	done
}

truth() { label "$SERVER" 443 udp tls gtlsserver; }
