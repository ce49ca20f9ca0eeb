#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# The dashboard's server, asked as any program may.

load lib

setup_file() {
	start_all 1000
	wait_for usage_is_known
}

teardown_file() {
	stop_all
}

usage_is_known() {
	[[ $(get /api/overview | jq '[.ranges[] | select(.last_ms == 1774482600000)] | length') == 2 ]]
}

@test "no path leads out of what is built in" {
	for path in /../../etc/passwd /%2e%2e/%2e%2e/etc/passwd /uplot/../../etc/passwd //etc/passwd /web/app.js /report/page.html /assets.c; do
		[ "$(status_of "$path")" = 404 ]
	done
	[ "$(status_of /app.js)" = 200 ]
}

@test "no page runs inline script or is put into a frame" {
	headers=$(get / -D - -o /dev/null)
	[[ $headers == *"script-src 'self';"*"frame-ancestors 'none'"* ]]
	[[ $headers != *unsafe* ]]
	[[ $headers == *"X-Content-Type-Options: nosniff"* ]]
}

@test "no page of another site gets in by a name of its own" {
	[ "$(status_of /api/alerts -H 'Host: rebound.example')" = 421 ]
	[ "$(status_of /api/alerts -H 'Host: localhost:80')" = 200 ]
	[ "$(status_of /api/alerts -H 'Host: [::1]:80')" = 200 ]
}

@test "no form of another site acknowledges" {
	[ "$(status_of /api/ack -X POST -H 'Content-Type: text/plain' -d '{"alert_id":"aa","comment":""}')" = 415 ]
	[ "$(cli hexists surgetap:acks aa)" = 0 ]
}

@test "pages of alerts lose none and repeat none" {
	diff <(alerts limit=97 | jq -r '.[].id') <(cli --json xrevrange surgetap:alerts + - | jq -r '.[][0]')
}

@test "a filter finds what it names, and nothing else" {
	[ "$(alerts 'range=range-3&technique=tor,vpn&severity=2&state=close' | jq -c '[.[] | [.range, .state]] | unique')" = '[["range-3","close"]]' ]
	[ "$(alerts 'technique=tor,vpn&range=range-3' | jq -c '[.[].technique] | unique')" = '["tor","vpn"]' ]
	[ "$(alerts 'technique=to' | jq length)" = 0 ]
	[ "$(alerts 'q=ZWIEBEL' | jq length)" = 0 ]
	[ "$(alerts 'q=00000000000000000000000000000007' | jq -r '.[].id')" = 7-0 ]
	[ "$(alerts 'to=1' | jq 'map(select(.time_ms != null)) | length')" = 0 ]
}

# episodes QUERY FILTER: what jq makes of a sorted list.
episodes() { get "/api/episodes?$1" | jq -c "$2"; }
are_read() { [[ $(episodes 'limit=1' .loading) == false ]]; }

@test "a list in any order is the list of all, page by page" {
	wait_for are_read
	for order in time state technique range ratio rise severity acked; do
		[ "$(for offset in {0..1004..100}; do episodes "sort=$order&offset=$offset&limit=100" '.episodes[].id'; done | sort)" = "$(alerts limit=97 | jq -c '.[].id' | sort)" ]
	done
	[ "$(episodes 'sort=range&dir=desc&limit=2&technique=tor' '[.total, .since, (.episodes[] | .range)]')" = '[201,null,"star-jv","range-6"]' ]
	[ "$(episodes 'state=open&range=star-jv' '[.total, (.episodes[] | .id)]')" = '[2,"1004-0","1002-0"]' ]
	[ "$(episodes 'severity=1' .total)" = 0 ]
	[ "$(get /api/overview | jq -c '[.open[] | select(.range == "star-jv") | [.technique, .count]] | sort')" = '[["tor",1],["vps",1]]' ]
}

@test "a bad query is told, not guessed" {
	for query in sort=size limit=x limit=201 offset=-1 offset=99999 q=any from=soon; do
		[ "$(status_of "/api/episodes?$query")" = 400 ]
	done
	for query in 'before=x' 'before=1' 'limit=0' 'limit=100000' 'from=soon' "q=$(printf 'a%.0s' {1..600})"; do
		[ "$(status_of "/api/alerts?$query")" = 400 ]
	done
	[ "$(status_of '/api/alert?id=1')" = 400 ]
	[ "$(status_of '/api/alert?id=99999-0')" = 404 ]
	[ "$(status_of '/api/series?range=nobody&from=0&to=60000')" = 404 ]
	[ "$(status_of '/api/series?range=star-jv&from=5&to=1')" = 400 ]
	[ "$(status_of '/api/export?format=exe')" = 400 ]
}

@test "a record that is no JSON costs itself only" {
	[ "$(get '/api/alert?id=1003-0' | jq -c '[.eve, .text]')" = '[null,"{\"not json"]' ]
	[ "$(get '/api/alert?id=1002-0' | jq -r '.eve.alert.context.schema')" = surgetap.alert/9 ]
}

@test "exports hold every alert, and no name becomes a formula or a second cell" {
	[ "$(get '/api/export?format=ndjson' | jq -c . | wc -l)" = 1004 ]
	get '/api/export?format=csv' >"$BATS_TEST_TMPDIR/a.csv"
	python3 - "$BATS_TEST_TMPDIR/a.csv" <<'PY'
import csv, sys
rows = list(csv.reader(open(sys.argv[1], newline='')))
assert len(rows) == 1005 and {len(row) for row in rows} == {14}, len(rows)
PY
	cli xadd surgetap:alerts '1005-0' alert_id x state open range '=HYPERLINK("http://e")' ratio '=1+1' eve '{}'
	line=$(get '/api/export?format=csv' | sed -n 2p)
	cli xdel surgetap:alerts 1005-0
	[[ $line == *"\"'=HYPERLINK"* ]]
	[[ $line != *'"=1+1"'* ]]
}

@test "minutes and hours of a series stand at their times" {
	series=$(get '/api/series?range=star-jv&metric=hosts&from=1774461600000&to=1774465200000')
	[ "$(jq -c '[.step_s, .times[0], .techniques.tor.values[0], .techniques.tor.values[1], (.times | length)]' <<<"$series")" = '[60,1774461600,26,null,60]' ]
	series=$(get '/api/series?range=star-jv&metric=hosts&from=1774051200000&to=1774483200000')
	[ "$(jq -c '[.step_s, .techniques.vpn.values[0], .techniques.vpn.values[-1], .techniques.vpn.usual[-1], .techniques.vpn.usual[0]]' <<<"$series")" = '[3600,2,26,2,null]' ]
	[ "$(get '/api/series?range=caf%C3%A9&metric=flows&from=1774461600000&to=1774465200000' | jq '.techniques.tor.values[0]')" = 6 ]
}

@test "a year is shown in hours, which are not lost, counted twice or mixed with minutes" {
	seed hours star-jv 365
	series=$(get '/api/series?range=star-jv&metric=flows&from=1742947200000&to=1774483200000')
	[ "$(jq -c '[.step_s, .per, (.times | length), .times[-1], .techniques.tor.usual]' <<<"$series")" = '[21600,"hour",1460,1774461600,[]]' ]
	# 68..73 users with two flows each, and nine in the second half of the last hour
	[ "$(jq '.techniques.tor.values[-1]' <<<"$series")" = 144 ]
	[ "$(get '/api/series?range=star-jv&metric=hosts&from=1742947200000&to=1774483200000' | jq '.techniques.tor.values[-1]')" = 70.5 ]
	series=$(get '/api/series?range=star-jv&metric=hosts&from=1769904000000&to=1774483200000')
	[ "$(jq -c '[.step_s, .per, .techniques.tor.values[-1]]' <<<"$series")" = '[3600,"hour",73]' ]
	# without hours: what the minutes know
	[ "$(get '/api/series?range=caf%C3%A9&metric=hosts&from=1742947200000&to=1774483200000' | jq -c '[.step_s, .per, .techniques.tor.values[-1]]')" = '[3600,"minute",3]' ]
	cli del surgetap:usage-hour:star-jv
}

@test "an acknowledgement is kept in Redis, shown, told to all, and can be withdrawn" {
	id=00000000000000000000000000000005
	post() { get /api/ack -X POST -H 'Content-Type: application/json' -d "$1" "${@:2}"; }
	[ "$(post "{\"alert_id\":\"$id\",\"comment\":\"a \\u202e test\",\"by\":\"shift-2\"}" | jq -r .ack.by)" = shift-2 ]
	[ "$(cli hget surgetap:acks $id | jq -r .comment)" = 'a \xe2\x80\xae test' ]
	[ "$(alerts "q=$id" | jq -r '.[].ack.by')" = shift-2 ]
	[ "$(episodes acked=yes '[.total, .episodes[0].ack.by]')" = '[1,"shift-2"]' ]
	post "{\"alert_id\":\"$id\",\"withdraw\":true}"
	[ "$(cli hexists surgetap:acks $id)" = 0 ]
	[ "$(episodes acked=yes .total)" = 0 ]
	for bad in '[]' '{' '{"alert_id":"a b","comment":""}' "{\"alert_id\":\"$id\",\"comment\":\"$(printf 'a%.0s' {1..2001})\"}"; do
		[ "$(post "$bad" -o /dev/null -w '%{http_code}')" = 400 ]
	done
	[ "$(post "$(printf 'a%.0s' {1..9000})" -o /dev/null -w '%{http_code}')" = 413 ]
}

# first_events COUNT PATTERN OPTION...: lines that the server tells, in their order.
first_events() {
	local count=$1 pattern=$2
	shift 2
	exec 4< <(exec curl -sN --max-time 20 "$(url_of main)/api/events" "$@" 3>&-)
	grep -m "$count" "$pattern" <&4
	kill $!
	exec 4<&-
}

@test "events go on behind the id that a browser saw last" {
	[ "$(first_events 2 '^id: ' -H 'Last-Event-ID: 1001-0')" = $'id: 1002-0\nid: 1003-0' ]
	[ "$(first_events 1 '^event: ' -H 'Last-Event-ID: 1-0')" = 'event: reload' ]
}

@test "200 browsers hear of an alert" {
	url=$(url_of main)
	python3 - "$url" "$SOCKET" <<'PY'
import socket, subprocess, sys
host, port = sys.argv[1][7:].split(':')
listeners = []
for _ in range(200):
    s = socket.create_connection((host, int(port)), 20)
    s.sendall(b'GET /api/events HTTP/1.1\r\nHost: localhost\r\n\r\n')
    listeners.append(s)
for s in listeners:
    data = b''
    while b'\r\n\r\n' not in data:
        data += s.recv(4096)
entry = subprocess.run(['redis-cli', '-s', sys.argv[2], 'xadd', 'surgetap:alerts', '*', 'alert_id', 'crowd', 'state', 'open'], capture_output=True, text=True).stdout.strip()
for s in listeners:
    data = b''
    while ('id: ' + entry).encode() not in data:
        part = s.recv(4096)
        assert part, 'a listener was left'
        data += part
subprocess.run(['redis-cli', '-s', sys.argv[2], 'xdel', 'surgetap:alerts', entry], check=True, capture_output=True)
PY
	[ "$(status_of /api/alerts)" = 200 ]
}

@test "no address but loopback is listened on without a token" {
	run "$PROGRAM" dashboard --listen 0.0.0.0:0
	[ "$status" -eq 2 ]
	[[ $output == *"--token-file"* ]]
	run "$PROGRAM" dashboard --listen '[::]:0'
	[ "$status" -eq 2 ]
	for bad in 8080 :8080 host:80 127.0.0.1:99999 127.0.0.1:x '[::1:80'; do
		run "$PROGRAM" dashboard --listen "$bad"
		[ "$status" -eq 2 ]
	done
	run "$PROGRAM" dashboard --redis redis://u:secret@ho:st:x
	[ "$status" -eq 2 ]
	[[ $output != *secret* ]]
}

@test "no data is given without the token, or for a wrong one" {
	echo 'a token of enough length' >"$BATS_TEST_TMPDIR/token"
	start_dashboard locked --token-file "$BATS_TEST_TMPDIR/token"
	url=$(url_of locked)
	code() { curl -s -o /dev/null -w '%{http_code}' "$@"; }
	for path in settings overview 'series?range=x' alerts 'alert?id=1-0' 'export?format=csv' health events; do
		[ "$(code "$url/api/$path")" = 401 ]
		[ "$(code "$url/api/$path" -H 'Authorization: Bearer a token of enough lengtH')" = 401 ]
		[ "$(code "$url/api/$path" -b 'surgetap_session=')" = 401 ]
	done
	[ "$(code "$url/api/ack" -H 'Content-Type: application/json' -d '{"alert_id":"aa"}')" = 401 ]
	[ "$(code "$url/")" = 200 ]
	[ "$(code "$url/api/alerts" -H 'Authorization: Bearer a token of enough length')" = 200 ]
	[ "$(code "$url/api/login" -H 'Content-Type: application/json' -d '{"token":"wrong"}')" = 401 ]
	curl -s -c "$BATS_TEST_TMPDIR/jar" "$url/api/login" -H 'Content-Type: application/json' -d '{"token":"a token of enough length"}'
	[ "$(code "$url/api/alerts" -b "$BATS_TEST_TMPDIR/jar")" = 200 ]
	run grep -q 'enough length' "$BATS_TEST_TMPDIR/jar"
	[ "$status" -ne 0 ]
	stop locked
	echo short >"$BATS_TEST_TMPDIR/token"
	run "$PROGRAM" dashboard --token-file "$BATS_TEST_TMPDIR/token" --listen 127.0.0.1:0
	[ "$status" -eq 2 ]
}

@test "a Redis that is away is told, and found again" {
	"$PROGRAM" dashboard --redis "unix://$BATS_TEST_TMPDIR/none.sock" --listen 127.0.0.1:0 2>"$BATS_FILE_TMPDIR/away.log" 3>&- &
	echo $! >"$BATS_FILE_TMPDIR/away.pid"
	wait_for dashboard_is_up away
	url=$(grep -oE 'http://[^ ]*[0-9]' "$BATS_FILE_TMPDIR/away.log")
	[ "$(curl -s "$url/api/alerts" | jq -r .error)" = redis ]
	[ "$(curl -s "$url/api/overview" | jq -c .ranges)" = '[]' ]
	ln -s "$SOCKET" "$BATS_TEST_TMPDIR/none.sock"
	has_come() { [[ $(curl -s "$url/api/alerts?limit=1" | jq '.alerts | length') == 1 ]]; }
	wait_for has_come
	stop away
}

@test "a range is found under the name that is shown, whatever bytes are in it" {
	cli xadd 'surgetap:usage:%3Cb%3E%07%E2%80%AE' 1774482000000-0 tor_hosts 5 >/dev/null
	is_shown() { get /api/overview | jq -e '[.ranges[].range] | index("<b>\\x07\\xe2\\x80\\xae") != null' >/dev/null; }
	wait_for is_shown
	[ "$(get '/api/series?range=%3Cb%3E%5Cx07%5Cxe2%5Cx80%5Cxae&metric=hosts&from=1774480000000&to=1774483200000' | jq '[.techniques.tor.values[] | select(. != null)] | add')" = 5 ]
	cli del 'surgetap:usage:%3Cb%3E%07%E2%80%AE' >/dev/null
	is_gone() { ! is_shown; }
	wait_for is_gone
}

@test "no range with an open alert is left out for one without, however many there are" {
	python3 - <<'PY' | cli -n 5 --pipe >/dev/null
for i in range(260):
    print(f"XADD surgetap:usage:r{i} 1774482000000-0 tor_hosts 5")
PY
	start_dashboard crowded --redis "unix://$SOCKET?db=5"
	shown() { curl -s "$(url_of crowded)/api/overview" | jq -c "$1"; }
	are_shown() { [[ $(shown '[(.ranges | length), .left_out, .loading]') == '[200,60,false]' ]]; }
	wait_for are_shown
	mapfile -t left_out < <(comm -23 <(printf 'r%d\n' {0..259} | sort) <(shown '.ranges[].range' | jq -r . | sort) | head -n 3)
	[ "${#left_out[@]}" = 3 ]
	for range in "${left_out[@]:0:2}"; do
		cli -n 5 xadd surgetap:alerts '*' alert_id "$range" state open range "$range" technique tor time_ms 1774482000000 >/dev/null
	done
	cli -n 5 xadd surgetap:alerts '*' alert_id closed state close range "${left_out[2]}" technique tor time_ms 1774482000000 >/dev/null
	are_first() { [[ $(shown '[.ranges[].range]' | jq -c --args '[.[] | select(IN($ARGS.positional[]))] | length' "${left_out[@]:0:2}") == 2 ]]; }
	wait_for are_first
	wait_for are_shown
	[ "$(shown '[.ranges[].range]' | jq --arg range "${left_out[2]}" 'index($range)')" = null ]
	stop crowded
	start_dashboard crowded --redis "unix://$SOCKET?db=5"
	wait_for are_first
	stop crowded
}

@test "a range whose key is gone goes, and a stream that begins anew, with smaller ids, is read anew" {
	last_of_range() { get /api/overview | jq -r '.ranges[] | select(.range == "passing") | .last_ms'; }
	is_last() { [[ $(last_of_range) == "$1" ]]; }
	cli xadd surgetap:usage:passing 1774482000000-0 tor_hosts 5 >/dev/null
	wait_for is_last 1774482000000
	cli del surgetap:usage:passing >/dev/null
	cli xadd surgetap:usage:passing 1774400400000-0 tor_hosts 7 >/dev/null
	wait_for is_last 1774400400000
	[ "$(get '/api/series?range=passing&metric=hosts&from=1774396800000&to=1774483200000' | jq '[.techniques.tor.values[] | select(. != null)] | add')" = 7 ]
	cli del surgetap:usage:passing >/dev/null
	wait_for is_last ''
	[ "$(get /api/overview | jq -c '[.loading, .complete, (.ranges | length)]')" = '[false,2,2]' ]
}

@test "alerts of a megabyte each do not fill the memory" {
	before=$(awk '/VmRSS/ { print $2 }' "/proc/$(cat "$BATS_FILE_TMPDIR/main.pid")/status")
	python3 "$HERE/seed.py" long 60 | cli --pipe >/dev/null
	[ "$(alerts 'q=the+needle' | jq length)" = 60 ]
	get '/api/export?format=ndjson' | tail -n 1 | jq -e .event_type >/dev/null
	after=$(awk '/VmRSS/ { print $2 }' "/proc/$(cat "$BATS_FILE_TMPDIR/main.pid")/status")
	echo "$before $after KiB"
	[[ $MODE == [at]san ]] || ((after - before < 48 * 1024))
}

@test "browsers hear of a stream of alerts that begins anew, with smaller ids" {
	exec 4< <(exec curl -sN --max-time 60 "$(url_of main)/api/events" 3>&-)
	cli del surgetap:alerts >/dev/null
	grep -m 1 '^event: reload' <&4
	seed alert 5-0 anew
	grep -m 1 '^id: 5-0' <&4
	exec 4<&-
	[ "$(alerts limit=9 | jq -r '.[].range')" = anew ]
	is_anew() { [[ $(episodes limit=9 '[.episodes[].range]') == '["anew"]' ]]; }
	wait_for is_anew
}
