#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# `surgetap replay` with good and bad input: exit status, one clear line, and what was processed is kept.

load lib

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	wireguard 1 10.0.0.1,40000 198.18.0.1,51820 | craft good.pcap
}

# status WANTED COMMAND...: runs it, output in `out` and `error`.
status() {
	local wanted=$1 got=0
	shift
	"$@" >out 2>error || got=$?
	[ "$got" -eq "$wanted" ] || {
		printf 'status %s, not %s: %s\n' "$got" "$wanted" "$*"
		cat error
		return 1
	}
}

# one_line TEXT: the error is a single line that holds the text.
one_line() {
	is 1 "$(wc -l <error)" && grep -qF -- "$1" error
}

received() {
	jq .packets.received stats.json
}

@test "a damaged capture is given up as a whole" {
	cat good.pcap >cut.pcap
	head -c $(($(stat -c %s good.pcap) - 50)) good.pcap >cut.pcap
	status 1 replay -w 10.0.0.0/8=lab cut.pcap
	one_line cut.pcap
	grep -q 'byte' error
	is "3" "$(received)"
	is "1" "$(usage vpn_flows)"
	balanced stats.json
}

@test "a missing capture stops the others" {
	status 1 replay -w 10.0.0.0/8=lab nowhere.pcap good.pcap
	one_line "nowhere.pcap: "
	is "4" "$(received)"
	is "1" "$(usage vpn_flows)"
}

@test "text instead of a capture is read as packets" {
	echo "This is no capture, whatever its name says." >text.pcap
	status 1 replay -w 10.0.0.0/8=lab text.pcap good.pcap
	one_line text.pcap
	is "4" "$(received)"
}

@test "an empty file is silently nothing" {
	: >empty.pcap
	status 1 replay empty.pcap
	one_line empty.pcap
	is "0" "$(received)"
	balanced stats.json
}

@test "a folder as capture loses its files" {
	mkdir day && cp good.pcap day/b.pcap && wireguard 100 10.0.0.2,40000 198.18.0.1,51820 | craft day/a.pcap
	status 0 replay -w 10.0.0.0/8=lab day
	is "8" "$(received)"
	is "2" "$(jq -s 'map(.vpn_flows) | add' usage.ndjson)"
}

@test "an unwritable file is found out at the end" {
	status 1 "$SURGETAP" replay --quiet --alerts nowhere/alerts good.pcap
	one_line nowhere/alerts
	status 1 "$SURGETAP" replay --quiet --usage nowhere/usage good.pcap
	one_line nowhere/usage
	status 1 "$SURGETAP" replay --quiet --stats nowhere/stats missing.pcap
	one_line nowhere/stats
	status 1 "$SURGETAP" flows --quiet --stats nowhere/stats missing.pcap
	one_line nowhere/stats
	status 1 "$SURGETAP" replay --quiet --report nowhere/page.html missing.pcap
	one_line nowhere/page.html
}

@test "a replay that could not begin sums up a capture" {
	status 1 "$SURGETAP" replay -w 10.0.0.0/8=lab --state good.pcap/state good.pcap
	grep -q "^surgetap: good.pcap/state: Not a directory" error
	[ "$(grep -c packets error)" -eq 0 ]
}

@test "a wrong option or CIDR is accepted" {
	status 2 "$SURGETAP" replay
	status 2 "$SURGETAP" replay --nonsense good.pcap
	status 2 "$SURGETAP" replay -w 10.0.0.0/99 good.pcap
	one_line 10.0.0.0/99
	status 2 "$SURGETAP" replay --usage-scale 61 good.pcap
	status 78 "$SURGETAP" replay -c nowhere.yaml good.pcap
	one_line nowhere.yaml
}

@test "a corrupt database is used" {
	head -c 3000 /dev/zero >zeros.mmdb
	status 78 "$SURGETAP" replay --quiet --geoip-asn zeros.mmdb good.pcap
	one_line zeros.mmdb
	status 78 "$SURGETAP" replay --quiet --geoip-country nowhere.mmdb good.pcap
	one_line nowhere.mmdb
}

@test "a broken line of the relay list hides its place, or stops the run" {
	printf '198.18.0.1:9001\nthis is no relay\n[2001:db8::1]:9001\n' >relays.txt
	craft relay.pcap <<-E
		1 tcp 10.0.0.1,40000 198.18.0.1,9001 S
		2 tcp 198.18.0.1,9001 10.0.0.1,40000 SA
		3 tcp 10.0.0.1,40000 198.18.0.1,9001 PA 1603010000
	E
	status 0 replay -w 10.0.0.0/8=lab --tor-relays relays.txt relay.pcap
	grep -q 'relays.txt:2' error
	is "1 0" "$(usage tor_flows) $(usage vpn_flows)"
}

@test "an unreachable Redis takes the alerts with it, or goes unnoticed" {
	compose_jump
	status 1 replay --redis redis://127.0.0.1:1 --drain 1 -w 10.0.0.0/8=lab jump.pcap
	grep -q 'not delivered to Redis' error
	jq -es 'any(.alert.context.state == "open")' alerts.ndjson
}

@test "alerts do not reach the exit status that was asked for" {
	compose_jump
	status 3 replay --fail-on-alert -w 10.0.0.0/8=lab jump.pcap
	status 0 replay -w 10.0.0.0/8=lab jump.pcap
	status 0 replay --fail-on-alert -w 10.0.0.0/8=lab good.pcap
	status 1 replay --fail-on-alert -w 10.0.0.0/8=lab jump.pcap nowhere.pcap
}

# A week of a steady tunnel or two an hour, then thirteen times that.
compose_jump() {
	[ ! -e "$BATS_FILE_TMPDIR/jump.pcap" ] || { ln -s "$BATS_FILE_TMPDIR/jump.pcap" jump.pcap; return; }
	cat >jump.yaml <<-E
		start: 2026-03-02T00:00:00Z
		duration: 8d 6h
		watched: [{name: lab, prefix: 10.0.0.0/16, hosts: 600}]
		kinds:
		  - {name: vpn, sources: [{file: $captures/wireguard.pcap}], flows: 12, hosts: 10, packets: 6, squeeze: 2s,
		     peers: [198.18.0.0/16], jumps: [{at: 8d, for: 6h, factor: 13}]}
		  - {name: dns, sources: [{file: $captures/dns.pcap}], flows: 60, hosts: 60, peers: [192.0.2.0/24]}
	E
	"$COMPOSE" jump.yaml "$BATS_FILE_TMPDIR/jump.pcap"
	ln -s "$BATS_FILE_TMPDIR/jump.pcap" jump.pcap
}

@test "a summary is printed where quiet was asked for, or not printed" {
	status 0 "$SURGETAP" replay good.pcap
	grep -q 'no --watch given' error
	grep -q 'no jump told: this is too short' error
	is "" "$(cat out)"
	status 0 "$SURGETAP" replay --quiet good.pcap
	is "" "$(cat out error)"
}

@test "the statistics lack a key of the contract" {
	status 0 replay -w 10.0.0.0/8=lab good.pcap
	jq -e '[.packets.received, .packets.decoded, .packets.not_ip, .packets.truncated, .packets.malformed,
		.packets.fragments, .packets.unsupported_link, .capture.kernel_drops, .capture.interface_drops,
		.bytes, .flows.total, .flows.active_max, .flows.evicted, .flows.by_technique.vpn, .seconds.wall,
		.seconds.trace, .alerts.open, .alerts.update, .alerts.close, .queue.dropped_records,
		.rss_max_kib] | all(type == "number")' stats.json
	is "528 1 1" "$(jq -r '"\(.bytes) \(.flows.total) \(.flows.by_technique.vpn)"' stats.json)"
}

@test "counts that a full disk did not take are no failure" {
	[ -w /dev/full ] || skip "no /dev/full"
	status 1 "$SURGETAP" replay --quiet --alerts /dev/null --usage /dev/full -w 10.0.0.0/8=lab good.pcap
	one_line "/dev/full: No space left on device"
}
