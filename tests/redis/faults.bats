#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# What the publisher does when Redis is away, ill, or something else.

load lib
answer= # what the publisher said last

teardown() {
	stop_all
}

@test "server down at the start and up later gets everything" {
	start_feed
	say alerts 300
	say usage star-jv 1763704800 300
	wait_for log_has "cannot connect"
	start_server
	say drain 60
	[ "$answer" = "pending 0" ]
	end_feed
	[ "$(unique_ids)" -eq 300 ]
	[ "$(cli xlen surgetap:usage:star-jv)" -eq 300 ]
}

@test "nothing is missing after a server was killed and restarted between and amid batches" {
	local total=0 round
	start_server --appendonly yes --appendfsync always
	start_feed
	for round in 1 2 3 4; do
		say alerts 3000
		total=$((total + 3000))
		((round % 2)) && wait_for say_until "acknowledged" stats
		kill_server
		say alerts 500
		total=$((total + 500))
		start_server --appendonly yes --appendfsync always
	done
	say drain 100
	[ "$answer" = "pending 0" ]
	end_feed
	[ "$(unique_ids)" -eq "$total" ]
	# Entries sent but not acknowledged come again: at most a batch for each kill, and the same to the byte.
	stream_alerts | sort | uniq | jq -r .alert.context.alert_id | sort | uniq -d >"$BATS_TEST_TMPDIR/differing"
	[ ! -s "$BATS_TEST_TMPDIR/differing" ]
	(($(cli xlen surgetap:alerts) <= total + 4 * 64))
}

@test "hanging server holds nothing up" {
	start_server
	start_feed
	say alerts 10
	say drain 60
	kill -STOP "$SERVER_PID"
	say alerts 20000
	[ "$answer" = "alerts 20010" ]
	say stats
	[[ $answer == "acknowledged 10 pending 20000 "* ]]
	kill -CONT "$SERVER_PID"
	say drain 60
	[ "$answer" = "pending 0" ]
	end_feed
	[ "$(unique_ids)" -eq 20010 ]
}

@test "wrong password is named, never shown, and mended while running" {
	start_server --requirepass rightly-guessed
	FEED_URL=unix://:hunter2-secret@$SOCKET start_feed
	say alerts 5
	wait_for log_has WRONGPASS
	say drain 0
	[ "$answer" = "pending 5" ]
	REDISCLI_AUTH=rightly-guessed cli config set requirepass hunter2-secret
	say drain 60
	[ "$answer" = "pending 0" ]
	end_feed
	log_lacks hunter2-secret
	log_has "delivering again"
	[ "$(REDISCLI_AUTH=hunter2-secret cli xlen surgetap:alerts)" -eq 5 ]
}

@test "missing password is named" {
	start_server --requirepass secret
	start_feed
	say alerts 1
	wait_for log_has NOAUTH
	say drain 0
	[ "$answer" = "pending 1" ]
}

@test "password comes from the environment" {
	start_server --requirepass hunter2-secret
	SURGETAP_REDIS_PASSWORD=hunter2-secret start_feed
	say alerts 1
	say drain 60
	[ "$answer" = "pending 0" ]
	[[ $(tr '\0' ' ' <"/proc/$FEED_PROCESS/cmdline") != *hunter2* ]]
	end_feed
}

@test "user whose rights end at the alerts still delivers alerts" {
	start_server
	cli acl setuser tap on '>secret' '~surgetap:alerts' '+xadd'
	FEED_URL=unix://tap:secret@$SOCKET start_feed
	say usage star-jv 1763704800 10
	say alerts 10
	say drain 60
	[ "$answer" = "pending 0" ]
	say stats
	[ "$answer" = "acknowledged 10 pending 0 dropped 10 connects 1" ]
	end_feed
	log_has NOPERM
	[ "$(unique_ids)" -eq 10 ]
}

@test "alerts wait for a key of a wrong type to be mended, usage goes on" {
	start_server
	cli set surgetap:alerts occupied
	start_feed
	say alerts 5
	say usage star-jv 1763704800 5
	wait_for log_has WRONGTYPE
	wait_for say_until "acknowledged 5 pending 5" stats
	cli del surgetap:alerts
	say drain 60
	[ "$answer" = "pending 0" ]
	end_feed
	[ "$(unique_ids)" -eq 5 ]
}

@test "usage key of a wrong type costs its buckets and no alert" {
	start_server
	cli set surgetap:usage:star-jv occupied
	start_feed
	say usage star-jv 1763704800 5
	say alerts 5
	say drain 60
	[ "$answer" = "pending 0" ]
	say stats
	[[ $answer == "acknowledged 5 pending 0 dropped 5 "* ]]
	end_feed
}

@test "mirror of a wrong type is told and does not repeat the alert" {
	start_server
	cli set mirror occupied
	start_feed --list mirror
	say alerts 5
	say drain 60
	[ "$answer" = "pending 0" ]
	end_feed
	log_has WRONGTYPE
	[ "$(cli xlen surgetap:alerts)" -eq 5 ]
}

@test "server without memory, and a replica, get the alerts when they are well again" {
	start_server
	start_feed
	cli config set maxmemory 1
	say alerts 5
	wait_for log_has OOM
	cli config set maxmemory 0
	say drain 60
	[ "$answer" = "pending 0" ]
	cli replicaof 127.0.0.1 1
	say alerts 5
	wait_for log_has READONLY
	cli replicaof no one
	say drain 60
	[ "$answer" = "pending 0" ]
	end_feed
	[ "$(unique_ids)" -eq 10 ]
}

@test "database that the server does not have is told by name" {
	start_server
	FEED_URL=$URL?db=9999 start_feed
	say alerts 5
	wait_for log_has "the server has no database of this number"
	say drain 0
	[ "$answer" = "pending 5" ]
}

@test "server busy with a script gets the alerts afterwards" {
	start_server --busy-reply-threshold 1
	start_feed
	cli eval 'while true do end' 0 >/dev/null 2>&1 3>&- &
	local script=$!
	wait_for is_busy
	say alerts 5
	wait_for log_has BUSY
	cli script kill
	wait "$script" || true
	say drain 60
	[ "$answer" = "pending 0" ]
	end_feed
	[ "$(unique_ids)" -eq 5 ]
}

is_busy() {
	[[ $(cli ping 2>&1) == BUSY* ]]
}

@test "server that is not Redis is told and gives nothing for delivered" {
	local mode
	for mode in web mail secure-shell noise garbled; do
		start_fake "$mode"
		start_feed
		say alerts 5
		wait_for log_has "this is no Redis server"
		say drain 0
		[ "$answer" = "pending 5" ]
		end_feed
		[ "$(LC_ALL=C grep -c '[^ -~]' "$LOG")" -eq 0 ]
		kill_server
		rm -f "$SOCKET"
	done
}

@test "reply cut in its middle is no delivery" {
	start_fake cut
	start_feed
	say alerts 5
	wait_for log_has "connection lost"
	say drain 0
	[ "$answer" = "pending 5" ]
}

@test "endless reply ends with the sensor's patience, not its memory" {
	start_fake endless
	start_feed
	say alerts 5
	wait_for log_has "no answer in time"
	say drain 0
	[ "$answer" = "pending 5" ]
}

@test "Redis without streams is told so" {
	start_fake old
	start_feed
	say alerts 5
	wait_for log_has "Redis 5 or newer"
	say drain 0
	[ "$answer" = "pending 5" ]
}

@test "server that repeats what it is sent does not put the password into the log" {
	start_fake talkative
	FEED_URL=unix://tap:hunter2@$SOCKET start_feed
	say alerts 1
	wait_for log_has "unknown command"
	say drain 0
	end_feed
	log_lacks hunter2
}

@test "silent server is told, holds nothing up, and its successor gets everything" {
	start_fake silent
	start_feed
	say alerts 500
	say usage star-jv 1763704800 500
	wait_for log_has "no answer in time"
	say stats
	[[ $answer == "acknowledged 0 pending 1000 dropped 0 "* ]]
	kill_server
	rm -f "$SOCKET"
	start_server
	say drain 60
	[ "$answer" = "pending 0" ]
	end_feed
	[ "$(unique_ids)" -eq 500 ]
	[ "$(cli xlen surgetap:usage:star-jv)" -eq 500 ]
}

@test "bucket that was put off while later ones were taken counts as lost, not as delivered" {
	start_feed
	say usage star-jv 1763704800 5
	wait_for log_has "cannot connect"
	start_fake overtaking
	say drain 60
	[ "$answer" = "pending 0" ]
	say stats
	[ "$answer" = "acknowledged 4 pending 0 dropped 1 connects 2" ]
	end_feed
	log_has "usage:star-jv: a bucket that was put off is lost"
}

@test "flood of alerts during an outage takes no room from usage, whose newest buckets stay" {
	start_feed --queue 100 --state "$BATS_TEST_TMPDIR/state"
	wait_for log_has "cannot connect"
	say usage star-jv 1763704800 150
	say alerts 1000
	say stats
	local dropped pending present
	read -r _ _ _ pending _ dropped _ <<<"$answer"
	[ $((pending + dropped)) -eq 1150 ]
	start_server
	say drain 60
	[ "$answer" = "pending 0" ]
	end_feed
	[ "$(unique_ids)" -eq 1000 ]
	present=$(cli xlen surgetap:usage:star-jv)
	[ "$present" -eq $((150 - dropped)) ]
	((present >= 100))
	# The last 100 minutes without a gap.
	[ "$(cli xrange surgetap:usage:star-jv 1763707800000 + | grep -c '^17637[0-9]*-0$')" -eq 100 ]
}

@test "full queue loses newest alerts and oldest usage, and counts both" {
	start_feed --queue 100
	wait_for log_has "cannot connect"
	say alerts 1000
	say usage star-jv 1763704800 1000
	say stats
	local dropped pending
	read -r _ _ _ pending _ dropped _ <<<"$answer"
	[ $((pending + dropped)) -eq 2000 ]
	start_server
	say drain 60
	[ "$answer" = "pending 0" ]
	end_feed
	(($(unique_ids) >= 100))
	[ "$(cli --json xrevrange surgetap:usage:star-jv + - count 1 | jq -r '.[0][0]')" = 1763764740000-0 ]
}
