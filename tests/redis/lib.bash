# SPDX-License-Identifier: Apache-2.0
# A Redis server and a publisher of our own for one test. BUILD names the build folder.

SOCKET=$BATS_TEST_TMPDIR/redis.sock
URL=unix://$SOCKET
LOG=$BATS_TEST_TMPDIR/feed.log
FEED_BIN=$BATS_TEST_DIRNAME/../../${BUILD:-build/release}/tests/redis/feed

cli() {
	redis-cli -s "$SOCKET" "$@"
}

# start_server [OPTION...]: on the socket only, in the test's own folder; returns when it answers.
start_server() {
	redis-server --port 0 --unixsocket "$SOCKET" --dir "$BATS_TEST_TMPDIR" --save '' \
		"$@" >>"$BATS_TEST_TMPDIR/server.log" 2>&1 3>&- &
	SERVER_PID=$!
	# Any answer will do: a server with a password refuses PING.
	wait_for server_answers
}

server_answers() {
	[[ $(cli ping 2>&1) =~ PONG|NOAUTH ]]
}

# A killed server leaves its socket behind, as a crash does.
kill_server() {
	[[ ${SERVER_PID:-} ]] || return 0
	kill -"${1:-KILL}" "$SERVER_PID" 2>/dev/null || true
	wait "$SERVER_PID" 2>/dev/null || true
	SERVER_PID=
}

# start_fake MODE: see fake.py.
start_fake() {
	python3 "$BATS_TEST_DIRNAME/fake.py" "$SOCKET" "$1" 3>&- &
	SERVER_PID=$!
	wait_for test -S "$SOCKET"
}

# wait_for COMMAND...: until it succeeds; the bound is for a test that would else hang.
wait_for() {
	local end=$((SECONDS + 60))
	until "$@"; do
		((SECONDS < end)) || { echo "never came true: $*" >&2; return 1; }
	done
}

# start_feed [OPTION...]: the publisher; `say` talks to it and leaves its answer in $answer.
start_feed() {
	coproc FEED { exec "$FEED_BIN" "${FEED_URL:-$URL}" "$@" 2>"$LOG" 3>&-; }
	FEED_PROCESS=$FEED_PID
}

say() {
	echo "$*" >&"${FEED[1]}"
	IFS= read -r -t 120 answer <&"${FEED[0]}"
}

say_until() {
	local wanted=$1
	shift
	say "$@" && [[ $answer == *"$wanted"* ]]
}

log_has() {
	grep -qF -- "$1" "$LOG"
}

# Bats does not see a failing "! log_has".
log_lacks() {
	! log_has "$1"
}

end_feed() {
	[[ ${FEED_PROCESS:-} ]] || return 0
	local status=0
	eval "exec ${FEED[1]}>&-"
	wait "$FEED_PROCESS" || status=$?
	FEED_PROCESS=
	return "$status"
}

stop_all() {
	if [[ ${FEED_PROCESS:-} ]]; then
		kill -KILL "$FEED_PROCESS" 2>/dev/null || true
		wait "$FEED_PROCESS" 2>/dev/null || true
	fi
	[[ ! ${SERVER_PID:-} ]] || kill -CONT "$SERVER_PID" 2>/dev/null || true
	kill_server
}

# One line of JSON for each alert of the stream, in its order.
stream_alerts() {
	cli --json xrange surgetap:alerts - + | jq -r '.[][1] as $f | $f[($f | index("eve")) + 1]'
}

unique_ids() {
	stream_alerts | jq -r .alert.context.alert_id | sort -u | wc -l
}
