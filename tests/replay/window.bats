#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# `--window`: a part of the time that captures tell of.

bats_require_minimum_version 1.5.0
load lib

# A tunnel that comes up in each of sixty minutes from 12:00, from two files that take turns.
setup_file() {
	cd "$BATS_FILE_TMPDIR" || return
	mkdir captures
	for file in even odd; do
		start=0
		if [ "$file" = odd ]; then start=60; fi
		for second in $(seq "$start" 120 3599); do
			wireguard "$second" 10.0.0.1,$((40000 + second)) 198.18.0.1,51820
		done | craft "captures/$file.pcap"
	done
}

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	ln -s "$BATS_FILE_TMPDIR/captures" .
}

counts() {
	jq -c '[.packets.received, .capture.outside_window, .packets.decoded]' stats.json
}

@test "a window lets in what lies outside, or keeps out what lies within" {
	replay -w 10.0.0.0/8=lab --window 2026-03-02T12:10..2026-03-02T12:30 captures
	is "[80,160,80]" "$(counts)"
	is "20" "$(jq -s 'map(.vpn_flows) | add' usage.ndjson)"
	is "2026-03-02T12:10:00.000000+0000" "$(head -n 1 usage.ndjson | jq -r .timestamp)"
	replay -w 10.0.0.0/8=lab --window ..2026-03-02T12:10 captures
	is "[40,200,40]" "$(counts)"
	replay -w 10.0.0.0/8=lab --window 2026-03-02T12:59:00Z.. captures
	is "[4,236,4]" "$(counts)"
	is "3" "$("$SURGETAP" flows --window 2026-03-02T12:10..2026-03-02T12:13 captures | wc -l)"
}

@test "windows that touch count a packet twice, or none of them does" {
	for window in ..2026-03-02T12:20 2026-03-02T12:20..2026-03-02T12:40 2026-03-02T12:40..; do
		replay -w 10.0.0.0/8=lab --state kept --window "$window" captures
		cat usage.ndjson >>pieces.ndjson
	done
	replay -w 10.0.0.0/8=lab --state whole captures
	is "59" "$(jq -s 'map(.vpn_flows) | add' usage.ndjson)" # the last minute is not over
	diff usage.ndjson pieces.ndjson
}

# The stream goes round: 4 packets within the window, 1000 behind it, until nobody reads any more.
@test "the reading goes on for ever behind the window" {
	seq -f '%.0f udp 10.0.0.9,1 192.0.2.1,2 00' 4000 4999 | craft behind.pcap
	tail -c +25 behind.pcap >behind
	mkfifo stream
	{ cat captures/even.pcap; while cat behind; do :; done; } >stream 2>/dev/null 3>&- &
	writer=$!
	timeout 120 "$SURGETAP" replay --quiet --alerts /dev/null --stats stats.json -w 10.0.0.0/8=lab --window ..2026-03-02T13:00 stream
	wait "$writer" || true
	is "[120,65536,120]" "$(counts)"
}

@test "a stamp from the future ends the reading" {
	{ echo "9999999 udp 10.0.0.9,1 192.0.2.1,2 00"; wireguard 0 10.0.0.1,40000 198.18.0.1,51820; } | craft future.pcap
	replay -w 10.0.0.0/8=lab --window ..2026-03-02T13:00 future.pcap
	is "[4,1,4]" "$(counts)"
}

@test "an empty window is called calm" {
	run "$SURGETAP" replay -w 10.0.0.0/8=lab --alerts /dev/null --window 2020-01-01..2020-01-02 captures
	[ "$status" -eq 0 ]
	[[ $output == *"0 packets, "*"240 packets lie outside the window"*"nothing to judge: no packet lies in the window"* ]]
}

@test "a window that is none is a usage error, and one of the configuration is obeyed" {
	for window in 2026-03-02 2026-03-03..2026-03-02 2026-02-30.. yesterday..; do
		run --separate-stderr "$SURGETAP" replay --window "$window" captures
		[ "$status" -eq 2 ]
		[ "$stderr" = "surgetap: --window: '$window' is not START..END, such as 2026-03-03..2026-03-24T06:00" ]
	done
	printf 'watch: [10.0.0.0/8=lab]\nwindow: ..2026-03-02T12:10\n' >c.yaml
	replay -c c.yaml captures
	is "[40,200,40]" "$(counts)"
}
