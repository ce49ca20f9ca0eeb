#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# What docs/redis.md and docs/alert-format.md promise.

load lib
answer= # what the publisher said last

DOCS=$BATS_TEST_DIRNAME/../../docs

teardown() {
	stop_all
}

@test "rights that the manual names are enough for all keys" {
	local rights
	start_server
	read -ra rights < <(grep '^ACL SETUSER' "$DOCS/redis.md")
	cli "${rights[@]}"
	FEED_URL=unix://tap:password@$SOCKET start_feed
	say usage star-jv 1763704800 10
	say hours star-jv 1763704800 10
	say alerts 10
	say heartbeat
	say drain 60
	[ "$answer" = "pending 0" ]
	say stats
	[ "$answer" = "acknowledged 30 pending 0 dropped 0 connects 1" ]
	end_feed
	[ ! -s "$LOG" ]
}

@test "consumer group gives each alert to one reader, and again to another when it was not acknowledged" {
	start_server
	start_feed
	say alerts 20
	say drain 60
	end_feed
	cli xgroup create surgetap:alerts soc 0
	first=$(cli --json xreadgroup group soc reader-1 count 12 streams surgetap:alerts '>' | jq -r '.[][][0]')
	second=$(cli --json xreadgroup group soc reader-2 count 12 streams surgetap:alerts '>' | jq -r '.[][][0]')
	[ "$(sort -u <<<"$first"$'\n'"$second" | wc -l)" -eq 20 ]
	xargs redis-cli -s "$SOCKET" xack surgetap:alerts soc <<<"$second"
	[ "$(cli --json xautoclaim surgetap:alerts soc reader-2 0 0 | jq -r '.[1][][0]')" = "$first" ]
}

# missing_in FILE PATTERN: of the names on standard input, those that FILE does not hold; % is the name.
missing_in() {
	local name
	while read -r name; do
		grep -qE -- "${2//%/$name}" "$DOCS/$1" || echo "$1 lacks $name"
	done
}

@test "no field of an alert is missing in the manual" {
	start_server
	start_feed
	say alerts 1
	say drain 60
	end_feed
	names=$(stream_alerts | jq -r '[paths[] | strings] | unique | .[] | select(. != "tor_relays")')
	[ "$(wc -w <<<"$names")" -gt 50 ]
	wrong=$(missing_in alert-format.md "\`%\`" <<<"$names")
	echo "$wrong"
	[ "$wrong" = "" ]
}

@test "no flat field of an alert is missing in the manual" {
	start_server
	start_feed
	say alerts 1
	say drain 60
	end_feed
	names=$(cli --json xrange surgetap:alerts - + | jq -r '.[0][1] | to_entries[] | select(.key % 2 == 0) | .value')
	[ "$(wc -w <<<"$names")" -gt 10 ]
	wrong=$(missing_in redis.md '\<%\>' <<<"$names")
	echo "$wrong"
	[ "$wrong" = "" ]
}

@test "no name of a trouble is missing in the manual" {
	names=$(sed -nE 's/^\t\{"[^"]*", "([^"]*)",.*/\1/p' "$BATS_TEST_DIRNAME/../../sensor/publish/redis_error.c" |
		grep -vxE 'duplicate|unexpected answer' | sort -u)
	[[ $names == *WRONGPASS* ]]
	wrong=$(missing_in redis.md '^\| .*\<%\>' <<<"$names")
	echo "$wrong"
	[ "$wrong" = "" ]
}
