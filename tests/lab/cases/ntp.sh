# SPDX-License-Identifier: Apache-2.0
# NTP: a client asks for the time twice; nobody's clock is set.
tools=(chronyd)
made_by=(chrony chronyd)
filter='udp port 123'
min_flows=2 min_packets=8 min_bytes=700

# Its files go to /run/chrony; the namespace has its own mounts, so this /run is nobody else's.
chrony() { # NETWORK ARGUMENT...
	ip netns exec "$PREFIX-$1" timeout 40 sh -c 'mount -t tmpfs none /run && exec chronyd -x -u root "$@"' sh "${@:2}"
}

servers() {
	chrony east -d 'local stratum 3' 'allow all' 'pidfile /run/chronyd.pid' 'cmdport 0' >>"$WORK/chronyd.log" 2>&1 </dev/null &
	wait_port east udp 0.0.0.0 123
}

client() {
	chrony client -Q "server $SERVER iburst" 'cmdport 0' </dev/null
	chrony client -Q "server 203.0.113.11 iburst maxsamples 1" 'cmdport 0' </dev/null
}

truth() {
	label "$SERVER" 123 udp ntp chronyd
	label 203.0.113.11 123 udp ntp chronyd
}
