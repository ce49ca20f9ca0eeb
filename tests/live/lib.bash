# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2034 # the tests that load this file read its variables
# A tap of our own for one test: a network namespace with a veth pair, of which one end is listened on. Nothing leaves it.

SURGETAP=${SURGETAP:-$BATS_TEST_DIRNAME/../../${BUILD:-build/release}/surgetap}
CAPTURES=$BATS_TEST_DIRNAME/../lab/captures
SPACE=surgetap-$BASHPID-$BATS_TEST_NUMBER
LOG=$BATS_TEST_TMPDIR/log
STATS=$BATS_TEST_TMPDIR/stats.json
USAGE=$BATS_TEST_TMPDIR/usage.ndjson
ALERTS=$BATS_TEST_TMPDIR/alerts.ndjson
# The hosts of the laboratory's captures.
WATCH=(-w 175.45.176.0/22=lab)
# The sandbox denies what LeakSanitizer needs at the end.
export ASAN_OPTIONS=${ASAN_OPTIONS:-}:detect_leaks=0

need_namespaces() {
	[[ $(id -u) -eq 0 ]] || skip "needs root for network namespaces"
	ip netns add "$SPACE" 2>/dev/null || skip "network namespaces are not allowed here"
}

inside() {
	ip netns exec "$SPACE" "$@"
}

# add_pair [NUMBER]: the tap (tap0) and where packets are put in (source0); without IPv6 nobody speaks unasked.
add_pair() {
	local number=${1:-0}
	inside sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1 ||
		skip "sysctl is not allowed here"
	inside ip link add "tap$number" type veth peer name "source$number"
	inside ip link set "tap$number" up
	inside ip link set "source$number" up
}

remove_space() {
	local process
	stop_all
	for process in $(ip netns pids "$SPACE" 2>/dev/null); do kill -KILL "$process" 2>/dev/null || true; done
	ip netns del "$SPACE" 2>/dev/null || true
}

# wait_for COMMAND...: until it succeeds; the bound is for a test that would else hang.
wait_for() {
	local end=$((SECONDS + ${BOUND:-90}))
	until "$@"; do
		((SECONDS < end)) || { echo "never came true: $*" >&2; cat "$LOG" >&2; return 1; }
	done
}

is_running() {
	kill -0 "$1" 2>/dev/null
}

says() {
	grep -qF -- "$1" "$LOG" && return
	is_running "$SENSOR" || { echo "the sensor has ended" >&2; cat "$LOG" >&2; return 2; }
	return 1
}

says_times() {
	[ "$(grep -cF -- "$1" "$LOG")" -ge "$2" ]
}

# start_sensor [OPTION...]: listens on tap0; returns when it does.
start_sensor() {
	# Not through a function, whose subshell would be the process that is known.
	ip netns exec "$SPACE" "$SURGETAP" run -i tap0 --alerts "$ALERTS" --usage "$USAGE" --stats "$STATS" "$@" >"$LOG" 2>&1 3>&- &
	SENSOR=$!
	wait_for says "listening on"
}

# stop_sensor [SIGNAL]: leaves its exit status in $SENSOR_STATUS.
stop_sensor() {
	SENSOR_STATUS=0
	kill -"${1:-TERM}" "$SENSOR"
	wait "$SENSOR" || SENSOR_STATUS=$?
	SENSOR=
}

stop_all() {
	local process
	for process in ${SENSOR:-} ${RECORDER:-}; do
		kill -KILL "$process" 2>/dev/null || true
		wait "$process" 2>/dev/null || true
	done
}

# start_recorder: tap.pcap is what an independent program sees on the tap.
start_recorder() {
	ip netns exec "$SPACE" tcpdump -i tap0 -U -w "$BATS_TEST_TMPDIR/tap.pcap" >"$BATS_TEST_TMPDIR/tcpdump" 2>&1 3>&- &
	RECORDER=$!
	wait_for grep -q "listening on" "$BATS_TEST_TMPDIR/tcpdump"
}

has_recorded() {
	[ "$(tcpdump -nr "$BATS_TEST_TMPDIR/tap.pcap" 2>/dev/null | wc -l)" -ge "$1" ]
}

stop_recorder() {
	kill -INT "$RECORDER"
	wait "$RECORDER" || true
	RECORDER=
}

# send OPTION... CAPTURE...: into $INTO or source0; leaves the number of packets in $SENT.
send() {
	inside tcpreplay -q --intf1="${INTO:-source0}" "$@" >"$BATS_TEST_TMPDIR/tcpreplay" 2>&1 || { cat "$BATS_TEST_TMPDIR/tcpreplay" >&2; return 1; }
	SENT=$(awk '/Successful packets/ { sum += $NF } END { print sum }' "$BATS_TEST_TMPDIR/tcpreplay")
}

# Every packet sent was received, or is counted as lost.
all_are_counted() {
	[ "$(stat '.packets.received + .capture.kernel_drops + .capture.softnet_drops + .capture.unread')" -eq "$SENT" ]
}

# overflow_rings CAPTURE...: more than they hold comes while the sensor stands still; then it ends.
overflow_rings() {
	kill -STOP "$SENSOR"
	send --topspeed --loop 100 "$@"
	kill -CONT "$SENSOR"
	stop_sensor TERM
	[ "$SENSOR_STATUS" -eq 0 ]
	[ "$(stat .capture.kernel_drops)" -gt 0 ]
	[ "$(jq -s 'map(.coverage) | min < 0.9' "$USAGE")" = true ]
}

stat() {
	jq -r "$1" "$STATS"
}
