# SPDX-License-Identifier: Apache-2.0
# n2n of version 1: two edges that a supernode introduces, one on its own host; they then talk to each other.
tools=(supernode edge nginx curl)
made_by=(n2n)
filter='udp and (port 7654 or port 7655)'
min_flows=2 min_packets=30 min_bytes=17000
INSIDE=10.89.0.1

n2n_edge() { # NETWORK INSIDE_ADDRESS
	bg "edge-$1" "$1" edge -d "n2n-$1" -a "$2" -c lab -k "$KEY" -l "$SERVER:7654" -p 7655
}

servers() {
	web_start
	KEY=$(openssl rand -hex 8)
	bg supernode east supernode -l 7654
	wait_port east udp "$SERVER" 7654
	n2n_edge east "$INSIDE"
	wait_log supernode 'Registered new node'
}

client() {
	n2n_edge client 10.89.0.2
	wait_until 30 get "http://$INSIDE/index.html"
	get "http://$INSIDE/mid.txt"
	stop edge-client
}

truth() {
	label "$SERVER" 7654 udp vpn supernode
	label "$SERVER" 7655 udp vpn edge
}
