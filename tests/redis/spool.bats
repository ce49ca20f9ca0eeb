#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Alerts that outlive the sensor.

load lib
answer= # what the publisher said last

setup() {
	STATE=$BATS_TEST_TMPDIR/state
}

teardown() {
	[[ ! ${PROXY_PID:-} ]] || kill "$PROXY_PID" || true
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

@test "hours of a sensor that was killed are delivered by the next run, before its own" {
	start_feed --state "$STATE" --queue 10
	say hours a 1763704800 200
	say hours b 1763704800 200
	say alerts 3
	kill_feed
	start_server
	start_feed --state "$STATE" --queue 10
	say hours a 1764424800 5
	log_has "400 counts of an hour wait from an earlier run"
	say drain 60
	[ "$answer" = "pending 0" ]
	say stats
	[[ $answer == *" dropped 0 "* ]]
	end_feed
	[ "$(cli xlen surgetap:usage-hour:a)" -eq 205 ]
	[ "$(cli xlen surgetap:usage-hour:b)" -eq 200 ]
	[ "$(cli xlen surgetap:alerts)" -eq 3 ]
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
	log_has "alerts and hours stay in the spool"
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

# on_disk OPTIONS: the publisher runs where "$STATE" lies on a file system of its own, mounted with these options, which
# nobody else sees and which ends with it.
on_disk() {
	local flags=-m
	[ "$(id -u)" -eq 0 ] || flags=-rm
	mkdir -p "$STATE"
	# shellcheck disable=SC2086 # options
	unshare "$flags" mount $1 "$STATE" 2>/dev/null || skip "no right to mount"
	cat >"$BATS_TEST_TMPDIR/feed-on-disk" <<SH
#!/bin/sh
exec unshare $flags sh -c 'mount $1 "\$0" && exec "\$@"' "$STATE" "$FEED_BIN" "\$@"
SH
	chmod +x "$BATS_TEST_TMPDIR/feed-on-disk"
	FEED_BIN=$BATS_TEST_TMPDIR/feed-on-disk
}

@test "full disk is told, alerts wait in memory, and the disk is used again once there is room" {
	local surgetap=${SURGETAP:-$BATS_TEST_DIRNAME/../../${BUILD:-build/release}/surgetap}
	on_disk "-t tmpfs -o size=256k tmpfs"
	start_feed --state "$STATE"
	say alerts 500
	log_has "No space left on device: what comes waits in memory only"
	say stats
	[[ $answer == "acknowledged 0 pending 500 dropped 0 "* ]]
	start_server
	say drain 60
	[ "$answer" = "pending 0" ]
	[ "$(unique_ids)" -eq 500 ]
	kill_server
	say alerts 10
	[ "$("$surgetap" spool --state "/proc/$FEED_PROCESS/root$STATE" count)" -eq 10 ]
	end_feed
}

@test "read-only disk is named, and what lies on it can be listed" {
	local surgetap=${SURGETAP:-$BATS_TEST_DIRNAME/../../${BUILD:-build/release}/surgetap} status=0 feed=$FEED_BIN
	start_feed --state "$STATE"
	say alerts 3
	end_feed
	on_disk "--bind -o ro $STATE"
	start_feed --state "$STATE"
	end_feed || status=$?
	[ "$status" -eq 1 ]
	log_has "$STATE/spool: Read-only file system"
	sed -i "s|\"$feed\"|\"$surgetap\"|" "$FEED_BIN"
	[ "$("$FEED_BIN" spool --state "$STATE" count)" -eq 3 ]
}

@test "state folder whose parent is missing is named" {
	local status=0
	"$FEED_BIN" "$URL" --state "$STATE/deeper/still" </dev/null 2>"$LOG" || status=$?
	[ "$status" -eq 1 ]
	log_has "$STATE/deeper/still/spool: No such file or directory"
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

# Something goes wrong; end_fault mends it.
begin_fault() {
	case $1 in
	server-killed) kill_server ;;
	server-hangs) kill -STOP "$SERVER_PID" ;;
	sensor-killed) kill_feed ;;
	both-killed) kill_feed; kill_server ;;
	no-memory) cli config set maxmemory 1 >&2 ;;
	replica) cli replicaof 127.0.0.1 1 >&2 ;;
	password) cli config set requirepass changed >&2; cli client kill type normal >&2 || true ;;
	esac
}

end_fault() {
	case $1 in
	server-killed | both-killed) start_server --appendonly yes --appendfsync always ;;
	server-hangs) kill -CONT "$SERVER_PID" ;;
	no-memory) cli config set maxmemory 0 >&2 ;;
	replica) cli replicaof no one >&2 ;;
	password) REDISCLI_AUTH=changed cli config set requirepass '' >&2 ;;
	esac
}

# FAULTS=250 ALERTS=400 is the long form: 10^5 alerts.
@test "no alert is missing and none is foreign after random faults of sensor, server and line" {
	local total=0 round fault faults=${FAULTS:-25} alerts=${ALERTS:-150}
	local url=unix://$BATS_TEST_TMPDIR/proxy.sock
	local kinds=(server-killed server-hangs sensor-killed both-killed no-memory replica password)
	RANDOM=20260321
	start_server --appendonly yes --appendfsync always
	"$BATS_TEST_DIRNAME/proxy.py" "$BATS_TEST_TMPDIR/proxy.sock" "$SOCKET" 7 3>&- &
	PROXY_PID=$!
	wait_for test -S "$BATS_TEST_TMPDIR/proxy.sock"
	FEED_URL=$url start_feed --state "$STATE"
	for ((round = 0; round < faults; round++)); do
		say alerts $((RANDOM % alerts))
		fault=${kinds[RANDOM % ${#kinds[@]}]}
		total=${answer#alerts }
		begin_fault "$fault"
		if [[ $FEED_PROCESS ]]; then
			say alerts $((RANDOM % alerts * 2))
			total=${answer#alerts }
		fi
		end_fault "$fault"
		if [[ ! $FEED_PROCESS ]]; then
			FEED_URL=$url start_feed --state "$STATE"
			say skip "$total"
		fi
	done
	say drain 600
	[ "$answer" = "pending 0" ]
	end_feed
	[ "$total" -gt $((faults * alerts / 2)) ]
	[ "$(unique_ids)" -eq "$total" ]
	# The ids of an undisturbed run are the same ones.
	"$FEED_BIN" unix:///nowhere --alerts "$BATS_TEST_TMPDIR/right.ndjson" <<<"alerts $total" 2>/dev/null
	jq -r .alert.context.alert_id "$BATS_TEST_TMPDIR/right.ndjson" | sort >"$BATS_TEST_TMPDIR/right"
	stream_alerts | jq -r .alert.context.alert_id | sort -u | cmp - "$BATS_TEST_TMPDIR/right"
	echo "# $total alerts, $faults faults, $(cli xlen surgetap:alerts) entries" >&3
}
