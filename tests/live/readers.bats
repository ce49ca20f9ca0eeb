#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Several readers share one tap: PACKET_FANOUT in a network namespace.

load lib

setup() { need_namespaces; }
teardown() {
	local process
	for process in "${SENSORS[@]}"; do kill -KILL "$process" 2>/dev/null || true; done
	remove_space
}

MIX=(openvpn-udp tls13 wireguard tor ikev2 quic dns http ssh stratum shadowsocks sip ip-tunnels pptp l2tp)
MIX=("${MIX[@]/#/$CAPTURES/}")
MIX=("${MIX[@]/%/.pcap}")

# start_beside NAME OPTION...: one more sensor on the tap, with files of its own.
start_beside() {
	local to=$BATS_TEST_TMPDIR/$1
	shift
	mkdir "$to"
	ip netns exec "$SPACE" "$SURGETAP" run -i tap0 "${WATCH[@]}" --alerts "$to/alerts" --usage "$to/usage" --stats "$to/stats" "$@" >"$to/log" 2>&1 3>&- &
	SENSORS+=($!)
	wait_for grep -qs "listening on" "$to/log"
}

# start_three: with one reader, with two and with three.
start_three() {
	start_beside one --workers 1
	start_beside two --workers 2
	start_beside three --workers 3
}

stop_beside() {
	local process
	for process in "${SENSORS[@]}"; do
		kill -TERM "$process"
		wait "$process"
	done
	SENSORS=()
}

figures() { jq -cS '.packets, .bytes, .flows.total, .flows.by_technique, .alerts' "$BATS_TEST_TMPDIR/$1/stats"; }
# The moment of the start, before any packet, is another one for each.
usage() { jq -cS 'select(.all_bytes > 0) | del(.coverage)' "$BATS_TEST_TMPDIR/$1/usage"; }

# are_alike NAME NAME: what two sensors on one tap have told.
are_alike() {
	diff <(figures "$1") <(figures "$2")
	diff <(usage "$1") <(usage "$2")
	diff "$BATS_TEST_TMPDIR/$1/alerts" "$BATS_TEST_TMPDIR/$2/alerts"
}

works_of() { jq '[.capture.readers[] | select(. > 0)] | length' "$BATS_TEST_TMPDIR/$1/stats"; }

@test "no flow, count or alert depends on the number of readers" {
	add_pair
	start_three
	send --mbps 30 --loop 3 "${MIX[@]}"
	stop_beside
	[ "$(jq .packets.received "$BATS_TEST_TMPDIR/one/stats")" -eq "$SENT" ]
	[ "$(works_of one)" -eq 1 ]
	[ "$(works_of two)" -eq 2 ]
	[ "$(works_of three)" -eq 3 ]
	[ -s "$BATS_TEST_TMPDIR/one/usage" ]
	are_alike one two
	are_alike one three
}

@test "no flow is torn whose directions come in different tunnels" {
	add_pair
	inside ip addr add 192.0.2.1/24 dev source0
	inside ip neigh add 192.0.2.2 lladdr 02:00:00:00:00:02 dev source0
	inside ip neigh add 192.0.2.77 lladdr 02:00:00:00:00:02 dev source0
	inside ip link add over0 type vxlan id 7 remote 192.0.2.2 dstport 4789 dev source0 || skip "no VXLAN here"
	inside ip link add over1 type vxlan id 8 remote 192.0.2.77 dstport 4789 dev source0
	for device in over0 over1; do inside ip link set "$device" mtu 1450 up; done
	start_three
	for capture in "${MIX[@]}"; do
		tcpprep -a client -i "$capture" -o "$BATS_TEST_TMPDIR/sides" >/dev/null
		inside tcpreplay -q --mbps 20 -c "$BATS_TEST_TMPDIR/sides" --intf1=over0 --intf2=over1 "$capture" >/dev/null
	done
	stop_beside
	[ "$(jq .flows.by_technique.vpn "$BATS_TEST_TMPDIR/one/stats")" -gt 0 ]
	# One reader gets whatever has flows inside.
	[ "$(works_of two)" -eq 1 ]
	[ "$(works_of three)" -eq 1 ]
	are_alike one two
	are_alike one three
}

@test "no flow is torn by the tag of a virtual LAN" {
	add_pair
	start_three
	for capture in "${MIX[@]}"; do
		tcprewrite --enet-vlan=add --enet-vlan-tag=7 --enet-vlan-cfi=0 --enet-vlan-pri=0 --skip-soft-errors \
			-i "$capture" -o "$BATS_TEST_TMPDIR/$(basename "$capture")"
	done
	send --mbps 20 "$BATS_TEST_TMPDIR"/*.pcap
	stop_beside
	[ "$(works_of two)" -eq 2 ]
	[ "$(works_of three)" -eq 3 ]
	are_alike one two
	are_alike one three
}

@test "no reader loses its interface for good when that is made again" {
	add_pair
	start_sensor "${WATCH[@]}" --workers 3
	send --mbps 20 "${MIX[@]}"
	sum=$SENT
	for time in 1 2; do
		inside ip link del tap0
		wait_for says_times "tap0: has gone" "$time"
		add_pair
		wait_for says_times "tap0: is back" "$time"
		send --mbps 20 "${MIX[@]}"
		sum=$((sum + SENT))
	done
	stop_sensor
	[ "$SENSOR_STATUS" -eq 0 ]
	[ "$(stat .packets.received)" -eq "$sum" ]
	[ "$(stat .capture.outages)" -eq 2 ]
	[ "$(stat '[.capture.readers[] | select(. > 0)] | length')" -eq 3 ]
}

@test "rings that overflow lose no packet without counting it" {
	add_pair
	start_sensor "${WATCH[@]}" --workers 3 --ring-size 6
	overflow_rings "${MIX[@]}"
	all_are_counted
}

@test "no packet of another interface is read, and each one of two interfaces once" {
	add_pair
	add_pair 1
	add_pair 2
	start_sensor "${WATCH[@]}" -i tap1 --workers 2
	INTO=source2 send --mbps 20 "${MIX[@]}"
	send --mbps 20 "${MIX[@]}"
	first=$SENT
	INTO=source1 send --mbps 20 "${MIX[@]}"
	stop_sensor
	[ "$(stat .packets.received)" -eq $((first + SENT)) ]
	[ "$(stat '[.capture.readers[] | select(. > 0)] | length')" -eq 2 ]
}

@test "a filter of the operator holds for every reader" {
	add_pair
	start_sensor -w 0.0.0.0/0=all --workers 2 --filter "udp and not port 53"
	send --mbps 20 "${MIX[@]}"
	stop_sensor
	expected=0
	for capture in "${MIX[@]}"; do
		expected=$((expected + $(tcpdump -nr "$capture" "udp and not port 53" 2>/dev/null | wc -l)))
	done
	[ "$expected" -gt 0 ]
	[ "$(stat .packets.received)" -eq "$expected" ]
}

@test "where packets cannot be shared out one reader goes on, and says so once" {
	add_pair
	inside ip link set lo up
	ip netns exec "$SPACE" "$SURGETAP" run -i any "${WATCH[@]}" --workers 2 --stats "$STATS" >"$LOG" 2>&1 3>&- &
	SENSOR=$!
	wait_for says "listening on"
	says "any: packets cannot be shared out"
	[ "$(grep -c "one reader goes on" "$LOG")" -eq 1 ]
	send --mbps 20 "${MIX[@]}"
	stop_sensor
	[ "$SENSOR_STATUS" -eq 0 ]
	[ "$(stat '.capture.readers | length')" -eq 1 ]
	[ "$(stat .packets.received)" -ge "$SENT" ]
}
