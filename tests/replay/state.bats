#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# What a run leaves to the next one: `--state DIR`.

bats_require_minimum_version 1.5.0
load lib

setup_file() {
	cd "$BATS_FILE_TMPDIR" || return
	root=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
	# Under sanitizers the range is calmer; what is cut, kept and taken up is the same.
	local others=420
	[[ ${MODE:-release} == release ]] || others=60
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
    flows: $others
    hosts: $((others - 20))
YAML
	"${COMPOSE:-$root/build/${MODE:-release}/compose}" jump.yaml whole.pcap
	"$SURGETAP" replay --quiet -w 175.45.176.0/22=lab --alerts whole.ndjson --usage whole.usage --state whole whole.pcap
}

# cut SECOND...: cuts whole.pcap at these times, counted from its begin, into piece0.pcap, piece1.pcap ...
cut_whole() {
	python3 - "$BATS_FILE_TMPDIR/whole.pcap" "$@" <<'PY'
import struct, sys
data = open(sys.argv[1], "rb").read()
cuts = [float(second) for second in sys.argv[2:]]
start = struct.unpack("<I", data[24:28])[0] // 86400 * 86400
pieces = [open(f"piece{n}.pcap", "wb") for n in range(len(cuts) + 1)]
for piece in pieces:
    piece.write(data[:24])
place = 24
while place < len(data):
    second, micro, captured, _ = struct.unpack("<IIII", data[place:place + 16])
    number = sum(second - start + micro / 1e6 >= cut for cut in cuts)
    pieces[number].write(data[place:place + 16 + captured])
    place += 16 + captured
PY
}

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	data=$BATS_FILE_TMPDIR
}

# run_pieces COUNT [OPTION...]: replays them one after the other; alerts and usage go to pieces.ndjson, pieces.usage.
run_pieces() {
	local count=$1 number
	shift
	for ((number = 0; number < count; number++)); do
		"$SURGETAP" replay --quiet -w 175.45.176.0/22=lab "$@" --state state --alerts alerts$number --usage usage$number piece$number.pcap
		cat alerts$number >>pieces.ndjson
		cat usage$number >>pieces.usage
	done
}

# The alerts and the usage of the pieces are those of one run, byte for byte.
same_as_whole() {
	cmp "$data/whole.ndjson" pieces.ndjson
	cmp "$data/whole.usage" pieces.usage
}

replay_piece() {
	"$SURGETAP" replay --quiet -w 175.45.176.0/22=lab --state state --alerts "alerts$1" --usage "usage$1" "piece$1.pcap"
}

# Feeds the first half of a piece to a replay that then waits for more; its process is $sensor.
start_half() {
	local bytes
	bytes=$(stat -c %s "piece$1.pcap")
	mkfifo half.pcap
	"$SURGETAP" replay --quiet -w 175.45.176.0/22=lab --state state --alerts halfalerts half.pcap 2>half.log &
	sensor=$!
	exec 7>half.pcap
	# It returns when the sensor has read all but what the pipe holds.
	head -c $((bytes / 2)) "piece$1.pcap" >&7
}

DAY=86400
JUMP=$((14 * DAY))

@test "one run with --state raises other alerts than one without" {
	"$SURGETAP" replay --quiet -w 175.45.176.0/22=lab --alerts plain.ndjson "$data/whole.pcap"
	cmp "$data/whole.ndjson" plain.ndjson
	[ "$(jq -r .alert.context.state plain.ndjson | sort -u | xargs)" = "close open" ]
}

@test "two pieces, cut in the middle of a minute" {
	cut_whole $((9 * DAY + 12345)).5
	run_pieces 2
	same_as_whole
}

@test "four pieces: in a quiet hour, in the first hour of the jump, in the middle of it, in its last minute" {
	cut_whole $((3 * DAY + 1800)) $((JUMP + 2000)) $((JUMP + DAY / 2 + 17)) $((JUMP + DAY - 7))
	run_pieces 5
	same_as_whole
}

@test "pieces run with other numbers of workers" {
	cut_whole $((JUMP + 2000)) $((JUMP + 5555))
	for number in 0 1 2; do
		"$SURGETAP" replay --quiet -w 175.45.176.0/22=lab --workers $((3 - number)) --state state --alerts alerts --usage usage piece$number.pcap
		cat alerts >>pieces.ndjson
		cat usage >>pieces.usage
	done
	same_as_whole
}

@test "a piece of one packet" {
	cut_whole $((JUMP + 2000)) $((JUMP + 2000)).2
	run_pieces 3
	same_as_whole
}

@test "a run without packets loses what is kept" {
	cut_whole $((JUMP + 2000))
	head -c 24 piece0.pcap >empty.pcap
	replay_piece 0
	"$SURGETAP" replay --quiet -w 175.45.176.0/22=lab --state state --alerts none empty.pcap
	replay_piece 1
	cat alerts0 none alerts1 >pieces.ndjson
	cat usage0 usage1 >pieces.usage
	same_as_whole
}

@test "SIGKILL in the middle of a piece: the next run begins where that one did" {
	cut_whole $((3 * DAY + 1800)) $((JUMP + 2000))
	replay_piece 0
	cp state/baselines before
	start_half 1
	kill -9 "$sensor"
	wait "$sensor" || true
	exec 7>&-
	cmp before state/baselines
	replay_piece 1
	replay_piece 2
	cat alerts[0-2] >pieces.ndjson
	cat usage[0-2] >pieces.usage
	same_as_whole
}

@test "death while the state is written: the one from before stays, and is not damaged" {
	cut_whole $((3 * DAY + 1800)) $((JUMP + 2000))
	replay_piece 0
	cp state/baselines before
	# SIGXFSZ comes with the first byte beyond 16 KiB, which the state alone has.
	run --separate-stderr bash -c 'ulimit -c 0; ulimit -f 16; exec "$@"' limited \
		"$SURGETAP" replay --quiet -w 175.45.176.0/22=lab --state state --alerts alerts1 piece1.pcap
	[ "$status" -ge 128 ]
	[ -s state/baselines.new ]
	cmp before state/baselines
	run --separate-stderr replay_piece 1
	[ "$status" -eq 0 ]
	[ -z "$stderr" ]
	[ ! -e state/baselines.new ]
	replay_piece 2
	cat alerts[0-2] >pieces.ndjson
	cat usage[0-2] >pieces.usage
	same_as_whole
}

@test "a replay of files that is interrupted spoils the state for its repetition" {
	cut_whole $((3 * DAY + 1800)) $((JUMP + 2000))
	replay_piece 0
	cp state/baselines before
	start_half 1
	kill -INT "$sensor"
	# The reader looks at the signal when a packet has come.
	tail -c +$(($(stat -c %s piece1.pcap) / 2 + 1)) piece1.pcap >&7 2>/dev/null || true
	exec 7>&-
	wait "$sensor" || true
	cat half.log
	grep -q 'the state is as it was before' half.log
	cmp before state/baselines
}

@test "a state that cannot be written goes unnoticed" {
	cut_whole $((3 * DAY))
	replay_piece 0
	cp state/baselines before
	mkdir state/baselines.new
	run --separate-stderr replay_piece 1
	[ "$status" -eq 1 ]
	[[ $stderr == *"state/baselines: "* ]]
	cmp before state/baselines
}

@test "packets from before the state are counted again, or nobody is told" {
	cut_whole $((3 * DAY))
	replay_piece 0
	run --separate-stderr replay_piece 0
	[ "$status" -eq 0 ]
	[[ $stderr == *" packets are older than what state has seen, which reaches to 2026-03-05T23:59:"* ]]
	[ ! -s usage0 ]
}

@test "without --state the jump's second half is compared with nothing that was learnt" {
	cut_whole $((JUMP + DAY / 2))
	"$SURGETAP" replay --quiet -w 175.45.176.0/22=lab --alerts late.ndjson piece1.pcap
	[ "$(jq -r 'select(.alert.context.state == "close")' late.ndjson | wc -l)" -eq 0 ]
}

@test "a damaged state is used, or stops the start" {
	cut_whole $((3 * DAY))
	replay_piece 0
	cp state/baselines good
	for damage in 'truncate -s -9 baselines' 'printf x | dd of=baselines bs=1 seek=300 conv=notrunc' ': >baselines' \
		'echo text >baselines' 'head -c 65568 good >baselines' 'cat good good >baselines' 'truncate -s 20 baselines' \
		'printf "\\377" | dd of=baselines bs=1 seek=16 conv=notrunc'; do
		cp good state/baselines
		cp good state/good
		(cd state && eval "$damage") 2>/dev/null
		run --separate-stderr replay_piece 0
		echo "$damage: $status $stderr"
		[ "$status" -eq 0 ]
		[[ $stderr == *"state/baselines: "*"; learning begins anew"* ]]
		[ -e state/baselines.damaged ]
		cmp good state/baselines
	done
}

@test "a state folder that cannot be made goes unnoticed" {
	cut_whole $((3 * DAY))
	: >file
	run --separate-stderr "$SURGETAP" replay --quiet -w 175.45.176.0/22=lab --state file/state --alerts one.ndjson piece0.pcap
	[ "$status" -eq 1 ]
	[[ $stderr == *"file/state"* ]]
}
