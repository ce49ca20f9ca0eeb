#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# What a running sensor tells of itself over HTTP, out of its sandbox.

load lib

setup() {
	need_namespaces
	command -v curl >/dev/null || skip "needs curl"
	add_pair
	inside ip link set lo up
}
teardown() { remove_space; }

AT=127.0.0.1:9105

# get PATH [OPTION...]: the body, and behind it the status in a line of its own.
get() { inside curl -s -w '\n%{http_code}\n' "${@:2}" "http://$AT$1"; }
value() { get /metrics | awk -v name="surgetap_$1" '$1 == name { print $2 }'; }
shows() { [ "$(value "$1")" = "$2" ]; }
is_ill() { get /healthz >"$BATS_TEST_TMPDIR/health"; grep -qF -- "$1" "$BATS_TEST_TMPDIR/health"; }

@test "no figure is missing over HTTP or in the manual of operations, none is made up" {
	start_sensor "${WATCH[@]}" --metrics "$AT"
	send --mbps 20 "$CAPTURES"/{tls13,wireguard}.pcap
	wait_for shows packets_total "$SENT"
	# A batch that is not full is handed on every ten seconds.
	used() { [ "$(value 'flows_by_technique_total{technique="vpn"}')" -gt 0 ]; }
	wait_for used
	get /metrics >"$BATS_TEST_TMPDIR/metrics"
	[ "$(tail -n 1 "$BATS_TEST_TMPDIR/metrics")" = 200 ]
	[ "$(awk '/^surgetap_packets_by_verdict_total/ { sum += $2 } END { print sum }' "$BATS_TEST_TMPDIR/metrics")" -eq "$SENT" ]
	documented() { grep -oE '^\| `surgetap_[a-z_]+' "$BATS_TEST_DIRNAME/../../docs/operations.md" | tr -d '|` ' | sort -u; }
	diff <(awk '/^# TYPE/ { print $3 }' "$BATS_TEST_TMPDIR/metrics" | sort) <(documented)
	stop_sensor
	[ "$SENSOR_STATUS" -eq 0 ]
	[ "$(stat .packets.received)" -eq "$SENT" ]
}

@test "health tells an interface that has gone, and that it is back" {
	start_sensor "${WATCH[@]}" --metrics "$AT"
	[ "$(get /healthz | tr '\n' ' ')" = "ok  200 " ]
	inside ip link del tap0
	wait_for is_ill "1 of 1 interfaces are down or gone"
	[ "$(tail -n 1 "$BATS_TEST_TMPDIR/health")" = 503 ]
	add_pair
	wait_for is_ill ok
}

@test "other pages, methods and names of this machine are refused" {
	start_sensor "${WATCH[@]}" --metrics "$AT"
	[ "$(get / | tail -n 1)" = 404 ]
	[ "$(get /metrics -X POST | tail -n 1)" = 405 ]
	[ "$(get /metrics -H 'Host: evil.example' | tail -n 1)" = 403 ]
	[ "$(get /metrics -H 'Host: localhost:9105' | tail -n 1)" = 200 ]
	[ "$(get /metrics -I | grep -c 'text/plain; version=0.0.4')" = 1 ]
}

@test "clients that never end their request do not keep the figures from others" {
	start_sensor "${WATCH[@]}" --metrics "$AT"
	inside python3 - <<'PY'
import socket
slow = [socket.create_connection(('127.0.0.1', 9105), 20) for _ in range(40)]
for s in slow:
    s.sendall(b'GET /metrics HTTP/1.1\r\nHost: localhost\r\nX-Slow: ')
s = socket.create_connection(('127.0.0.1', 9105), 20)
s.sendall(b'GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n')
assert s.recv(12) in (b'HTTP/1.1 200', b'HTTP/1.1 503')
PY
	all_told() { [ "$(value http_crowded_out_total)" -ge 24 ]; }
	wait_for all_told
}

@test "reloads and refusals are counted" {
	chmod 755 "$BATS_RUN_TMPDIR" "$BATS_RUN_TMPDIR"/test "$BATS_TEST_TMPDIR"
	echo "watch: [175.45.176.0/22=lab]" >"$BATS_TEST_TMPDIR/c.yaml"
	start_sensor -c "$BATS_TEST_TMPDIR/c.yaml" --metrics "$AT"
	kill -HUP "$SENSOR"
	wait_for shows reloads_total 1
	[ "$(value last_reload_timestamp_seconds)" -gt 0 ]
	echo "watch: [nothing]" >"$BATS_TEST_TMPDIR/c.yaml"
	kill -HUP "$SENSOR"
	wait_for shows reload_failures_total 1
	shows reloads_total 1
}

@test "an address that is in use, or not of this machine, is told" {
	start_sensor "${WATCH[@]}" --metrics "$AT"
	run inside "$SURGETAP" run -i tap0 --metrics "$AT"
	[ "$status" -eq 1 ]
	[[ $output == *"metrics $AT: Address already in use"* ]]
	run "$SURGETAP" run -i lo --metrics 0.0.0.0:9105
	[ "$status" -eq 2 ]
	[[ $output == *"--metrics"*"loopback"* ]]
}
