#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# surgetap report: the page from what a sensor has delivered, the same as from its files.

load lib

bats_require_minimum_version 1.5.0

setup() {
	SURGETAP=${SURGETAP:-$BATS_TEST_DIRNAME/../../${BUILD:-build/release}/surgetap}
	cd "$BATS_TEST_TMPDIR"
}

teardown() {
	stop_all
}

# fill RANGE DAYS: minutes of whole days from 2026-03-02, as the sensor writes them, in usage.ndjson and in Redis.
fill() {
	jq -nc --arg range "$1" --argjson minutes "$((1440 * $2))" 'range(0; $minutes) as $m
		| {event_type: "usage", range: $range, time_ms: ((1772409600 + 60 * $m) * 1000), scale_seconds: 60,
			vpn_flows: ($m % 7), vpn_hosts: ($m % 3), all_flows: 20, all_hosts: 9, coverage: 1}' >>usage.ndjson
	jq -r --arg range "$1" 'select(.range == $range) | "XADD surgetap:usage:" + ($range | @uri) + " \(.time_ms)-0 " +
		"vpn_flows \(.vpn_flows) vpn_hosts \(.vpn_hosts) all_flows \(.all_flows) all_hosts \(.all_hosts) coverage 1"' usage.ndjson |
		cli --pipe >/dev/null
}

# fill_hours RANGE DAYS [FIRST]: the same of hours in hours.ndjson and in Redis, FIRST days later.
fill_hours() {
	jq -nc --arg range "$1" --argjson first "$((24 * ${3:-0}))" --argjson hours "$((24 * $2))" 'range($first; $first + $hours) as $h
		| {event_type: "usage", range: $range, time_ms: ((1772409600 + 3600 * $h) * 1000), scale_seconds: 3600,
			vpn_flows: (180 + $h % 24), vpn_hosts: (10 + $h % 3), all_flows: 1200, all_hosts: 90, coverage: 1}' >new.ndjson
	cat new.ndjson >>hours.ndjson
	jq -r --arg range "$1" '"XADD surgetap:usage-hour:" + ($range | @uri) + " \(.time_ms)-0 " +
		"vpn_flows \(.vpn_flows) vpn_hosts \(.vpn_hosts) all_flows \(.all_flows) all_hosts \(.all_hosts) coverage 1"' new.ndjson |
		cli --pipe >/dev/null
}

# column PAGE TECHNIQUE FIELD: of the first range, its numbers on one line.
column() {
	python3 - "$@" <<'PYTHON'
import base64, json, re, sys, zlib
page, technique, field = sys.argv[1:]
packed = re.search(r'id="range-0">([^<]*)<', open(page).read()).group(1)
print(*json.loads(zlib.decompress(base64.b64decode(packed)))["columns"][technique][field])
PYTHON
}

# alert N: an event whose window ends N hours after 2026-03-03, in alerts.ndjson and in Redis.
alert() {
	jq -nc --argjson n "$1" '(1772496000 + 3600 * $n) as $last | {timestamp: "2026-03-03T00:00:00.000000+0000", event_type: "alert",
		alert: {signature: "SURGETAP vpn use up", severity: 2, context: {schema: "surgetap.alert/1", alert_id: "\($n)", state: "open",
			range: "a b", technique: "vpn", metric: "hosts", ratio: 2, rise_percent: 100, observed: {hosts: 2}, expected: {hosts: 1},
			share: {observed: 1, expected: 0.5}, window: {start: (($last - 3600) | todate), end: ($last | todate)}}}}' |
		sed 's/\([0-9]\)Z"/\1.000000+0000"/g' | tee one | tee -a alerts.ndjson >/dev/null
	cli -x xadd surgetap:alerts '*' window_end_s $((1772496000 + 3600 * $1)) eve <<<"$(cat one)" >/dev/null
}

# data FILE: what the page holds, without where it is from.
data() { grep -oE '<script type="application/(json|octet-stream)".*' "$1" | sed -E 's/"source":"[^"]*",//'; }

@test "the page from Redis is the page from the files" {
	start_server
	fill 'a b' 3
	fill c 2
	alert 1
	alert 30
	"$SURGETAP" report --redis "$URL" -o redis.html 2>"$LOG"
	"$SURGETAP" report --quiet --usage usage.ndjson --alerts alerts.ndjson -o file.html
	cmp <(data redis.html) <(data file.html)
	[ "$(data redis.html | wc -l)" -ge 3 ]
	grep -q '7200 minutes of 2 ranges, 2 alerts' "$LOG"
}

@test "hours are taken where they are: the page of the file of hours, though minutes are there too" {
	start_server
	fill 'a b' 3
	fill_hours 'a b' 3
	fill_hours c 300
	alert 1
	"$SURGETAP" report --redis "$URL" -o redis.html 2>"$LOG"
	"$SURGETAP" report --quiet --usage hours.ndjson --alerts alerts.ndjson -o file.html
	cmp <(data redis.html) <(data file.html)
	grep -q '7272 hours of 2 ranges, 1 alerts' "$LOG"
}

@test "minutes stand in for hours that are not there, with their flows and without hosts" {
	start_server
	fill_hours a 1
	fill_hours a 1 2
	fill a 4
	"$SURGETAP" report --redis "$URL" -o redis.html 2>"$LOG"
	grep -q '48 hours and 2880 minutes of 1 ranges' "$LOG"
	"$SURGETAP" report --quiet --usage usage.ndjson -o minutes.html
	"$SURGETAP" report --quiet --usage hours.ndjson -o hours.html
	read -ra flows < <(column redis.html vpn flows)
	read -ra hosts < <(column redis.html vpn hosts)
	read -ra minutes < <(column minutes.html vpn flows)
	read -ra hours < <(column hours.html vpn flows)
	[ "${#flows[@]}" -eq 96 ]
	for i in {0..95}; do
		if ((i / 24 % 2)); then
			[ "${flows[i]}" = "${minutes[i]}" ]
			[ "${hosts[i]}" = None ]
		else
			[ "${flows[i]}" = "${hours[i]}" ]
			[ "${hosts[i]}" != None ]
		fi
	done
}

@test "a server that was given hours only lately is read by its minutes" {
	start_server
	fill a 3
	fill_hours a 1 2
	"$SURGETAP" report --redis "$URL" -o redis.html 2>"$LOG"
	"$SURGETAP" report --quiet --usage usage.ndjson -o file.html
	cmp <(data redis.html) <(data file.html)
	grep -q '4320 minutes of 1 ranges' "$LOG"
}

@test "pieces of an hour that two runs saw add up" {
	start_server
	cli xadd surgetap:usage-hour:a 1772409600000-0 vpn_flows 10 vpn_hosts 4 all_flows 50 all_hosts 9 coverage 0.5 >/dev/null
	cli xadd surgetap:usage-hour:a 1772409600000-1860 vpn_flows 7 vpn_hosts 3 all_flows 40 all_hosts 8 coverage 0.45 >/dev/null
	"$SURGETAP" report --quiet --redis "$URL" -o redis.html
	[ "$(column redis.html vpn flows)" = 17 ]
	[ "$(column redis.html vpn hosts)" = 4 ]
}

@test "compare by Redis says what compare by the file says" {
	start_server
	fill a 2
	fill_hours a 20
	for windows in "--before 2026-03-02..2026-03-16 --after 2026-03-16..2026-03-22" "--before ..2026-03-16 --after 2026-03-16T06:00.."; do
		# shellcheck disable=SC2086 # words
		"$SURGETAP" compare --json $windows --redis "$URL" >redis.json 2>"$LOG"
		# shellcheck disable=SC2086 # words
		"$SURGETAP" compare --json --quiet $windows hours.ndjson >file.json
		cmp redis.json file.json
		[ "$(wc -l <redis.json)" -ge 4 ]
	done
	log_has "480 hours of 1 ranges"
	"$SURGETAP" compare --json --bucket 60 --before 2026-03-02..2026-03-03 --after 2026-03-03..2026-03-04 --redis "$URL" >redis.json 2>"$LOG"
	"$SURGETAP" compare --json --bucket 60 --quiet --before 2026-03-02..2026-03-03 --after 2026-03-03..2026-03-04 usage.ndjson >file.json
	cmp redis.json file.json
	log_has "2880 minutes of 1 ranges"
	run -2 "$SURGETAP" compare --redis "$URL"
	run -2 "$SURGETAP" compare --redis "$URL" --before 2026-03-02..2026-03-03
	stop_all
	run -1 "$SURGETAP" compare --redis "$URL" --before ..2026-03-03 --after 2026-03-03..
	[[ $output == *"redis.sock: cannot connect"* ]]
}

@test "a window cuts counts and alerts, the same from Redis and from files" {
	start_server
	fill 'a b' 3
	alert 1
	alert 30
	"$SURGETAP" report --redis "$URL" --window 2026-03-03..2026-03-04 -o redis.html 2>"$LOG"
	"$SURGETAP" report --quiet --usage usage.ndjson --alerts alerts.ndjson --window 2026-03-03..2026-03-04 -o file.html
	cmp <(data redis.html) <(data file.html)
	grep -q '1440 minutes of 1 ranges, 1 alerts' "$LOG"
}

@test "an alert that was delivered twice is one" {
	start_server
	fill 'a b' 2
	alert 1
	alert 1
	"$SURGETAP" report --quiet --redis "$URL" -o redis.html
	[ "$(data redis.html | grep -oF '"signature"' | wc -l)" -eq 1 ]
}

@test "more alerts than a page holds: the newest are taken, and it is said" {
	start_server
	fill 'a b' 1
	alert 1
	awk 'BEGIN { getline line <"one"
		for (i = 1000; i < 3050; i++) { text = line; sub(/"alert_id":"1"/, "\"alert_id\":\"" i "\"", text); gsub(/"/, "\\\"", text)
			printf "XADD surgetap:alerts * window_end_s 1772499600 eve \"%s\"\n", text } }' | cli --pipe >/dev/null
	"$SURGETAP" report --redis "$URL" -o redis.html 2>"$LOG"
	log_has "alerts before the newest 2000 are left out"
	data redis.html >page
	grep -qF '"alert_id":"3049"' page
	[ "$(grep -cF '"alert_id":"1049"' page)" -eq 0 ]
}

@test "other people's entries are passed over and counted, a foreign type of key is an error with its name" {
	start_server
	fill 'a b' 1
	cli xadd surgetap:usage:alien 1772409600000-0 colour blue >/dev/null
	cli xadd surgetap:alerts '*' eve '{"schema":"surgetap.alert/9"}' >/dev/null
	cli xadd surgetap:alerts '*' subject hello >/dev/null
	"$SURGETAP" report --redis "$URL" -o redis.html 2>"$LOG"
	log_has "1 entries or keys were no usage"
	log_has "2 entries were no alerts of this version"
	cli set surgetap:usage:text hello >/dev/null
	run -1 "$SURGETAP" report --redis "$URL" -o other.html
	[[ $output == *WRONGTYPE* ]]
	[ ! -e other.html ]
}

@test "keys of another prefix are left alone, also of one that reads like a pattern" {
	start_server
	fill c 1
	cli rename surgetap:usage:c 'x*:usage:c' >/dev/null
	fill d 1
	cli rename surgetap:usage:d 'xy:usage:d' >/dev/null
	cli del surgetap:usage:c surgetap:usage:d >/dev/null
	"$SURGETAP" report --redis "$URL" --redis-prefix 'x*:' -o redis.html 2>"$LOG"
	grep -q '1440 minutes of 1 ranges, 0 alerts' "$LOG"
}

@test "Redis away, a wrong password, a wrong address: the place is named, no page is left" {
	run -1 "$SURGETAP" report --redis "$URL" -o page.html
	[[ $output == *"redis.sock: cannot connect"* ]]
	start_server --requirepass hunter2
	run -1 "$SURGETAP" report --redis "unix://:wrong@$SOCKET" -o page.html
	[[ $output == *WRONGPASS* && $output != *wrong@* ]]
	SURGETAP_REDIS_PASSWORD=hunter2 "$SURGETAP" report --redis "$URL" --quiet -o empty.html
	[ -s empty.html ]
	run -2 "$SURGETAP" report --redis http://x -o page.html
	run -2 "$SURGETAP" report --redis "$URL" --usage f -o page.html
	run -2 "$SURGETAP" report --redis "$URL" --window yesterday -o page.html
	[ ! -e page.html ]
}
