#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Databases of places change under a running sensor, as `make geoip` and careless tools change them.

load lib
load past

setup() {
	need_namespaces
	chmod 755 "$BATS_RUN_TMPDIR" "$BATS_RUN_TMPDIR"/test "$BATS_TEST_TMPDIR"
	asn=$BATS_TEST_TMPDIR/asn.mmdb
}
teardown() { remove_space; }

# build_database ASN: in one step and under the same name; the servers of captures and scenarios are in that network.
build_database() {
	printf '%s,Network\n' "198.18.0.0,198.18.255.255,$1" "203.0.113.0,203.0.113.255,$1" >"$BATS_TEST_TMPDIR/ranges.csv"
	"$BATS_TEST_DIRNAME/../../geoip/make-asn" "$asn" "$BATS_TEST_TMPDIR/ranges.csv" >/dev/null
	chmod 644 "$asn"
}

# swap_database: for what comes in.
swap_database() {
	cat >"$asn.other"
	chmod 644 "$asn.other"
	mv "$asn.other" "$asn"
}

@test "a database that is cut while the sensor uses it kills nobody, and is taken when it is whole" {
	add_pair
	"$BATS_TEST_DIRNAME/../geoip/make-mmdb" "$BATS_TEST_DIRNAME/../geoip/demo.csv" "$BATS_TEST_TMPDIR" || skip "no writer of databases here"
	chmod 644 "$asn"
	cp "$asn" "$BATS_TEST_TMPDIR/whole"
	start_sensor "${WATCH[@]}" --geoip-asn "$asn"
	truncate -s 1000 "$asn"
	send --mbps 20 "$CAPTURES/tls13.pcap"
	kill -HUP "$SENSOR"
	wait_for says "goes on as it is"
	says "$asn"
	cp "$BATS_TEST_TMPDIR/whole" "$asn"
	wait_for says "in use now"
	send --mbps 20 "$CAPTURES/tls13.pcap"
	stop_sensor
	[ "$SENSOR_STATUS" -eq 0 ]
	[ "$(stat .packets.received)" -eq $((2 * SENT)) ]
}

@test "a database built anew places the next flows, one swapped with garbage leaves the last in use" {
	add_pair
	build_database 64500 || skip "no writer of databases here"
	start_sensor "${WATCH[@]}" --geoip-asn "$asn"
	send --mbps 20 "$CAPTURES/ssh.pcap"
	build_database 24940 # where anybody can rent a server
	BOUND=150 wait_for says "asn.mmdb has changed" # nobody has said so
	wait_for says "in use now"
	send --mbps 20 "$CAPTURES/ssh.pcap"
	head -c 3000 /dev/urandom | swap_database
	kill -HUP "$SENSOR"
	wait_for says "goes on as it is"
	send --mbps 20 "$CAPTURES/ssh.pcap"
	head -c 3000 "$CAPTURES/ssh.pcap" | swap_database
	kill -HUP "$SENSOR"
	wait_for says_times "goes on as it is" 2
	stop_sensor
	[ "$SENSOR_STATUS" -eq 0 ]
	[ "$(stat .packets.received)" -eq $((3 * SENT)) ]
	# One line that names the file for each attempt.
	[ "$(grep -cF "$asn: " "$LOG")" -eq 2 ]
	# Two flows each time, at first in a network that says nothing.
	[ "$(stat .flows.total)" -eq 6 ]
	[ "$(stat .flows.by_technique.vps)" -eq 4 ]
}

@test "an alert places peers by a database that is no longer in use" {
	cd "$BATS_TEST_TMPDIR"
	build_database 64500 || skip "no writer of databases here"
	learn_past state
	chown -R nobody state
	add_pair
	start_sensor -w 175.45.176.0/24=lab --state "$PWD/state" --geoip-asn "$asn" --user nobody
	started=$(date +%s)
	build_database 24940
	kill -HUP "$SENSOR"
	wait_for says "in use now"
	wait_for is_over $((started / 60 * 60 + 60)) # a minute seen less than half is not judged
	send --multiplier 100 jump.pcap
	BOUND=150 wait_for has_alerts 1
	stop_sensor
	[ "$(jq -r '.alert.context | select(.state == "open" and .technique == "vpn") | .top_peers[].asn' "$ALERTS" | sort -u)" = 24940 ]
}
