#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# The dashboard's server among clients and a Redis that mean no good.

load lib

setup_file() {
	ulimit -Sn 1024 # as most systems begin
	start_all 10
}

teardown_file() {
	stop_all
}

@test "clients that never end their request hold up nobody, however many they are" {
	python3 - "$(url_of main)" <<'PY'
import http.client, json, resource, socket, sys
resource.setrlimit(resource.RLIMIT_NOFILE, (2200, 2200))
host, port = sys.argv[1][7:].split(':')

def ask(connection, path):
    connection.request('GET', path)
    answer = connection.getresponse()
    assert answer.status == 200, answer.status
    return answer.read()

listener = socket.create_connection((host, int(port)), 20)
listener.sendall(b'GET /api/events HTTP/1.1\r\nHost: localhost\r\n\r\n')
listener.recv(4096)
slow = []
for i in range(2000):
    s = socket.create_connection((host, int(port)), 20)
    s.sendall(b'GET /api/alerts HTTP/1.1\r\nHost: localhost\r\nX-Slow: ')
    slow.append(s)
    if i % 100 == 0:
        ask(http.client.HTTPConnection(host, int(port), timeout=20), '/api/alerts')
server = json.loads(ask(http.client.HTTPConnection(host, int(port), timeout=20), '/api/health'))['server']
assert server['connections'] <= 1024 and server['crowded_out'] >= 2000 - 1024, server
listener.setblocking(False)
try:
    assert listener.recv(4096), 'a browser that waits for news was ended'
except BlockingIOError:
    pass
PY
	answers() { [[ $(status_of /api/alerts) == 200 ]]; }
	wait_for answers
}

@test "whoever watches over the dashboard learns that Redis is away, without a token" {
	[ "$(get /healthz)" = ok ]
	[ "$(get /api/health | jq '.server.connections >= 1')" = true ]
	start_dashboard other --redis "unix://$BATS_TEST_TMPDIR/none.sock"
	is_unwell() { [[ $(curl -s -w '%{http_code}' "$(url_of other)/healthz") == *503 ]]; }
	wait_for is_unwell
	stop other
}

@test "a head that is too long is refused, and so is a method that is none" {
	[[ $(status_of /api/alerts -H "X-Long: $(printf 'a%.0s' {1..40000})") == 4?? ]]
	[[ $(status_of "/api/alerts?q=$(printf 'a%.0s' {1..30000})") == 4?? ]]
	for method in PUT DELETE PATCH OPTIONS TRACE; do
		[ "$(status_of /api/alerts -X "$method")" = 405 ]
	done
	[ "$(status_of /api/alerts -X POST -H 'Content-Type: application/json' -d '{}')" = 405 ]
	[ "$(status_of / -I)" = 200 ]
	[ "$(status_of /api/alerts)" = 200 ]
}

@test "a token in the address is none" {
	echo 'a token of enough length' >"$BATS_TEST_TMPDIR/token"
	start_dashboard other --token-file "$BATS_TEST_TMPDIR/token"
	url=$(url_of other)
	[ "$(curl -s -o /dev/null -w '%{http_code}' "$url/api/alerts?token=a+token+of+enough+length")" = 401 ]
	[ "$(curl -s -o /dev/null -w '%{http_code}' "$url/api/alerts" -H 'Authorization: Bearer a token of enough length')" = 200 ]
	stop other
}

@test "bytes that are no text come out as JSON and CSV all the same" {
	id=$(cli xadd surgetap:alerts '*' alert_id odd state open range $'\xff\xfe\xc3(' technique $'to\x1br' ratio NaN eve $'{"a":"\xff"}')
	[ "$(alerts 'q=odd' | jq -r '.[0].range')" = '\xff\xfe\xc3(' ]
	[ "$(get "/api/alert?id=$id" | jq -c '[.eve, .text]')" = '[null,"{\"a\":\"\\xff\"}"]' ]
	get '/api/export?format=csv' | iconv -f utf-8 -t utf-8 >/dev/null
	get '/api/export?format=ndjson' | jq -e . >/dev/null
	cli xdel surgetap:alerts "$id"
}

# told_at NAME PATTERN: what the dashboard NAME answers about alerts.
told_at() {
	curl -s "$(url_of "$1")/api/alerts" | jq -r .message | grep -qE "$2"
}

is_well() {
	[[ $(curl -s "$(url_of other)/api/alerts?limit=1" | jq '.alerts | length') == 1 ]]
}

@test "rights that are taken are told, and mended without a restart" {
	start_dashboard other
	cli acl setuser default -xrevrange -xread >/dev/null
	wait_for told_at other 'NOPERM'
	cli acl setuser default +@all >/dev/null
	wait_for is_well
	stop other
}

@test "a wrong password is told without it, and works once it is right" {
	cli config set requirepass another >/dev/null
	export REDISCLI_AUTH=another
	SURGETAP_REDIS_PASSWORD=wrong-secret start_dashboard other
	wait_for told_at other WRONGPASS
	cli config set requirepass wrong-secret >/dev/null
	wait_for is_well
	REDISCLI_AUTH=wrong-secret cli config set requirepass '' >/dev/null
	unset REDISCLI_AUTH
	stop other
	run grep wrong-secret "$BATS_FILE_TMPDIR/other.log"
	[ "$status" -eq 1 ]
}

@test "FLUSHALL and a trimmed stream leave an empty page that fills again" {
	before=$(get '/api/alerts?limit=2' | jq -r .next)
	cli xtrim surgetap:alerts maxlen 1 >/dev/null
	[ "$(get "/api/alerts?before=$before" | jq -c '[.alerts, .next]')" = '[[],null]' ]
	cli flushall >/dev/null
	[ "$(get /api/alerts | jq -c .alerts)" = '[]' ]
	is_empty() { [[ $(get /api/overview | jq '.ranges | length') == 0 ]]; }
	wait_for is_empty
	seed usage
	is_back() { [[ $(get /api/overview | jq '.ranges | length') == 2 ]]; }
	wait_for is_back
}
