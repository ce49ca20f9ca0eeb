# SPDX-License-Identifier: Apache-2.0
# The control channel of L2TP, from the tunnel's first message to its last. Without /dev/ppp there is no data channel.
tools=(xl2tpd)
made_by=(xl2tpd)
filter='udp port 1701'
min_flows=1 min_packets=8 min_bytes=600

xl2tp() { # NETWORK
	bg "xl2tpd-$1" "$1" xl2tpd -D -c "$WORK/$1.conf" -s /dev/null -p "$WORK/$1.pid" -C "$WORK/$1.control"
	wait_port "$1" udp 0.0.0.0 1701
}

# The daemon reads its orders from a pipe; `on` ends the wait if it no longer does.
order() { on client sh -c "echo '$1' >'$WORK/client.control'"; }

servers() {
	printf '%s\n' '[global]' '[lns default]' 'ip range = 10.97.0.2-10.97.0.9' 'local ip = 10.97.0.1' \
		'hostname = lns.lab.test' 'require authentication = no' 'pppoptfile = /dev/null' >"$WORK/east.conf"
	printf '%s\n' '[global]' '[lac lab]' "lns = $SERVER" 'hostname = lac.lab.test' \
		'require authentication = no' 'pppoptfile = /dev/null' >"$WORK/client.conf"
	xl2tp east
	xl2tp client
}

client() {
	order 'c lab'
	wait_log xl2tpd-client 'Call established'
	order 'd lab'
	wait_log xl2tpd-east 'Connection closed\|Disconnected\|closed to'
}

truth() { label "$SERVER" 1701 udp vpn xl2tpd; }
