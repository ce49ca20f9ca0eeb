# SPDX-License-Identifier: Apache-2.0
# Two Litecoin nodes of a network of their own: Bitcoin's wire format with another magic number.
tools=(litecoind)
made_by=(litecoind)
filter='tcp port 9333'
min_flows=1 min_packets=20 min_bytes=2000

litecoin_node() { # NETWORK ADDRESS [OPTION...]
	mkdir -p "$WORK/litecoin-$1"
	bg "litecoind-$1" "$1" litecoind -regtest -datadir="$WORK/litecoin-$1" -bind="$2:9333" -dnsseed=0 -upnp=0 \
		-discover=0 -listenonion=0 -server=0 -printtoconsole "${@:3}"
}

servers() {
	litecoin_node east "$SERVER"
	wait_port east tcp "$SERVER" 9333
}

client() {
	litecoin_node client "$CLIENT" "-connect=$SERVER:9333"
	wait_until 30 captured 30
	stop litecoind-client
}

truth() { label "$SERVER" 9333 tcp coin litecoind; }
