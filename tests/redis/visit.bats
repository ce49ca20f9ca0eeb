#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# surgetap spool: what waits is seen, and brought to another server.

load lib
answer= # what the publisher said last

setup() {
	SURGETAP=${SURGETAP:-$BATS_TEST_DIRNAME/../../${BUILD:-build/release}/surgetap}
	STATE=$BATS_TEST_TMPDIR/state
}

teardown() {
	stop_all
}

spool() {
	"$SURGETAP" spool --state "$STATE" "$@"
}

# fill N: a spool in which N alerts wait, their records in right.ndjson.
fill() {
	FEED_URL=unix:///nowhere/redis.sock start_feed --state "$STATE" --alerts "$BATS_TEST_TMPDIR/right.ndjson"
	say alerts "$1"
	end_feed
}

fingerprint() {
	(cd "$STATE" && find . -type f -exec sha256sum {} + | sort)
}

@test "list prints the records of the alerts file, and nothing changes by it" {
	fill 700
	before=$(fingerprint)
	spool list | cmp - "$BATS_TEST_TMPDIR/right.ndjson"
	[ "$(spool count)" -eq 700 ]
	[ "$(fingerprint)" = "$before" ]
}

@test "what waits is seen while the sensor runs" {
	start_feed --state "$STATE"
	say alerts 20
	[ "$(spool count)" -eq 20 ]
	start_server
	say drain 60
	[ "$(spool count)" -eq 0 ]
	end_feed
}

@test "replay brings everything to another server in its order, and the sensor's own still gets it" {
	fill 700
	start_server
	spool --redis "$URL" replay 2>"$LOG"
	log_has "Redis has taken 700 alerts, the spool still holds them"
	stream_alerts | cmp - "$BATS_TEST_TMPDIR/right.ndjson"
	[ "$(spool count)" -eq 700 ]
}

@test "flat fields of a replayed alert are those that the sensor would have written" {
	fill 5
	start_server
	spool --redis "$URL" --quiet replay
	replayed=$(cli --json xrange surgetap:alerts - + | jq -c '[.[][1]]')
	cli del surgetap:alerts
	start_feed --state "$STATE"
	say drain 60
	end_feed
	[ "$(cli --json xrange surgetap:alerts - + | jq -c '[.[][1]]')" = "$replayed" ]
}

@test "forget empties the spool, and what comes later is kept again" {
	fill 300
	start_server
	spool --redis "$URL" --forget --quiet replay
	[ "$(spool count)" -eq 0 ]
	[ "$(cli xlen surgetap:alerts)" -eq 300 ]
	fill 10
	[ "$(spool count)" -eq 10 ]
}

@test "forget keeps what was not delivered" {
	local status=0
	fill 30
	spool --redis "$URL" --drain 0 --forget replay 2>"$LOG" || status=$?
	[ "$status" -eq 1 ]
	log_has "cannot connect"
	[ "$(spool count)" -eq 30 ]
}

@test "forget is refused while the sensor runs" {
	local status=0
	start_server
	start_feed --state "$STATE"
	say alerts 1
	spool --redis "$URL" --forget replay 2>"$BATS_TEST_TMPDIR/replay.log" || status=$?
	[ "$status" -eq 1 ]
	grep -qF "$STATE/spool: another sensor uses it" "$BATS_TEST_TMPDIR/replay.log"
	end_feed
}

@test "password for the other server comes from the environment" {
	fill 3
	start_server --requirepass hunter2
	SURGETAP_REDIS_PASSWORD=hunter2 spool --redis "$URL" --quiet replay
	[ "$(REDISCLI_AUTH=hunter2 cli xlen surgetap:alerts)" -eq 3 ]
}

@test "hours that wait are listed as the lines of usage, and brought to another server once" {
	FEED_URL=unix:///nowhere/redis.sock start_feed --state "$STATE" --usage "$BATS_TEST_TMPDIR/usage.ndjson"
	say hours a 1763704800 300
	say hours b 1763704800 5
	say alerts 2
	end_feed
	[ "$(spool --hours count)" -eq 305 ]
	[ "$(spool count)" -eq 2 ]
	spool --hours list | cmp - "$BATS_TEST_TMPDIR/usage.ndjson"
	start_server
	for _ in 1 2; do
		spool --hours --redis "$URL" replay 2>"$LOG"
		log_has "Redis has taken 305 hours, the spool still holds them"
		[ "$(cli xlen surgetap:usage-hour:a)" -eq 300 ]
		[ "$(cli xlen surgetap:usage-hour:b)" -eq 5 ]
	done
	[ "$(cli exists surgetap:alerts)" -eq 0 ]
	spool --hours --redis "$URL" --forget --quiet replay
	[ "$(spool --hours count)" -eq 0 ]
	[ "$(spool count)" -eq 2 ]
}

@test "a folder without a spool is told, not taken for an empty one" {
	local status=0
	spool list 2>"$LOG" || status=$?
	[ "$status" -eq 1 ]
	log_has "$STATE/spool: No such file or directory"
	[ ! -e "$STATE" ]
}

@test "spool of a newer version is told and left alone, by sensor and by list" {
	local status=0 command
	fill 3
	printf '\x63' | dd of="$(echo "$STATE"/spool/*.spool)" bs=1 seek=15 conv=notrunc status=none
	before=$(fingerprint)
	for command in spool feed; do
		status=0
		if [ "$command" = spool ]; then
			spool list >"$LOG" 2>&1 || status=$?
		else
			"$FEED_BIN" "$URL" --state "$STATE" </dev/null >"$LOG" 2>&1 || status=$?
		fi
		[ "$status" -eq 1 ]
		[ "$(cat "$LOG")" = "surgetap: $STATE/spool: a newer version wrote it" ]
	done
	[ "$(fingerprint)" = "$before" ]
}

@test "reader of the list that leaves is no crash" {
	fill 700
	spool list 2>"$LOG" | head -n 1 >/dev/null
	[ "$(cat "$LOG")" = "surgetap: standard output: write error" ] || [ ! -s "$LOG" ]
}

@test "wrong words are a usage error that says what is wanted" {
	local words
	for words in "" "lst" "list count" "replay"; do
		status=0
		# shellcheck disable=SC2086 # words
		spool $words >"$LOG" 2>&1 || status=$?
		[ "$status" -eq 2 ]
		[ "$(wc -l <"$LOG")" -eq 1 ]
	done
	status=0
	"$SURGETAP" spool list 2>"$LOG" || status=$?
	[ "$status" -eq 2 ]
	log_has "no --state given"
}
