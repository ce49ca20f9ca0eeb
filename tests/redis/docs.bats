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
	say alerts 10
	say heartbeat
	say drain 60
	[ "$answer" = "pending 0" ]
	say stats
	[ "$answer" = "acknowledged 20 pending 0 dropped 0 connects 1" ]
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

@test "no field of an alert is missing in the manual" {
	start_server
	start_feed
	say alerts 1
	say drain 60
	end_feed
	names=$(stream_alerts | jq -r '[paths[] | strings] | unique | .[] | select(. != "tor_relays")')
	[ "$(wc -w <<<"$names")" -gt 50 ]
	for name in $names; do
		grep -qF "\`$name\`" "$DOCS/alert-format.md" || missing+=" $name"
	done
	[ "${missing:-}" = "" ] || { echo "missing:$missing"; false; }
}

@test "no flat field of an alert is missing in the manual" {
	start_server
	start_feed
	say alerts 1
	say drain 60
	end_feed
	for name in $(cli --json xrange surgetap:alerts - + | jq -r '.[0][1] | to_entries[] | select(.key % 2 == 0) | .value'); do
		grep -qw "$name" "$DOCS/redis.md" || missing+=" $name"
	done
	[ "${missing:-}" = "" ] || { echo "missing:$missing"; false; }
}

@test "no name of a trouble is missing in the manual" {
	for name in $(sed -nE 's/^\t\{"[^"]*", "([A-Z]{2,})",.*/\1/p' "$BATS_TEST_DIRNAME/../../sensor/publish/redis_error.c" | sort -u); do
		grep -qw "$name" "$DOCS/redis.md" || missing+=" $name"
		seen+=" $name"
	done
	[[ $seen == *WRONGPASS* ]]
	[ "${missing:-}" = "" ] || { echo "missing:$missing"; false; }
}
