# SPDX-License-Identifier: Apache-2.0
# Two Monero nodes of the test network: the levin protocol's handshake and what follows.
tools=(monerod)
made_by=(monero monerod)
filter='tcp port 28080'
min_flows=1 min_packets=12 min_bytes=1500

monero_node() { # NETWORK ADDRESS [OPTION...]
	bg "monerod-$1" "$1" monerod --testnet --non-interactive --data-dir "$WORK/monero-$1" --p2p-bind-ip "$2" --no-zmq \
		--disable-dns-checkpoints --check-updates disabled --no-igd --log-file "$WORK/monerod-$1.txt" \
		--allow-local-ip "${@:3}"
}

servers() {
	monero_node east "$SERVER"
	wait_port east tcp "$SERVER" 28080
}

client() {
	monero_node client "$CLIENT" --add-exclusive-node "$SERVER:28080" --hide-my-port
	wait_until 50 captured 12
	stop monerod-client
}

truth() {
	label "$SERVER" 28080 tcp coin monerod
	label "$CLIENT" 28080 tcp coin monerod
}
