#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# The control group: is a rise the range's own, or everybody's?

load lib

# scenario NAME FACTOR: five quiet days, then a day of fivefold TLS from the watched range, and of FACTOR from the others.
scenario() {
	cat >"$1.yaml" <<-E
		start: 2026-03-02T00:00:00Z
		duration: 6d 6h
		seed: 18
		watched:
		  - {name: lab, prefix: 10.0.0.0/16, hosts: 600}
		  - {name: others, prefix: 100.64.0.0/16, hosts: 1500}
		kinds:
		  - {name: tls, sources: [{file: $captures/tls13.pcap}], flows: 40, hosts: 30, pool: 60, peers: [192.0.2.0/24], packets: 12, noise: poisson, jumps: [{at: 5d, for: 24h, factor: 5}]}
		  - {name: dns, sources: [{file: $captures/dns.pcap}], flows: 200, hosts: 150, pool: 600, peers: [192.0.2.0/24], noise: poisson}
		  - {name: tls-others, watched: others, sources: [{file: $captures/tls13.pcap}], flows: 150, hosts: 120, pool: 200, peers: [192.0.2.0/24], packets: 12, noise: poisson, jumps: [{at: 5d, for: 24h, factor: $2}]}
		  - {name: dns-others, watched: others, sources: [{file: $captures/dns.pcap}], flows: 300, hosts: 250, pool: 1500, peers: [192.0.2.0/24], noise: poisson}
	E
	"$COMPOSE" "$1.yaml" "$1.pcap"
}

# run_into NAME [OPTION...]: alerts and usage into NAME.alerts and NAME.usage.
run_into() {
	local name=$1
	shift
	"$SURGETAP" replay --quiet -w 10.0.0.0/16=lab --sensor test --control-sample 0.3 --alerts "$name.alerts" --usage "$name.usage" \
		--stats "$name.stats" "$@"
}

setup_file() {
	load lib
	cd "$BATS_FILE_TMPDIR" || return
	scenario own 1
	scenario shared 5
	run_into own own.pcap
	run_into shared shared.pcap
}

setup() {
	cd "$BATS_FILE_TMPDIR" || return
}

# verdicts NAME: of the jump's alerts.
verdicts() {
	jq -r '.alert.context | select(.technique == "tls" and (.state == "open" or .state == "close")) | "\(.state) \(.control.verdict)"' "$1.alerts"
}

@test "a rise of everyone's is told as the range's own, or the other way round" {
	is "$(printf '%s\n' 'open own' 'close own')" "$(verdicts own)"
	is "$(printf '%s\n' 'open shared' 'close shared')" "$(verdicts shared)"
}

@test "the control group's ratio is another than the planted one" {
	jq -e -s 'map(.alert.context | select(.technique == "tls" and .state == "close") | .control)[0] | .ratio > 0.8 and .ratio < 1.25 and .excess_ratio > 3.5' own.alerts
	jq -e -s 'map(.alert.context | select(.technique == "tls" and .state == "close") | .control)[0] | .ratio > 4 and .ratio < 6 and .excess_ratio < 1.4 and .ratio_low < 5 and .ratio_high > 4.5' shared.alerts
}

@test "the group is not three in ten of the unwatched hosts" {
	hosts=$(jq -s 'map(.alert.context | select(.state == "close") | .control.hosts) | max' shared.alerts)
	echo "$hosts"
	((hosts > 380 && hosts < 520))
}

@test "the number of workers changes what is said of the group or of the hosts that moved" {
	# Under sanitizers once: five threads meet as often.
	for workers in $([[ ${MODE:-release} == release ]] && echo 2 4) 5; do
		run_into "w$workers" --workers "$workers" shared.pcap
		cmp shared.alerts "w$workers.alerts"
		cmp shared.usage "w$workers.usage"
	done
}

@test "watched hosts are counted otherwise when there is a group" {
	run_into none --control-sample 0 own.pcap
	cmp own.usage none.usage
	cmp <(jq -c "del(.alert.context.control, .alert.context.explanation)" own.alerts) <(jq -c "del(.alert.context.explanation)" none.alerts)
	is "0 0" "$(jq -r '"\(.decoded.control) \(.flows.control)"' none.stats)"
	is "$(jq '.flows.total, .flows.by_technique' none.stats)" "$(jq '.flows.total, .flows.by_technique' own.stats)"
	[ "$(jq .flows.control own.stats)" -gt 10000 ]
}

# cut_at NAME DAY...: NAME.pcap at so many days after its first midnight, into NAME.0.pcap, NAME.1.pcap ...
cut_at() {
	python3 - "$@" <<-'P'
		import struct, sys
		name, cuts = sys.argv[1], [float(day) for day in sys.argv[2:]]
		data = open(name + ".pcap", "rb").read()
		parts = [open(f"{name}.{n}.pcap", "wb") for n in range(len(cuts) + 1)]
		for part in parts:
		    part.write(data[:24])
		place, start = 24, struct.unpack("<I", data[24:28])[0] // 86400 * 86400
		while place < len(data):
		    second, micro, captured, _ = struct.unpack("<IIII", data[place:place + 16])
		    day = (second + micro / 1e6 - start) / 86400
		    parts[sum(day >= cut for cut in cuts)].write(data[place:place + 16 + captured])
		    place += 16 + captured
	P
}

# What is said of the group and of the hosts that moved.
compared() {
	jq -c '.alert.context | [.alert_id, .state, .observed, .expected, .control, .coordination, .explanation]' "$@"
}

@test "pieces with --state are compared with another group, or forget who was there" {
	cut_at shared 1.3 3.51234 5.5
	for piece in 0 1 2 3; do
		run_into "piece$piece" --state state "shared.$piece.pcap"
	done
	run_into whole --state other shared.pcap
	is "$(compared whole.alerts)" "$(compared piece?.alerts)"
	[ "$(compared whole.alerts | wc -l)" -ge 2 ]
}

@test "a group of another size is taken for one that has risen" {
	cut_at own 4.5
	run_into first --state grown own.0.pcap
	run_into second --state grown --control-sample 0.9 own.1.pcap
	is "null" "$(jq -s '.[0].alert.context.control' second.alerts)"
	rm -r grown
	run_into first --state gone own.0.pcap
	run_into second --state gone --control-sample 0 own.1.pcap
	is "null" "$(jq -s '.[0].alert.context.control' second.alerts)"
}

@test "a share that is none is taken" {
	for share in -1 1.5 x nan; do
		run "$SURGETAP" replay --quiet --control-sample "$share" own.pcap
		echo "$share: $status $output"
		[ "$status" -eq 2 ]
		[[ $output == *"--control-sample: '$share' is not a number from 0 to 1"* ]]
	done
}
