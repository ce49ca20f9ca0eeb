#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# What a healthy Redis server gets.

load lib
answer= # what the publisher said last

teardown() {
	stop_all
}

@test "alerts in the stream are those of the file, in their order" {
	start_server
	start_feed --alerts "$BATS_TEST_TMPDIR/alerts.ndjson"
	say alerts 1000
	say drain 60
	[ "$answer" = "pending 0" ]
	end_feed
	stream_alerts >"$BATS_TEST_TMPDIR/stream.ndjson"
	cmp "$BATS_TEST_TMPDIR/alerts.ndjson" "$BATS_TEST_TMPDIR/stream.ndjson"
	[ "$(wc -l <"$BATS_TEST_TMPDIR/stream.ndjson")" -eq 1000 ]
}

@test "flat fields of an alert are those of its record" {
	start_server
	start_feed
	say alerts 1
	say drain 60
	end_feed
	cli --json xrange surgetap:alerts - + | jq -e '
		.[0][1] | [range(0; length; 2) as $i | {key: .[$i], value: .[$i + 1]}] | from_entries
		| (.eve | fromjson) as $e | $e.alert.context as $c
		| .alert_id == $c.alert_id and .state == $c.state and .range == $c.range
		and .technique == $c.technique and .metric == $c.metric
		and (.ratio | tonumber) == $c.ratio and (.rise_percent | tonumber) == $c.rise_percent
		and (.score | tonumber) == $c.score and (.severity | tonumber) == $e.alert.severity
		and .sensor == $e.host and (.time_ms | test("^[0-9]{13}$"))'
}

@test "a bucket that is sent again counts as delivered and is there once" {
	start_server
	start_feed
	say usage star-jv 1763704800 3
	say drain 60
	say usage star-jv 1763704800 3
	say drain 60
	[ "$answer" = "pending 0" ]
	say stats
	[ "$answer" = "acknowledged 6 pending 0 dropped 0 connects 1" ]
	end_feed
	[ "$(cli xlen surgetap:usage:star-jv)" -eq 3 ]
	[ "$(cli xrange surgetap:usage:star-jv 1763704860000 1763704860000 | head -n 1)" = 1763704860000-0 ]
	[ ! -s "$LOG" ]
}

@test "hours have a stream of their own, and each is there once" {
	start_server
	start_feed
	say hours star-jv 1763704800 3
	say usage star-jv 1763704800 2
	say drain 60
	say hours star-jv 1763704800 3
	say drain 60
	[ "$answer" = "pending 0" ]
	end_feed
	[ "$(cli xlen surgetap:usage:star-jv)" -eq 2 ]
	[ "$(cli --json xrange surgetap:usage-hour:star-jv - + | jq -c 'map(.[0])')" = '["1763704800000-0","1763708400000-0","1763712000000-0"]' ]
	[ ! -s "$LOG" ]
}

@test "range names of any byte make a key that needs no quoting" {
	start_server
	start_feed
	say usage $'caf\xc3\xa9:*{x}' 1763704800 1
	say drain 60
	end_feed
	[ "$(cli keys 'surgetap:usage:*')" = "surgetap:usage:caf%C3%A9%3A%2A%7Bx%7D" ]
}

@test "heartbeat expires and names the sensor with its time" {
	start_server
	start_feed --sensor tap-9
	say heartbeat
	wait_for test_heartbeat
	end_feed
	[ "$(cli hget surgetap:sensor:tap-9 packets)" = 1000 ]
	[ "$(cli hget surgetap:sensor:tap-9 interface)" = eth1 ]
	[ "$(cli hget surgetap:sensor:tap-9 queue_depth)" = 0 ]
	[ "$(cli hget surgetap:sensor:tap-9 spool_depth)" = 0 ]
	ttl=$(cli ttl surgetap:sensor:tap-9)
	((ttl > 0 && ttl <= 60))
	[[ $(cli zscore surgetap:sensors tap-9) =~ ^[0-9]{13}$ ]]
}

test_heartbeat() {
	[ "$(cli zcard surgetap:sensors)" = 1 ]
}

@test "mirrors hold the same record, and the list stays bounded" {
	start_server
	start_feed --list alerts-list --channel alerts-channel --maxlen 100
	say alerts 150
	say drain 60
	end_feed
	[ "$(cli llen alerts-list)" -eq 100 ]
	[ "$(cli lindex alerts-list -1)" = "$(stream_alerts | tail -n 1)" ]
	[ "$(cli info commandstats | grep -o 'cmdstat_publish:calls=[0-9]*')" = cmdstat_publish:calls=150 ]
}

@test "stream is trimmed to about its limit" {
	start_server
	start_feed --maxlen 100
	say alerts 5000
	say drain 60
	end_feed
	length=$(cli xlen surgetap:alerts)
	((length >= 100 && length < 400))
	[ "$(cli --json xrevrange surgetap:alerts + - count 1 | jq -r '.[0][1][1]')" = \
		"$(stream_alerts | tail -n 1 | jq -r .alert.context.alert_id)" ]
}

@test "database of the URL is used" {
	start_server
	FEED_URL="$URL?db=7" start_feed
	say alerts 1
	say drain 60
	end_feed
	[ "$(cli -n 7 xlen surgetap:alerts)" -eq 1 ]
	[ "$(cli -n 0 dbsize)" -eq 0 ]
}

@test "two sensors share a server" {
	start_server
	start_feed --sensor tap-1
	say alerts 500
	say drain 60
	end_feed
	start_feed --sensor tap-2
	say alerts 500
	say drain 60
	end_feed
	# The same 500 episodes as two sensors saw them.
	[ "$(cli xlen surgetap:alerts)" -eq 1000 ]
	[ "$(unique_ids)" -eq 500 ]
	[ "$(stream_alerts | jq -r .host | sort | uniq -c | tr -s ' ' | tr '\n' ';')" = " 500 tap-1; 500 tap-2;" ]
}

@test "server over TCP is reached by address and by name" {
	local port host
	port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
	start_server --port "$port" --bind 127.0.0.1
	for host in 127.0.0.1 localhost; do
		FEED_URL=redis://$host:$port/3 start_feed
		say alerts 1
		say drain 60
		[ "$answer" = "pending 0" ]
		end_feed
	done
	[ "$(cli -n 3 xlen surgetap:alerts)" -eq 2 ]
}
