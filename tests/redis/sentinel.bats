#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# A master, its replica and a Sentinel on free ports: the publisher follows the master.

load lib
answer= # what the publisher said last

setup() {
	read -r MASTER REPLICA WATCH < <(python3 -c '
import socket
taken = [socket.socket() for _ in range(3)]
for s in taken:
    s.bind(("127.0.0.1", 0))
print(*(s.getsockname()[1] for s in taken))')
	PIDS=()
	FEED_URL=sentinel://127.0.0.1:1,127.0.0.1:$WATCH/lab
}

teardown() {
	local pid
	stop_all
	for pid in "${PIDS[@]}"; do
		kill -KILL "$pid" 2>/dev/null || true
		wait "$pid" 2>/dev/null || true
	done
}

# start_at PORT [OPTION...]: one more server; its process is $!.
start_at() {
	mkdir -p "$BATS_TEST_TMPDIR/$1"
	redis-server --port "$1" --bind 127.0.0.1 --dir "$BATS_TEST_TMPDIR/$1" --save '' "${@:2}" \
		>>"$BATS_TEST_TMPDIR/server.log" 2>&1 3>&- &
	PIDS+=($!)
	wait_for answers "$1"
}

answers() {
	[ "$(redis-cli -p "$1" ping 2>/dev/null)" = PONG ]
}

start_sentinel() {
	cat >"$BATS_TEST_TMPDIR/sentinel.conf" <<CONF
sentinel monitor lab 127.0.0.1 $MASTER 1
sentinel down-after-milliseconds lab 500
sentinel failover-timeout lab 3000
CONF
	mkdir -p "$BATS_TEST_TMPDIR/$WATCH"
	redis-server "$BATS_TEST_TMPDIR/sentinel.conf" --sentinel --port "$WATCH" --bind 127.0.0.1 \
		--dir "$BATS_TEST_TMPDIR/$WATCH" >>"$BATS_TEST_TMPDIR/server.log" 2>&1 3>&- &
	PIDS+=($!)
	wait_for answers "$WATCH"
}

knows_replica() {
	redis-cli -p "$WATCH" sentinel replicas lab | grep -qx "$REPLICA"
}

has_alerts() {
	[ "$(redis-cli -p "$1" xlen surgetap:alerts)" -ge "$2" ]
}

is_replica() {
	[ "$(redis-cli -p "$1" role | head -n 1)" = slave ]
}

names_master() {
	[ "$(redis-cli -p "$WATCH" sentinel get-master-addr-by-name lab | tail -n 1)" = "$1" ]
}

@test "alerts go on to the new master after the old one has died, and none is lost" {
	start_at "$MASTER"
	start_at "$REPLICA" --replicaof 127.0.0.1 "$MASTER"
	start_sentinel
	wait_for knows_replica
	start_feed
	say alerts 300
	say drain 60
	[ "$answer" = "pending 0" ]
	wait_for has_alerts "$REPLICA" 300
	kill -KILL "${PIDS[0]}"
	say alerts 200
	wait_for names_master "$REPLICA"
	say drain 100
	[ "$answer" = "pending 0" ]
	end_feed
	[ "$(redis-cli -p "$REPLICA" --json xrange surgetap:alerts - + |
		jq -r '.[][1] as $f | $f[($f | index("alert_id")) + 1]' | sort -u | wc -l)" -eq 500 ]
}

@test "master that became a replica is left for the new one" {
	start_at "$MASTER"
	start_at "$REPLICA" --replicaof 127.0.0.1 "$MASTER"
	start_sentinel
	wait_for knows_replica
	start_feed
	say alerts 10
	say drain 60
	wait_for has_alerts "$REPLICA" 10
	redis-cli -p "$WATCH" sentinel failover lab
	wait_for names_master "$REPLICA"
	# What the old master still acknowledges is lost with its data: not the sensor's to mend, see docs/redis.md.
	wait_for is_replica "$MASTER"
	say alerts 10
	say drain 100
	[ "$answer" = "pending 0" ]
	end_feed
	[ "$(redis-cli -p "$REPLICA" xlen surgetap:alerts)" -ge 20 ]
}

@test "unknown master, dead Sentinel and a server that is none are told" {
	local url said
	start_at "$MASTER"
	start_sentinel
	while read -r url said; do
		FEED_URL=$url start_feed
		say alerts 1
		wait_for log_has "$said"
		say drain 0
		[ "$answer" = "pending 1" ]
		end_feed
	done <<-CASES
		sentinel://127.0.0.1:$WATCH/other this Sentinel knows no such master: other
		sentinel://127.0.0.1:1/lab cannot connect
		sentinel://127.0.0.1:$MASTER/lab unknown command
	CASES
}
