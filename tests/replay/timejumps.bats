#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Clocks that are set wrong: no years of empty minutes, no jump that is none.

load lib

setup() {
	cd "$BATS_TEST_TMPDIR" || return
}

steady() {
	local from=$1 until=$2 second
	for ((second = from; second < until; second += 60)); do
		wireguard "$second" 10.0.0.$(((second / 60 % 5 + 5) % 5 + 1)),$((40000 + second % 20000)) 198.18.0.1,51820
	done
}

@test "a clock set years ahead closes years of minutes" {
	{ steady 0 1800; steady $((11 * 31536000)) $((11 * 31536000 + 1800)); } | craft ahead.pcap
	replay -w 10.0.0.0/8=lab ahead.pcap
	[ "$(jq -s length usage.ndjson)" -le 61 ]
	is "1" "$(jq .decoded.time_jumps stats.json)"
	# The flow whose packets were the first to tell the new time is whole.
	is "60" "$(jq -s 'map(.vpn_flows) | add' usage.ndjson)"
	is "" "$(cat alerts.ndjson)"
}

@test "flows from before the clock went back are counted in the last minute" {
	{ steady 0 1800; steady -31536000 -31532400; } | craft back.pcap
	replay -w 10.0.0.0/8=lab back.pcap
	is "30" "$(jq -s 'map(.vpn_flows) | add' usage.ndjson)"
	is "30" "$(jq -s 'map(.all_flows) | add' usage.ndjson)"
	is "$((30 * 528))" "$(jq -s 'map(.all_bytes) | add' usage.ndjson)"
	is "240" "$(jq .decoded.time_late stats.json)"
	is "" "$(cat alerts.ndjson)"
}

@test "single packets with wrong times move everything" {
	{ steady 0 900; echo "99999999 udp 10.0.0.9,1 192.0.2.1,2 00"; steady 900 1800; echo "-99999999 udp 10.0.0.9,1 192.0.2.1,2 00"; steady 1800 2700; } |
		craft spikes.pcap
	replay -w 10.0.0.0/8=lab spikes.pcap
	is "45" "$(jq -s length usage.ndjson)"
	is "45" "$(jq -s 'map(.vpn_flows) | add' usage.ndjson)"
	is "2" "$(jq .decoded.unmetered stats.json)"
}

@test "a wrong first time stamp makes everything else late" {
	{ echo "99999999 udp 10.0.0.9,1 192.0.2.1,2 00"; steady 0 1800; } | craft first.pcap
	replay -w 10.0.0.0/8=lab first.pcap
	is "30" "$(jq -s length usage.ndjson)"
	[ "$(jq -s 'map(.vpn_flows) | add' usage.ndjson)" -ge 29 ]
}

@test "a composed capture whose clock is set ahead and back raises an alert" {
	"$COMPOSE" "$root/tests/compose/scenarios/timejumps.yaml" jumps.pcap
	replay -w 192.168.0.0/24=clock jumps.pcap
	is "" "$(jq -c 'select(.alert.context.state == "open")' alerts.ndjson)"
	[ "$(jq -s length usage.ndjson)" -lt 10000 ]
	balanced stats.json
}
