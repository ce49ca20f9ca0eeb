# SPDX-License-Identifier: Apache-2.0
# A fresh Tor client: fetches the consensus, builds circuits through its guards, loads two pages through them. Then a page
# of an ordinary web server on a relay's address, which is no use of Tor.
# shellcheck source=../tor.sh
. "$LAB/tor.sh"
filter=tcp
HEAD=20
min_flows=1 min_packets=100 min_bytes=50000

servers() {
	web_start
	tor_network_start
}

client() {
	tor_visit 'UseBridges 0'
	get "https://$SITE/index.html" --resolve "$SITE:443:${RELAYS[0]}"
}

# The relay list that goes with the capture.
keep() { install -m 644 "$WORK/client1/cached-microdesc-consensus" "$LAB/captures/tor.consensus"; }

truth() {
	local address
	label "${RELAYS[0]}" 443 tcp tls nginx
	for address in "${RELAYS[@]}"; do
		label "$address" 9001 tcp tor+tls tor
	done
}
