# SPDX-License-Identifier: Apache-2.0
# A Redis server and a dashboard of our own, for a file of tests. BUILD names the build folder.

HERE=$BATS_TEST_DIRNAME
PROGRAM=$HERE/../../${BUILD:-build/release}/surgetap
SOCKET=$BATS_FILE_TMPDIR/redis.sock

cli() {
	redis-cli -s "$SOCKET" "$@"
}

# wait_for COMMAND...: until it succeeds; the bound is for a test that would else hang.
wait_for() {
	local end=$((SECONDS + 60))
	until "$@"; do
		((SECONDS < end)) || { echo "never came true: $*" >&2; return 1; }
	done
}

server_answers() {
	[[ $(cli ping 2>&1) == PONG ]]
}

start_redis() {
	redis-server --port 0 --unixsocket "$SOCKET" --dir "$BATS_FILE_TMPDIR" --save '' >>"$BATS_FILE_TMPDIR/redis.log" 2>&1 3>&- &
	echo $! >"$BATS_FILE_TMPDIR/redis.pid"
	wait_for server_answers
}

# stop NAME: ends the process whose number lies in NAME.pid. What a sanitizer has to say of it fails the test.
stop() {
	local pid
	pid=$(cat "$BATS_FILE_TMPDIR/$1.pid" 2>/dev/null) || return 0
	kill "$pid" 2>/dev/null || true
	while kill -0 "$pid" 2>/dev/null; do :; done
	rm -f "$BATS_FILE_TMPDIR/$1.pid"
	if grep -A 40 -E 'Sanitizer|runtime error' "$BATS_FILE_TMPDIR/$1.log" >&2; then return 1; fi
}

seed() {
	python3 "$HERE/seed.py" "$@" | cli --pipe >/dev/null
}

dashboard_is_up() {
	grep -q 'http://' "$BATS_FILE_TMPDIR/$1.log"
}

# start_dashboard NAME [OPTION...]: on a free port; its address ends up in NAME.url.
start_dashboard() {
	local name=$1
	shift
	: >"$BATS_FILE_TMPDIR/$name.log" # what one of that name said before is not to be taken for this one's
	"$PROGRAM" dashboard --redis "unix://$SOCKET" --listen 127.0.0.1:0 "$@" 2>"$BATS_FILE_TMPDIR/$name.log" 3>&- &
	echo $! >"$BATS_FILE_TMPDIR/$name.pid"
	wait_for dashboard_is_up "$name"
	grep -oE 'http://[^ ]*[0-9]' "$BATS_FILE_TMPDIR/$name.log" | head -n 1 >"$BATS_FILE_TMPDIR/$name.url"
}

# start_all COUNT [OPTION...]: Redis with usage and COUNT alerts, and the dashboard `main`.
start_all() {
	start_redis
	seed usage
	seed alerts "$1"
	start_dashboard main "${@:2}"
}

# What a sanitizer has to say of `main` decides: bats looks at the last command alone.
stop_all() {
	local file name
	for file in "$BATS_FILE_TMPDIR"/*.pid; do
		name=$(basename "$file" .pid)
		[[ $name == main ]] || stop "$name"
	done
	stop main
}

url_of() {
	cat "$BATS_FILE_TMPDIR/$1.url"
}

# get PATH [OPTION of curl...]: from the dashboard `main`.
get() {
	local path=$1
	shift
	curl -s --path-as-is "$@" "$(url_of main)$path"
}

status_of() {
	get "$@" -o /dev/null -w '%{http_code}'
}

# alerts QUERY: all alerts of a filter as one list. An answer says how far it came, which a busy machine cuts short.
alerts() {
	local page before=''
	while :; do
		page=$(get "/api/alerts?$1&before=$before")
		jq -c '.alerts[]' <<<"$page"
		before=$(jq -r '.next // ""' <<<"$page")
		[[ $before ]] || break
	done | jq -cs .
}
