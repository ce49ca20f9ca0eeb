# SPDX-License-Identifier: Apache-2.0
# tinc 1.0: a TCP connection between two daemons, then the data over UDP on the same port.
tools=(tincd nginx curl)
made_by=(tinc)
filter='port 655'
min_flows=2 min_packets=40 min_bytes=25000
INSIDE=10.99.0.1

tinc_config() { # NAME INSIDE_ADDRESS [SETTING]
	mkdir -p "$WORK/$1/hosts"
	printf '%s\n' "Name = $1" "Interface = tinc$1" 'AddressFamily = ipv4' 'Mode = router' "${@:3}" >"$WORK/$1/tinc.conf"
	printf '%s\n' "Subnet = $2/32" >"$WORK/$1/hosts/$1"
	[[ $1 != server ]] || echo "Address = $SERVER" >>"$WORK/$1/hosts/$1"
	cat >"$WORK/$1/tinc-up" <<-END
		#!/bin/sh
		ip link set "\$INTERFACE" up mtu 1400
		ip addr add $2/24 dev "\$INTERFACE"
	END
	chmod +x "$WORK/$1/tinc-up"
	tincd -c "$WORK/$1" -K2048 </dev/null
}

servers() {
	web_start
	tinc_config server "$INSIDE"
	tinc_config client 10.99.0.2 'ConnectTo = server'
	cp "$WORK/client/hosts/client" "$WORK/server/hosts/"
	cp "$WORK/server/hosts/server" "$WORK/client/hosts/"
	bg tinc-server east tincd -c "$WORK/server" -D -d 3 --pidfile="$WORK/server.pid"
	wait_port east tcp "$SERVER" 655
}

client() {
	bg tinc-client client tincd -c "$WORK/client" -D -d 3 --pidfile="$WORK/client.pid"
	wait_log tinc-client 'activated'
	get "http://$INSIDE/index.html"
	get "http://$INSIDE/mid.txt"
	stop tinc-client
}

truth() {
	label "$SERVER" 655 tcp vpn tincd
	label "$SERVER" 655 udp vpn tincd
}
