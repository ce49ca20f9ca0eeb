#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# A Redis that hangs while packets come. The test waits for a minute of the clock to end, and for nothing else.

load lib

setup() { need_namespaces; }
teardown() {
	[[ -z ${RECORDER:-} ]] || kill -CONT "$RECORDER" 2>/dev/null || true
	remove_space
}

value() { inside curl -s "http://127.0.0.1:9105/metrics" | awk -v name="surgetap_$1" '$1 == name { print $2 }'; }
shows() { [ "$(value "$1")" = "$2" ]; }
has_some() { [ "$(value "$1")" -gt 0 ]; }
has_lines() { [ "$(wc -l <"$USAGE")" -ge "$1" ]; }

@test "no packet and no entry is lost while Redis hangs" {
	add_pair
	inside ip link set lo up
	ip netns exec "$SPACE" redis-server --port 6379 --bind 127.0.0.1 --save '' --dir "$BATS_TEST_TMPDIR" \
		>"$BATS_TEST_TMPDIR/redis" 2>&1 3>&- &
	RECORDER=$!
	wait_for inside redis-cli ping
	start_sensor "${WATCH[@]}" --redis redis://127.0.0.1:6379/0 --sensor tap-1 --metrics 127.0.0.1:9105
	wait_for has_some redis_connects_total
	kill -STOP "$RECORDER"
	send --mbps 20 "$CAPTURES"/{tls13,wireguard}.pcap
	first=$SENT
	wait_for has_lines 1
	wait_for has_some redis_pending
	# Under load, and with entries that wait.
	send --topspeed --loop 100 "$CAPTURES"/{openvpn-udp,tls13,wireguard,tor}.pcap
	taken() { [ "$(($(value packets_total) + $(value kernel_drops_total) + $(value softnet_drops_total)))" -ge $((first + SENT)) ]; }
	wait_for taken
	has_some redis_pending
	kill -CONT "$RECORDER"
	wait_for shows redis_pending 0
	stop_sensor
	[ "$SENSOR_STATUS" -eq 0 ]
	[ "$(stat '.packets.received + .capture.kernel_drops + .capture.softnet_drops')" -eq $((first + SENT)) ]
	[ "$(stat .redis.dropped)" -eq 0 ]
	[ "$(inside redis-cli xlen surgetap:usage:lab)" -eq "$(wc -l <"$USAGE")" ]
	diff <(jq -r .all_flows "$USAGE") <(inside redis-cli --json xrange surgetap:usage:lab - + | jq -r '.[][1] | [range(0; length; 2) as $i | {(.[$i]): .[$i + 1]}] | add | .all_flows')
}
