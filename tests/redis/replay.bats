#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# The whole program with a Redis server: what a replay leaves there.

load lib

setup_file() {
	local root=$BATS_TEST_DIRNAME/../..
	export SURGETAP=${SURGETAP:-$root/${BUILD:-build/release}/surgetap}
	export CAPTURE=$BATS_FILE_TMPDIR/jump.pcap
	"$root/${BUILD:-build/release}/compose" "$BATS_TEST_DIRNAME/jump.yaml" "$CAPTURE"
}

teardown() {
	stop_all
}

replay() {
	"$SURGETAP" replay --quiet --sensor tap-1 -w 175.45.176.0/22=star-jv --redis "$URL" \
		--alerts "$BATS_TEST_TMPDIR/alerts.ndjson" --usage "$BATS_TEST_TMPDIR/usage.ndjson" "$@" 2>>"$LOG"
}

assert_same_alerts() {
	stream_alerts >"$BATS_TEST_TMPDIR/stream.ndjson"
	cmp "$BATS_TEST_TMPDIR/alerts.ndjson" "$BATS_TEST_TMPDIR/stream.ndjson"
	[ "$(jq -r .alert.context.state "$BATS_TEST_TMPDIR/stream.ndjson" | sort | uniq -c | tr -s ' \n' ' ')" = " 2 close 2 open " ]
}

@test "alerts and usage of a replay are in Redis as they are in the files" {
	start_server
	replay "$CAPTURE"
	assert_same_alerts
	cli --json xrange surgetap:usage:star-jv - + | jq -c '.[] | .[0] as $id | .[1]
		| [range(0; length; 2) as $i | {key: .[$i], value: (.[$i + 1] | tonumber)}] | from_entries
		| {time_ms: ($id | split("-")[0] | tonumber)} + .' >"$BATS_TEST_TMPDIR/stream-usage.ndjson"
	jq -c 'del(.timestamp, .event_type, .range, .scale_seconds)' "$BATS_TEST_TMPDIR/usage.ndjson" |
		cmp - "$BATS_TEST_TMPDIR/stream-usage.ndjson"
	[ "$(wc -l <"$BATS_TEST_TMPDIR/stream-usage.ndjson")" -eq 14400 ]
}

@test "Redis gets minutes whatever the scale of the usage file" {
	start_server
	replay --usage-scale 3600 "$CAPTURE"
	[ "$(cli xlen surgetap:usage:star-jv)" -eq 14400 ]
	[ "$(wc -l <"$BATS_TEST_TMPDIR/usage.ndjson")" -eq 240 ]
	[ "$(jq -r .scale_seconds "$BATS_TEST_TMPDIR/usage.ndjson" | sort -u)" = 3600 ]
}

# fields STREAM: its entries as lines of usage, without what is in a file alone.
fields() {
	cli --json xrange "$1" - + | jq -c '.[] | .[0] as $id | .[1]
		| [range(0; length; 2) as $i | {key: .[$i], value: (.[$i + 1] | tonumber)}] | from_entries
		| {time_ms: ($id | split("-")[0] | tonumber)} + .'
}

@test "hours in Redis are those of the file, hosts merged and not added" {
	start_server
	replay --usage-scale 3600 "$CAPTURE"
	fields surgetap:usage-hour:star-jv >"$BATS_TEST_TMPDIR/hours.ndjson"
	jq -c 'del(.timestamp, .event_type, .range, .scale_seconds)' "$BATS_TEST_TMPDIR/usage.ndjson" |
		cmp - "$BATS_TEST_TMPDIR/hours.ndjson"
	# An hour's flows are its minutes' flows, its hosts are no more than its minutes' hosts.
	fields surgetap:usage:star-jv | jq -cs 'group_by(.time_ms / 3600000 | floor)
		| map({flows: (map(.all_flows) | add), hosts: (map(.all_hosts) | add)})' >"$BATS_TEST_TMPDIR/minutes.json"
	jq -cs --slurpfile minutes "$BATS_TEST_TMPDIR/minutes.json" '
		length == 240 and map(.all_flows) == ($minutes[0] | map(.flows))
		and ([.[].all_hosts] | add) < ([$minutes[0][].hosts] | add)' "$BATS_TEST_TMPDIR/hours.ndjson" | grep -qx true
}

@test "replay in pieces with a state tells each hour once and whole" {
	start_server
	"$SURGETAP" replay --quiet -w 175.45.176.0/22=star-jv --usage "$BATS_TEST_TMPDIR/whole.ndjson" --usage-scale 3600 --alerts /dev/null "$CAPTURE"
	head -c 5000000 "$CAPTURE" >"$BATS_TEST_TMPDIR/first.pcap"
	replay --state "$BATS_TEST_TMPDIR/state" "$BATS_TEST_TMPDIR/first.pcap" || true # its last packet is cut
	first=$(cli xlen surgetap:usage-hour:star-jv)
	((first > 10 && first < 230))
	replay --state "$BATS_TEST_TMPDIR/state" "$CAPTURE"
	fields surgetap:usage-hour:star-jv | jq -c '[.time_ms, .coverage]' >"$BATS_TEST_TMPDIR/pieces"
	jq -c '[.time_ms, .coverage]' "$BATS_TEST_TMPDIR/whole.ndjson" | head -n 239 | diff - "$BATS_TEST_TMPDIR/pieces"
}

@test "alerts are what Suricata's own schema allows" {
	[ -n "${SURGETAP_EVE_SCHEMA:-}" ] || skip "SURGETAP_EVE_SCHEMA names no schema"
	start_server
	replay "$CAPTURE"
	stream_alerts | python3 -c '
import json, sys, jsonschema
schema = json.load(open(sys.argv[1]))
for line in sys.stdin:
    jsonschema.validate(json.loads(line), schema)' "$SURGETAP_EVE_SCHEMA"
}

@test "second replay tells the same events and doubles no bucket" {
	start_server
	replay "$CAPTURE"
	replay "$CAPTURE"
	[ "$(cli xlen surgetap:alerts)" -eq 8 ]
	[ "$(stream_alerts | jq -r '.alert.context | "\(.alert_id) \(.state) \(.window.end)"' | sort -u | wc -l)" -eq 4 ]
	[ "$(cli xlen surgetap:usage:star-jv)" -eq 14400 ]
	[ "$(cli xlen surgetap:usage-hour:star-jv)" -eq 240 ]
}

@test "replay ends with status 1 when Redis stays away, and the files are whole" {
	local status=0
	replay --drain 0 "$CAPTURE" || status=$?
	[ "$status" -eq 1 ]
	log_has "cannot connect"
	[ "$(wc -l <"$BATS_TEST_TMPDIR/alerts.ndjson")" -eq 4 ]
}

@test "replay waits for a server that comes late" {
	local process
	replay --drain 100 "$CAPTURE" 3>&- &
	process=$!
	wait_for log_has "cannot connect"
	start_server
	wait "$process"
	assert_same_alerts
}

@test "server that dies in the middle of a replay and comes back has every alert" {
	local process
	start_server --appendonly yes --appendfsync always
	mkfifo "$BATS_TEST_TMPDIR/half.pcap"
	replay --drain 100 - <"$BATS_TEST_TMPDIR/half.pcap" 3>&- &
	process=$!
	exec 9>"$BATS_TEST_TMPDIR/half.pcap"
	head -c 5000000 "$CAPTURE" >&9
	wait_for has_usage
	kill_server
	tail -c +5000001 "$CAPTURE" >&9
	exec 9>&-
	wait_for log_has "redis:"
	start_server --appendonly yes --appendfsync always
	wait "$process"
	assert_same_alerts
	[ "$(cli xlen surgetap:usage:star-jv)" -eq 14400 ]
}

has_usage() {
	[ "$(cli xlen surgetap:usage:star-jv)" -gt 0 ]
}

@test "statistics tell what waits in the spool, and what was lost" {
	local status=0
	replay --drain 0 --state "$BATS_TEST_TMPDIR/state" --stats "$BATS_TEST_TMPDIR/stats.json" "$CAPTURE" || status=$?
	[ "$status" -eq 1 ]
	# 14,399 minutes, 239 hours, 4 alerts: with --state the last minute, of which 48 s were seen, waits for the run in which it ends,
	# and the last hour too.
	jq -e '.redis | .spool_pending == 4 and .spool_bytes > 4000 and .spool_errors == 0 and .dropped_usage == 0
		and .pending == 14642' "$BATS_TEST_TMPDIR/stats.json"
}

@test "alerts that were left over are delivered by the next run, even one without packets" {
	local status=0
	replay --drain 0 --state "$BATS_TEST_TMPDIR/state" "$CAPTURE" || status=$?
	[ "$status" -eq 1 ]
	log_has "alerts and hours stay in the spool"
	mv "$BATS_TEST_TMPDIR/alerts.ndjson" "$BATS_TEST_TMPDIR/first.ndjson"
	head -c 24 "$CAPTURE" >"$BATS_TEST_TMPDIR/empty.pcap"
	start_server
	replay --state "$BATS_TEST_TMPDIR/state" "$BATS_TEST_TMPDIR/empty.pcap"
	mv "$BATS_TEST_TMPDIR/first.ndjson" "$BATS_TEST_TMPDIR/alerts.ndjson"
	assert_same_alerts
}

@test "password of a URL does not stay on the list of processes" {
	local process
	start_server --requirepass hunter2
	URL=unix://:hunter2@$SOCKET
	mkfifo "$BATS_TEST_TMPDIR/capture"
	"$SURGETAP" replay --quiet --redis "$URL" --alerts /dev/null - <"$BATS_TEST_TMPDIR/capture" 3>&- &
	process=$!
	exec 9>"$BATS_TEST_TMPDIR/capture"
	# A sensor that has come as far as the server has read its arguments.
	wait_for has_client
	args=$(tr '\0' ' ' <"/proc/$process/cmdline")
	cat "$CAPTURE" >&9
	exec 9>&-
	wait "$process"
	[[ $args == *"--redis unix://:*******@"* ]]
}

has_client() {
	[ "$(REDISCLI_AUTH=hunter2 cli client list 2>/dev/null | grep -c cmd=auth)" -gt 0 ]
}

@test "malformed URL ends with status 2, one line, and without the password" {
	local status=0
	"$SURGETAP" replay --redis redis://:hunter2@host:port "$CAPTURE" >"$LOG" 2>&1 || status=$?
	[ "$status" -eq 2 ]
	[ "$(wc -l <"$LOG")" -eq 1 ]
	log_lacks hunter2
}
