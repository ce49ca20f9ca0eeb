#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# A running sensor reads its configuration and its lists anew, without privileges and inside its sandbox.

load lib

setup() {
	need_namespaces
	chmod 755 "$BATS_RUN_TMPDIR" "$BATS_RUN_TMPDIR"/test "$BATS_TEST_TMPDIR"
	CONFIG=$BATS_TEST_TMPDIR/c.yaml
}
teardown() { remove_space; }

# write_config LINE...: in one step, as an operator's tool would.
write_config() {
	printf '%s\n' "$@" >"$CONFIG.new"
	mv "$CONFIG.new" "$CONFIG"
}

said() { [ "$(grep -cF -- "$1" "$LOG")" -ge "$2" ]; }

# reload NUMBER: asks for it and waits until that many were taken over.
reload() {
	kill -HUP "$SENSOR"
	wait_for said "in use now" "$1"
}

@test "no flow, alert or count is lost when other ranges are watched under load" {
	add_pair
	write_config "watch: [175.45.176.0/22=lab]"
	start_recorder
	start_sensor -c "$CONFIG" --workers 2
	send --mbps 20 --loop 3 "$CAPTURES"/{openvpn-udp,tls13,wireguard,tor,ikev2,quic}.pcap &
	sender=$!
	write_config "watch: [198.18.0.0/15=elsewhere, 175.45.176.0/22=lab]" "alarms-per-year: 24"
	reload 1
	says "2 ranges watched, 1 of them new, 0 gone"
	write_config "watch: [175.45.176.0/22=lab, 203.0.113.0/24=third]"
	reload 2
	says "2 ranges watched, 1 of them new, 1 gone"
	wait "$sender"
	SENT=$(awk '/Successful packets/ { sum += $NF } END { print sum }' "$BATS_TEST_TMPDIR/tcpreplay")
	wait_for has_recorded "$SENT"
	stop_recorder
	stop_sensor
	[ "$SENSOR_STATUS" -eq 0 ]
	[ "$(stat .packets.received)" -eq "$SENT" ]
	"$SURGETAP" replay -q "${WATCH[@]}" --alerts "$BATS_TEST_TMPDIR/alerts" --usage "$BATS_TEST_TMPDIR/usage" \
		--stats "$BATS_TEST_TMPDIR/stats" "$BATS_TEST_TMPDIR/tap.pcap"
	[ "$(stat .flows.by_technique.vpn)" -gt 0 ]
	diff <(jq -S '.packets, .flows.total, .flows.by_technique' "$BATS_TEST_TMPDIR/stats") \
		<(jq -S '.packets, .flows.total, .flows.by_technique' "$STATS")
	[ -s "$USAGE" ]
	# Silence before and behind the packets passes live alone.
	seen() { jq -cS 'select(.all_bytes > 0) | del(.coverage)' "$1"; }
	diff <(seen "$BATS_TEST_TMPDIR/usage") <(seen "$USAGE")
	diff "$BATS_TEST_TMPDIR/alerts" "$ALERTS"
}

@test "the kernel goes on holding back what is newly watched" {
	add_pair
	write_config "watch: [198.18.0.0/15=elsewhere]"
	start_sensor -c "$CONFIG"
	send --mbps 20 "$CAPTURES/tls13.pcap"
	write_config "watch: [198.18.0.0/15=elsewhere, 175.45.176.0/22=lab]"
	reload 1
	send --mbps 20 "$CAPTURES/wireguard.pcap"
	taken=$SENT
	write_config "watch: [198.18.0.0/15=elsewhere]"
	reload 2
	send --mbps 20 "$CAPTURES/tls13.pcap"
	stop_sensor
	[ "$taken" -gt 0 ]
	[ "$(stat .packets.received)" -eq "$taken" ]
	[ "$(stat .flows.by_technique.vpn)" -gt 0 ]
}

@test "the filter of the operator changes with a reload, one with a fault changes nothing" {
	add_pair
	write_config "watch: [175.45.176.0/22=lab]"
	start_sensor -c "$CONFIG"
	write_config "watch: [175.45.176.0/22=lab]" 'filter: "udp"'
	reload 1
	send --mbps 20 "$CAPTURES"/{tls13,wireguard}.pcap
	write_config "watch: [175.45.176.0/22=lab]" 'filter: "tcp port ("'
	kill -HUP "$SENSOR"
	wait_for says "goes on as it is"
	says "c.yaml:2:9"
	send --mbps 20 "$CAPTURES"/{tls13,wireguard}.pcap
	stop_sensor
	udp=$(tcpdump -nr "$CAPTURES/wireguard.pcap" udp 2>/dev/null | wc -l)
	[ "$(stat .packets.received)" -eq $((2 * udp)) ]
}

@test "what takes a restart is told, and a password on the command line is no change" {
	add_pair
	write_config "watch: [175.45.176.0/22=lab]"
	start_sensor -c "$CONFIG" --redis "redis://:secret@127.0.0.1:1/0" --drain 0
	write_config "watch: [175.45.176.0/22=lab]" "workers: 2" "ring-size: 128"
	reload 1
	grep -F "only a restart changes: " "$LOG" | grep -F "workers, ring-size"
	run grep -cE "secret|restart changes.*redis" "$LOG"
	[ "$output" -eq 0 ]
}

@test "a list that is replaced takes effect, one that is damaged does not" {
	add_pair
	relays=$BATS_TEST_TMPDIR/relays
	printf '192.0.2.77:9001\n' >"$relays"
	start_sensor "${WATCH[@]}" --tor-relays "$relays"
	send --mbps 20 "$CAPTURES/tls13.pcap"
	first=$SENT
	# Not even in place: what was read stays what it is.
	head -c 3000 /dev/urandom >"$relays"
	BOUND=150 wait_for says "goes on as it is"
	says "$relays"
	# Half written, when somebody says to read it at once; the half is sound but for its end.
	head -c 2500 "$CAPTURES/tor.consensus" >"$relays"
	kill -HUP "$SENSOR"
	wait_for says "it is cut"
	[ "$(grep -c "it is cut" "$LOG")" -eq 1 ]
	# The server of the capture is said to be a relay.
	server=$(tcpdump -nr "$CAPTURES/tls13.pcap" 'tcp[tcpflags] == tcp-syn' 2>/dev/null | awk '{ sub(/:$/, "", $5); print $5; exit }')
	printf '%s:%s\n' "${server%.*}" "${server##*.}" >"$relays.new"
	mv "$relays.new" "$relays"
	BOUND=150 wait_for says "in use now"
	send --mbps 20 "$CAPTURES/tls13.pcap"
	stop_sensor
	[ "$SENSOR_STATUS" -eq 0 ]
	[ "$(stat .packets.received)" -eq $((first + SENT)) ]
	[ "$(stat .flows.by_technique.tor)" -gt 0 ]
	[ "$(stat .flows.by_technique.tor)" -le "$(($(stat .flows.total) / 2))" ]
}

@test "a configuration that the user may not read is refused, and told" {
	add_pair
	write_config "watch: [175.45.176.0/22=lab]"
	start_sensor -c "$CONFIG" --user nobody
	chmod 600 "$CONFIG"
	kill -HUP "$SENSOR"
	wait_for says "goes on as it is"
	says "c.yaml: Permission denied"
	send --mbps 20 "$CAPTURES/tls13.pcap"
	stop_sensor
	[ "$SENSOR_STATUS" -eq 0 ]
	[ "$(stat .packets.received)" -eq "$SENT" ]
}
