#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Two windows held against each other: counts from files, counts from captures, peers that came and went.

load lib

bats_require_minimum_version 1.5.0

setup() { cd "$BATS_TEST_TMPDIR"; }

compare() { "$SURGETAP" compare --quiet "$@"; }

# counts FILE FIRST_DAY DAYS FLOWS: hours of days from 2026-03-02 (a Monday), half of the flows by night.
counts() {
	jq -nc --argjson first "$2" --argjson days "$3" --argjson flows "$4" '
		range($first * 24; ($first + $days) * 24) as $hour
		| (if $hour % 24 < 12 then $flows else 2 * $flows end) as $n
		| {event_type: "usage", range: "a", time_ms: ((1772409600 + 3600 * $hour) * 1000), scale_seconds: 3600,
			vpn_flows: $n, vpn_hosts: ($n / 2), vpn_bytes: 0, all_flows: (100 + $n), all_hosts: 50, coverage: 1}' >"$1"
}

# row TECHNIQUE METRIC FIELD <NDJSON
row() { jq -r --arg t "$1" --arg m "$2" "select(.technique == \$t and .metric == \$m) | $3"; }

@test "a 13-fold change of counts is told as 13 and +1200 %" {
	counts before.ndjson 0 4 10
	counts after.ndjson 4 1 130
	compare --json before.ndjson after.ndjson >rows
	is 13 "$(row vpn flows .ratio <rows)"
	is 13 "$(row vpn hosts .ratio <rows)"
	is 1200 "$(row vpn hosts .rise_percent <rows)"
	row vpn flows '.ratio_ci95 | .[0] < 13 and .[1] > 13 and .[0] > 11 and .[1] < 15' <rows | grep -qx true
	row vpn flows '.before.share < .2 and .after.share > .6' <rows | grep -qx true
	compare before.ndjson after.ndjson | grep -E '^a +vpn +flows +15 +195 +13x +\+1200 % \(95 % CI [0-9]+\.\.[0-9]+\)'
}

@test "a morning is not held against whole days" {
	counts all.ndjson 0 5 10
	run compare --json --before 2026-03-02..2026-03-06 --after 2026-03-06..2026-03-06T12:00 all.ndjson
	[ "$status" -eq 0 ]
	is 1 "$(row vpn flows .ratio <<<"$output")"
	is week "$(row vpn flows .matched <<<"$output")"
}

@test "windows of captures: new and vanished peers, ratio of tunnels" {
	for hour in 0 1 2 3 4 5 6 7; do
		wireguard $((hour * 3600)) 10.0.0.1 198.51.100.1
		wireguard $((hour * 3600 + 60)) 10.0.0.2 198.51.100.2
	done | craft before.pcap
	for hour in 24 25 26 27 28 29 30 31; do
		for n in 1 3 4 5; do wireguard $((hour * 3600 + 60 * n)) 10.0.0.$n 198.51.100.$n; done
	done | craft after.pcap
	compare -w 10.0.0.0/8=home --json before.pcap after.pcap >rows
	is 2 "$(row vpn hosts .ratio <rows)"
	is '3 1 1' "$(row vpn hosts '.peers | "\(.new) \(.vanished) \(.stayed)"' <rows)"
	is '198.51.100.2 8' "$(row vpn hosts '.peers.top_vanished[] | "\(.ip) \(.flows)"' <rows)"
	compare -w 10.0.0.0/8=home before.pcap after.pcap | grep -E 'vpn +hosts .* 3/1$'
	# The same from one input with two windows.
	mkdir both && cp before.pcap after.pcap both/
	compare -w 10.0.0.0/8=home --json --before ..2026-03-03 --after 2026-03-03.. both >rows2
	is '3 1 1' "$(row vpn hosts '.peers | "\(.new) \(.vanished) \(.stayed)"' <rows2)"
}

@test "a state that the configuration names is neither gone on with nor written" {
	for hour in 0 1 2 3; do wireguard $((hour * 3600)) 10.0.0.1 198.51.100.1; done | craft before.pcap
	for hour in 0 1 2 3; do for n in 1 2; do wireguard $((hour * 3600 + 60 * n)) 10.0.0.$n 198.51.100.1; done; done | craft after.pcap
	compare -w 10.0.0.0/8=home --json before.pcap after.pcap >rows
	is 2 "$(row vpn hosts .ratio <rows)"
	"$SURGETAP" replay --quiet -w 10.0.0.0/8=home --state state --alerts /dev/null before.pcap
	cp -r state state.was
	echo 'state: state' >c.yaml
	compare -c c.yaml -w 10.0.0.0/8=home --json before.pcap after.pcap | cmp - rows
	diff -r state state.was
}

@test "use that is new has no ratio, and what was lost is -100 %" {
	counts none.ndjson 0 4 0
	counts some.ndjson 4 4 10
	compare --json none.ndjson some.ndjson >rows
	is null "$(row vpn flows .ratio <rows)"
	row vpn flows .change <rows | grep -q '^new, at least +'
	is -100 "$(compare --json some.ndjson none.ndjson | row vpn flows .rise_percent)"
}

@test "hosts counted by the minute are not compared with hosts counted by the hour" {
	counts hours.ndjson 0 4 10
	counts minutes.ndjson 4 4 10
	sed -i 's/"scale_seconds":3600/"scale_seconds":60/' minutes.ndjson
	run --separate-stderr compare --json hours.ndjson minutes.ndjson
	[ "$status" -eq 0 ]
	is null "$(row vpn hosts .ratio <<<"$output")"
	[[ $stderr == *"cannot be compared"* ]]
}

@test "a wrong line is named, and nothing is made of it" {
	counts before.ndjson 0 2 10
	cp before.ndjson after.ndjson
	echo '{"event_type":"usage","range":"a"}' >>after.ndjson
	run compare before.ndjson after.ndjson
	[ "$status" -eq 1 ]
	[[ $output == *"after.ndjson:49: no usage line"* ]]
	echo '{"event_type":' >after.ndjson
	run compare before.ndjson after.ndjson
	[ "$status" -eq 1 ]
	[[ $output == *"after.ndjson:1: no JSON object"* ]]
}

@test "a wrong command line ends with 2" {
	counts a.ndjson 0 2 10
	for words in a.ndjson "--before 1..2 a.ndjson a.ndjson" "--before 2026-02-30..2026-03-03 a.ndjson a.ndjson" \
		"--bucket 7 a.ndjson a.ndjson" "--after 2026-03-04..2026-03-03 a.ndjson a.ndjson"; do
		# shellcheck disable=SC2086 # several words
		run compare $words
		is 2 "$status"
	done
	run compare missing.pcap a.ndjson
	is 1 "$status"
}

@test "a window next to the counts is told, and so are too few days" {
	counts a.ndjson 0 4 10
	run --separate-stderr "$SURGETAP" compare --before 2027-01-01.. --after 2026-03-04..2026-03-05 a.ndjson
	[ "$status" -eq 0 ]
	[[ $stderr == *"nothing was counted in the window before"* && $stderr != *"window after"* ]]
	run --separate-stderr "$SURGETAP" compare --json --before 2026-03-03..2026-03-04 --after 2026-03-04..2026-03-05 a.ndjson
	[[ $stderr == *"too few days to tell how much days differ"* ]]
	is 21600 "$(row vpn flows .block_seconds <<<"$output")"
}

@test "a range's name cannot break a line" {
	counts a.ndjson 0 2 10
	sed -i 's/"range":"a"/"range":"a\\nb\\u001b[31m\\u202e"/' a.ndjson
	compare a.ndjson a.ndjson >table
	is 5 "$(wc -l <table)"
	grep -qF 'a\x0ab\x1b[31m\xe2\x80\xae' table
}

@test "the interval holds the planted ratio of composed captures" {
	cat >scenario.yaml <<YAML
start: 2026-03-02
duration: 15d
watched: [{name: a, prefix: 10.1.0.0/22, hosts: 600}]
kinds:
  - {name: vpn, sources: [{file: $captures/wireguard.pcap, port: 51820}], flows: 10, hosts: 6, pool: 40, peers: [198.18.0.0/16],
     packets: 4, squeeze: 2s, rhythm: office, noise: poisson, jumps: [{at: 14d, for: 24h, factor: 13}]}
  - {name: dns, sources: [{file: $captures/dns.pcap, port: 53}], flows: 60, hosts: 40, peers: [192.0.2.0/24]}
YAML
	held=0
	for seed in 1 2 3 4 5 6; do
		"$COMPOSE" --seed "$seed" scenario.yaml c.pcap 2>/dev/null
		compare --json -w 10.1.0.0/22=a --before ..2026-03-16 --after 2026-03-16.. c.pcap >rows
		row vpn flows '.ratio_ci95[0] <= 13 and .ratio_ci95[1] >= 13' <rows >held
		[ "$(cat held)" = false ] || held=$((held + 1))
	done
	[ "$held" -ge 5 ]
}
