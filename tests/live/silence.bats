#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Time passes on a silent link. The test waits for a minute of the clock to end, and for nothing else.

load lib

setup() { need_namespaces; }
teardown() { remove_space; }

has_lines() { [ "$(wc -l <"$USAGE")" -ge "$1" ]; }

@test "no bucket stays open because the link is silent" {
	add_pair
	start_sensor "${WATCH[@]}"
	send --mbps 20 "$CAPTURES/tls13.pcap"
	wait_for has_lines 1
	[ "$(jq -s '.[0].all_flows' "$USAGE")" -gt 0 ]
	stop_sensor
	[ "$SENSOR_STATUS" -eq 0 ]
}
