#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Alerts that outlive the sensor.

load lib
answer= # what the publisher said last

setup() {
	STATE=$BATS_TEST_TMPDIR/state
}

teardown() {
	stop_all
}

kill_feed() {
	kill -KILL "$FEED_PROCESS"
	wait "$FEED_PROCESS" 2>/dev/null || true
	FEED_PROCESS=
}

@test "alerts of a sensor that was killed are delivered by the next run, also one without alerts" {
	start_feed --state "$STATE"
	say alerts 500
	kill_feed
	start_server
	start_feed --state "$STATE"
	say drain 60
	[ "$answer" = "pending 0" ]
	log_has "500 alerts wait from an earlier run"
	end_feed
	[ "$(cli xlen surgetap:alerts)" -eq 500 ]
	[ "$(unique_ids)" -eq 500 ]
	start_feed --state "$STATE"
	say drain 60
	end_feed
	[ "$(cli xlen surgetap:alerts)" -eq 500 ]
}

@test "alerts keep their order through a queue that is smaller than the spool" {
	start_feed --state "$STATE" --queue 10 --alerts "$BATS_TEST_TMPDIR/alerts.ndjson"
	say alerts 700
	say stats
	[[ $answer == "acknowledged 0 pending 700 dropped 0 "* ]]
	start_server
	say drain 60
	[ "$answer" = "pending 0" ]
	end_feed
	stream_alerts | cmp - "$BATS_TEST_TMPDIR/alerts.ndjson"
}

@test "end of a run with a server away says that the alerts stay" {
	start_feed --state "$STATE"
	say alerts 5
	say drain 0
	[ "$answer" = "pending 5" ]
	end_feed
	log_has "alerts stay in the spool"
}

@test "second sensor on the same state is refused with the folder's name" {
	local status=0
	start_feed --state "$STATE"
	say alerts 1
	"$FEED_BIN" "$URL" --state "$STATE" </dev/null 2>"$BATS_TEST_TMPDIR/second.log" || status=$?
	[ "$status" -eq 1 ]
	grep -qF "$STATE/spool: another sensor uses it" "$BATS_TEST_TMPDIR/second.log"
	end_feed
}

@test "state folder that cannot be made is named" {
	local status=0
	"$FEED_BIN" "$URL" --state /proc/nowhere </dev/null 2>"$LOG" || status=$?
	[ "$status" -eq 1 ]
	log_has /proc/nowhere/spool
}

@test "spool with a torn end gives what is whole, and says so" {
	start_feed --state "$STATE"
	say alerts 20
	kill_feed
	truncate -s -7 "$STATE"/spool/*.spool
	start_server
	start_feed --state "$STATE"
	say drain 60
	[ "$answer" = "pending 0" ]
	end_feed
	log_has "damaged bytes"
	[ "$(unique_ids)" -eq 19 ]
}

@test "no alert is missing after random kills and stops of sensor and server" {
	local total=0 round fault
	RANDOM=20260321
	start_server --appendonly yes --appendfsync always
	start_feed --state "$STATE"
	for ((round = 0; round < 25; round++)); do
		say alerts $((RANDOM % 300))
		total=${answer#alerts }
		fault=$((RANDOM % 4))
		case $fault in
		0) kill_server ;;
		1) kill -STOP "$SERVER_PID" ;;
		2) kill_feed ;;
		3) kill_feed; kill_server ;;
		esac
		if [[ $FEED_PROCESS ]]; then
			say alerts $((RANDOM % 300))
			total=${answer#alerts }
		fi
		case $fault in
		0 | 3) start_server --appendonly yes --appendfsync always ;;
		1) kill -CONT "$SERVER_PID" ;;
		esac
		if [[ ! $FEED_PROCESS ]]; then
			start_feed --state "$STATE"
			say skip "$total"
		fi
	done
	say drain 100
	[ "$answer" = "pending 0" ]
	end_feed
	[ "$total" -gt 3000 ]
	[ "$(unique_ids)" -eq "$total" ]
}
