#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Baselines that survive a restart: `--state DIR`.

bats_require_minimum_version 1.5.0
load lib

setup_file() {
	cd "$BATS_FILE_TMPDIR" || return
	root=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
	cat >jump.yaml <<YAML
start: 2026-03-03T00:00:00Z
duration: 16d
seed: 5
watched: [{name: lab, prefix: 175.45.176.0/22, hosts: 840}]
kinds:
  - name: vpn
    sources: [{file: $root/tests/lab/captures/wireguard.pcap, port: 51820}]
    flows: 24
    hosts: 16
    packets: 8
    squeeze: 2s
    jumps: [{at: 14d, for: 24h, factor: 13}]
  - name: dns
    sources: [{file: $root/tests/lab/captures/dns.pcap, port: 53}]
    flows: 420
    hosts: 400
YAML
	"${COMPOSE:-$root/build/${MODE:-release}/compose}" jump.yaml whole.pcap
	# Cut on the day: a week and a half of quiet, half of the jump, the rest.
	python3 - <<'PY'
import struct
data = open("whole.pcap", "rb").read()
start = struct.unpack("<I", data[24:28])[0] // 86400 * 86400
parts = [open(f"part{n}.pcap", "wb") for n in range(4)]
for part in parts:
    part.write(data[:24])
place = 24
while place < len(data):
    second, _, captured, _ = struct.unpack("<IIII", data[place:place + 16])
    day = (second - start) / 86400
    part = 0 if day < 7 else 1 if day < 12 else 2 if day < 14.5 else 3
    parts[part].write(data[place:place + 16 + captured])
    place += 16 + captured
PY
}

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	data=$BATS_FILE_TMPDIR
}

events() {
	jq -r '.alert.context | "\(.technique) \(.state) \(.alert_id) \(.window.start) \(.rise_percent)"' "$@"
}

whole() {
	"$SURGETAP" replay --quiet -w 175.45.176.0/22=lab --alerts whole.ndjson "$data/whole.pcap"
}

@test "a replay in four pieces with --state raises other alerts than one run" {
	whole
	[ "$(events whole.ndjson | grep -c ' open ')" -ge 1 ]
	for part in 0 1 2 3; do
		"$SURGETAP" replay --quiet -w 175.45.176.0/22=lab --state state --alerts "part$part.ndjson" "$data/part$part.pcap"
	done
	is "$(events whole.ndjson)" "$(events part*.ndjson)"
}

@test "without --state the jump's second half is compared with nothing that was learnt" {
	"$SURGETAP" replay --quiet -w 175.45.176.0/22=lab --alerts late.ndjson "$data/part3.pcap"
	[ "$(events late.ndjson | grep -c ' close ')" -eq 0 ]
}

@test "a damaged file of baselines is used, or stops the start" {
	mkdir state
	"$SURGETAP" replay --quiet -w 175.45.176.0/22=lab --state state --alerts one.ndjson "$data/part0.pcap"
	for damage in 'truncate -s -9 baselines' 'printf x | dd of=baselines bs=1 seek=300 conv=notrunc' ': >baselines' 'echo text >baselines'; do
		"$SURGETAP" replay --quiet -w 175.45.176.0/22=lab --state state --alerts one.ndjson "$data/part0.pcap"
		(cd state && eval "$damage") 2>/dev/null
		run --separate-stderr "$SURGETAP" replay --quiet -w 175.45.176.0/22=lab --state state --alerts two.ndjson "$data/part0.pcap"
		echo "$damage: $status $stderr"
		[ "$status" -eq 0 ]
		[[ $stderr == *"state/baselines: "*"learning begins anew"* ]]
		[ -s state/baselines.damaged ] || [[ $damage == ': >'* ]]
		[ -s state/baselines ]
	done
}

@test "a state folder that cannot be made goes unnoticed" {
	: >file
	run --separate-stderr "$SURGETAP" replay --quiet -w 175.45.176.0/22=lab --state file/state --alerts one.ndjson "$data/part0.pcap"
	[ "$status" -eq 1 ]
	[[ $stderr == *"file/state"* ]]
}
