# SPDX-License-Identifier: Apache-2.0
# OpenConnect to ocserv (AnyConnect's protocol).
tools=(openconnect ocserv ocpasswd nginx curl)
made_by=(openconnect)
filter='port 9443'
min_flows=2 min_packets=50 min_bytes=25000
INSIDE=10.96.0.1

servers() {
	web_start
	printf 'lab\nlab\n' | ocpasswd -c "$WORK/passwd" lab
	cat >"$WORK/ocserv.conf" <<-END
		auth = "plain[passwd=$WORK/passwd]"
		listen-host = $SERVER
		tcp-port = 9443
		udp-port = 9443
		server-cert = $PKI/server.crt
		server-key = $PKI/server.key
		run-as-user = root
		isolate-workers = false
		socket-file = $WORK/ocserv.socket
		pid-file = $WORK/ocserv.pid
		device = vpns
		ipv4-network = 10.96.0.0/24
	END
	bg ocserv east ocserv -f -c "$WORK/ocserv.conf"
	wait_port east tcp "$SERVER" 9443
	cat >"$WORK/tunnel.sh" <<-'END'
		#!/bin/sh
		[ "$reason" = connect ] || exit 0
		ip link set "$TUNDEV" up mtu "$INTERNAL_IP4_MTU"
		ip addr add "$INTERNAL_IP4_ADDRESS/24" dev "$TUNDEV"
	END
	chmod +x "$WORK/tunnel.sh"
}

is_routed() { ip -n "$PREFIX-client" route get "$INSIDE" | grep -q octun; }

# openconnect_session PATTERN [OPTION...]: two pages through the tunnel, once the client's log says PATTERN.
openconnect_session() {
	echo lab >"$WORK/password"
	# shellcheck disable=SC2016 # sh expands them
	bg openconnect client sh -c 'exec "$@" <"$0"' "$WORK/password" openconnect --user lab --passwd-on-stdin \
		--cafile "$PKI/ca.crt" --resolve "vpn.lab.test:$SERVER" --interface octun --script "$WORK/tunnel.sh" \
		"${@:2}" https://vpn.lab.test:9443/
	wait_log openconnect "$1"
	wait_until 10 is_routed
	get "http://$INSIDE/index.html"
	get "http://$INSIDE/mid.txt"
	stop openconnect
}

truth() {
	label "$SERVER" 9443 tcp vpn+tls ocserv
	label "$SERVER" 9443 udp vpn+tls ocserv
}
