#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# The live sensor on a tap in a network namespace.

load lib

setup() { need_namespaces; }
teardown() { remove_space; }

@test "no packet is lost without being counted" {
	add_pair
	start_sensor "${WATCH[@]}"
	send --topspeed --loop 400 "$CAPTURES"/{openvpn-udp,tls13,wireguard,tor}.pcap
	stop_sensor
	[ "$SENSOR_STATUS" -eq 0 ]
	[ "$SENT" -gt 90000 ]
	all_are_counted
	[ "$(stat '[.packets | to_entries[] | select(.key != "received") | .value] | add')" -eq "$(stat .packets.received)" ]
}

@test "a ring that overflows loses no packet without counting it" {
	add_pair
	start_sensor "${WATCH[@]}" --ring-size 2
	overflow_rings "$CAPTURES"/{openvpn-udp,tls13,wireguard,tor}.pcap
	all_are_counted
}

@test "no flow, alert or count of usage differs from a replay of what was on the tap" {
	add_pair
	start_recorder
	start_sensor "${WATCH[@]}" --workers 2
	send --mbps 20 "$CAPTURES"/{openvpn-udp,tls13,wireguard,tor,ikev2,quic}.pcap
	wait_for has_recorded "$SENT"
	stop_recorder
	stop_sensor
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

@test "the sensor does not die with its interface, and takes the next one of the name up" {
	add_pair
	start_sensor "${WATCH[@]}"
	send --mbps 20 "$CAPTURES/tls13.pcap"
	first=$SENT
	inside ip link del tap0
	wait_for says "tap0: has gone"
	add_pair
	wait_for says "tap0: is back"
	send --mbps 20 "$CAPTURES/openvpn-udp.pcap"
	stop_sensor
	[ "$SENSOR_STATUS" -eq 0 ]
	[ "$(stat .packets.received)" -eq $((first + SENT)) ]
	[ "$(stat .capture.outages)" -eq 1 ]
	[ "$(stat .capture.blind_ms)" -gt 0 ]
}

@test "an interface that is down is no silence, and comes up again" {
	add_pair
	start_sensor "${WATCH[@]}"
	inside ip link set tap0 down
	wait_for says "tap0: is down"
	inside ip link set tap0 up
	wait_for says "tap0: is back"
	send --mbps 20 "$CAPTURES/tls13.pcap"
	stop_sensor
	[ "$(stat .packets.received)" -eq "$SENT" ]
	[ "$(stat .capture.outages)" -eq 1 ]
	[ "$(stat .capture.blind_ms)" -gt 0 ]
}

@test "two interfaces are one tap: the packets of both count, and one of them gone is told" {
	add_pair
	add_pair 1
	start_sensor "${WATCH[@]}" -i tap1
	send --mbps 20 "$CAPTURES/tls13.pcap"
	first=$SENT
	INTO=source1 send --mbps 20 "$CAPTURES/wireguard.pcap"
	inside ip link set tap1 down
	wait_for says "tap1: is down"
	stop_sensor
	[ "$SENSOR_STATUS" -eq 0 ]
	[ "$(stat .packets.received)" -eq $((first + SENT)) ]
	[ "$(stat .capture.outages)" -eq 1 ]
}

@test "an interface of another kind is not taken for the one that has gone" {
	add_pair
	start_sensor "${WATCH[@]}"
	inside ip link del tap0
	wait_for says "tap0: has gone"
	inside ip tuntap add dev tap0 mode tun || skip "no tunnels here"
	wait_for says "another kind"
	inside ip link del tap0
	add_pair
	wait_for says "tap0: is back"
	stop_sensor
	[ "$SENSOR_STATUS" -eq 0 ]
}

@test "no privilege is left when the first packet is parsed" {
	add_pair
	start_sensor "${WATCH[@]}"
	status=$(cat /proc/"$SENSOR"/task/*/status)
	[ "$(echo "$status" | awk '/^Uid:/ { print $2, $3, $4 }' | sort -u | wc -l)" -eq 1 ]
	[ "$(echo "$status" | awk '/^Uid:/ { print $2; exit }')" -ne 0 ]
	[ "$(echo "$status" | awk '/^Cap(Inh|Prm|Eff|Amb):/ { print $2 }' | sort -u)" = 0000000000000000 ]
	[ "$(echo "$status" | awk '/^NoNewPrivs:/ { print $2 }' | sort -u)" -eq 1 ]
	[ "$(echo "$status" | awk '/^Seccomp:/ { print $2 }' | sort -u)" -eq 2 ]
	stop_sensor
}

@test "traffic that is not watched stays in the kernel, encapsulated traffic does not" {
	add_pair
	start_sensor -w 198.18.0.0/15=elsewhere --control-sample 0
	send --mbps 20 "$CAPTURES/tls13.pcap"
	stop_sensor
	[ "$SENT" -gt 0 ]
	[ "$(stat .packets.received)" -eq 0 ]
}

@test "the control group stays in the kernel, or is another than a replay's" {
	add_pair
	start_sensor -w 198.18.0.0/15=elsewhere --control-sample 1
	send --mbps 20 "$CAPTURES"/{tls13,wireguard,ssh}.pcap
	stop_sensor
	"$SURGETAP" replay -q -w 198.18.0.0/15=elsewhere --control-sample 1 --stats "$BATS_TEST_TMPDIR/stats" "$CAPTURES"/{tls13,wireguard,ssh}.pcap
	[ "$(stat .flows.control)" -gt 0 ]
	diff <(jq '.decoded.control, .decoded.unwatched, .flows.control, .flows.total' "$BATS_TEST_TMPDIR/stats") \
		<(jq '.decoded.control, .decoded.unwatched, .flows.control, .flows.total' "$STATS")
}

@test "the filter of the operator goes with that of the watched ranges" {
	add_pair
	start_sensor "${WATCH[@]}" --filter "udp"
	send --mbps 20 "$CAPTURES"/{tls13,wireguard}.pcap
	stop_sensor
	udp=$(tcpdump -nr "$CAPTURES/wireguard.pcap" udp 2>/dev/null | wc -l)
	[ "$udp" -gt 0 ]
	[ "$(stat .packets.received)" -eq "$udp" ]
}

@test "too many watched ranges for the kernel are told, and lose nothing" {
	add_pair
	many=()
	for ((i = 0; i < 900; i++)); do many+=(-w "198.18.$((i / 4)).$((i % 4 * 64))/27=many"); done
	start_sensor "${many[@]}" "${WATCH[@]}"
	says "kernel filter"
	send --mbps 20 "$CAPTURES/tls13.pcap"
	stop_sensor
	[ "$(stat .packets.received)" -eq "$SENT" ]
}

@test "packets longer than the snapshot length are counted, and too small a length is told" {
	add_pair
	start_sensor "${WATCH[@]}" --snaplen 96
	says "snaplen 96"
	send --mbps 20 "$CAPTURES/tls13.pcap"
	stop_sensor
	[ "$(stat .packets.received)" -eq "$SENT" ]
	[ "$(stat .capture.snapped)" -gt 0 ]
}

@test "a broken configuration does not end a sensor that is told to read it" {
	add_pair
	config=$BATS_TEST_TMPDIR/c.yaml
	chmod 755 "$BATS_RUN_TMPDIR" "$BATS_RUN_TMPDIR"/test "$BATS_TEST_TMPDIR"
	echo "watch: [175.45.176.0/22=lab]" >"$config"
	start_sensor -c "$config"
	kill -HUP "$SENSOR"
	wait_for says "in use now"
	echo "watch: [175.45.176.0/99]" >"$config"
	kill -HUP "$SENSOR"
	wait_for says "the sensor goes on as it is"
	says "c.yaml:1:9"
	send --mbps 20 "$CAPTURES/tls13.pcap"
	stop_sensor
	[ "$SENSOR_STATUS" -eq 0 ]
	[ "$(stat .packets.received)" -eq "$SENT" ]
}

@test "the metrics name every loss, and no reader sees half of them" {
	add_pair
	folder=$BATS_TEST_TMPDIR/metrics
	install -d -o nobody "$folder"
	chmod 755 "$BATS_RUN_TMPDIR" "$BATS_RUN_TMPDIR"/test "$BATS_TEST_TMPDIR"
	start_sensor "${WATCH[@]}" --user nobody --metrics-file "$folder/surgetap.prom"
	wait_for test -s "$folder/surgetap.prom"
	send --mbps 20 "$CAPTURES/tls13.pcap"
	stop_sensor
	[ "$(awk '$1 == "surgetap_packets_total" { print $2 }' "$folder/surgetap.prom")" -eq "$SENT" ]
	[ "$(grep -cE '^surgetap_(kernel|interface|softnet)_drops_total 0$' "$folder/surgetap.prom")" -eq 3 ]
	[ "$(ls "$folder")" = surgetap.prom ]
}

@test "Redis is reached from the sandbox: heartbeat, usage, and a spool that belongs to the user" {
	add_pair
	inside ip link set lo up
	chmod 755 "$BATS_RUN_TMPDIR" "$BATS_RUN_TMPDIR"/test "$BATS_TEST_TMPDIR"
	install -d -o nobody -m 700 "$BATS_TEST_TMPDIR/state"
	ip netns exec "$SPACE" redis-server --port 6379 --bind 127.0.0.1 --save '' --dir "$BATS_TEST_TMPDIR" \
		>"$BATS_TEST_TMPDIR/redis" 2>&1 3>&- &
	# shellcheck disable=SC2034 # ended with the test
	RECORDER=$!
	wait_for inside redis-cli ping
	start_sensor "${WATCH[@]}" --redis redis://localhost:6379/0 --state "$BATS_TEST_TMPDIR/state" --sensor tap-1
	send --mbps 20 "$CAPTURES/tls13.pcap"
	heart() { [ "$(inside redis-cli hget surgetap:sensor:tap-1 "$1")" = "$2" ]; }
	wait_for heart packets "$SENT"
	heart interface tap0
	heart drops 0
	# With --state a minute is told when it is over.
	has_usage() { [ "$(inside redis-cli xlen surgetap:usage:lab)" -ge 1 ]; }
	wait_for has_usage
	stop_sensor
	[ "$SENSOR_STATUS" -eq 0 ]
	owners() { find "$BATS_TEST_TMPDIR/state" -printf '%u %f\n' | sort; }
	[[ $(owners) == *"baselines"*"spool"* ]]
	[ "$(owners | cut -d ' ' -f 1 | sort -u)" = nobody ]
}

@test "no state is promised in a folder that the user cannot write to" {
	add_pair
	run inside "$SURGETAP" run -i tap0 --redis redis://localhost:6379/0 --state "$BATS_TEST_TMPDIR/state"
	[ "$status" -eq 77 ]
	[[ $output == *"state"*"not writable for user"* ]]
}

@test "SIGINT ends the sensor as SIGTERM does" {
	add_pair
	start_sensor "${WATCH[@]}"
	send --mbps 20 "$CAPTURES/tls13.pcap"
	stop_sensor INT
	[ "$SENSOR_STATUS" -eq 0 ]
	[ "$(stat .packets.received)" -eq "$SENT" ]
	[ "$(jq -s length "$USAGE")" -ge 1 ]
}

@test "a service manager hears when the sensor is ready, alive and at its end" {
	add_pair
	socket=$BATS_TEST_TMPDIR/notify
	python3 -c '
import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(sys.argv[1])
while True:
    words = s.recv(4096).decode()
    print(words, flush=True)
    if "STOPPING" in words: break
' "$socket" >"$BATS_TEST_TMPDIR/words" 3>&- &
	wait_for test -S "$socket"
	chmod 777 "$socket"
	NOTIFY_SOCKET=$socket WATCHDOG_USEC=200000 start_sensor "${WATCH[@]}"
	wait_for grep -q READY=1 "$BATS_TEST_TMPDIR/words"
	wait_for grep -q WATCHDOG=1 "$BATS_TEST_TMPDIR/words"
	stop_sensor
	wait_for grep -q STOPPING=1 "$BATS_TEST_TMPDIR/words"
}

@test "an interface that is not there is told" {
	run inside "$SURGETAP" run -i nowhere0
	[ "$status" -eq 1 ]
	[[ $output == *"nowhere0: no such interface"* ]]
}

@test "no link type that cannot be decoded is listened on" {
	# A tunnel device takes whatever link type it is told: here that of infrared.
	inside python3 -c '
import fcntl, struct
TUNSETIFF, TUNSETPERSIST, TUNSETLINK, IFF_TUN, ARPHRD_IRDA = 0x400454ca, 0x400454cb, 0x400454cd, 1, 783
tunnel = open("/dev/net/tun", "r+b", buffering=0)
fcntl.ioctl(tunnel, TUNSETIFF, struct.pack("16sH", b"odd0", IFF_TUN))
fcntl.ioctl(tunnel, TUNSETLINK, ARPHRD_IRDA)
fcntl.ioctl(tunnel, TUNSETPERSIST, 1)
' || skip "no tunnels here"
	inside ip link set odd0 up
	run inside "$SURGETAP" run -i odd0
	[ "$status" -eq 1 ]
	[[ $output == *"odd0: link type"*"not supported"* ]]
}

@test "CAP_NET_RAW is all that is needed, and it is given up" {
	add_pair
	folder=$(mktemp -d)
	chmod 755 "$folder"
	install -m 755 "$SURGETAP" "$folder/surgetap"
	ip netns exec "$SPACE" setpriv --reuid nobody --regid nogroup --clear-groups --inh-caps +net_raw --ambient-caps +net_raw \
		--bounding-set -all,+net_raw "$folder/surgetap" run -i tap0 "${WATCH[@]}" >"$LOG" 2>&1 3>&- &
	SENSOR=$!
	wait_for says "listening on tap0"
	rm -r "$folder"
	[ "$(awk '/^Cap(Inh|Prm|Eff|Amb):/ { print $2 }' /proc/"$SENSOR"/task/*/status | sort -u)" = 0000000000000000 ]
	stop_sensor
	[ "$SENSOR_STATUS" -eq 0 ]
}

@test "without CAP_NET_RAW the status is 77 and the message names it" {
	add_pair
	folder=$(mktemp -d)
	chmod 755 "$folder"
	install -m 755 "$SURGETAP" "$folder/surgetap"
	run inside setpriv --reuid nobody --regid nogroup --clear-groups "$folder/surgetap" run -i tap0
	rm -r "$folder"
	[ "$status" -eq 77 ]
	[[ $output == *"CAP_NET_RAW"* ]]
}
