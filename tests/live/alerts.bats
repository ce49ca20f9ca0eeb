#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# A jump on a tap whose past is known. The test waits for a minute of the clock to end, and for nothing else.

load lib
load past

setup() {
	need_namespaces
	chmod 755 "$BATS_RUN_TMPDIR" "$BATS_RUN_TMPDIR"/test "$BATS_TEST_TMPDIR"
}
teardown() { remove_space; }

# What is usual is learnt from minutes, of which a replay has a few more: those that passed before the live sensor began. All
# else that an alert says is the same, but for the interface and the number that a run gives to a flow.
usual='.flow_id, .in_iface, .alert.signature, (.alert.context | .expected, .ratio, .rise_percent, .score, .odds, .p_value, .share.expected)'
essence() { jq -cS "del($usual)" "$1"; }
measures() { jq -r '.alert.context | .ratio, .rise_percent, .score, .expected.hosts, .expected.flows, .share.expected' "$1"; }
are_near() { paste <(measures "$1") <(measures "$2") | tee "$BATS_TEST_TMPDIR/measures" | awk '{ wrong += $1 - $2 > .25 * $1 || $2 - $1 > .25 * $1 } END { exit wrong > 0 || NR == 0 }' || { cat "$BATS_TEST_TMPDIR/measures"; return 1; }; }

@test "no alert is lost or changed by a reload, by two workers, or by being live" {
	cd "$BATS_TEST_TMPDIR"
	learn_past past
	cp -r past state
	chown -R nobody state
	echo "watch: [175.45.176.0/24=lab]" >c.yaml
	chmod 644 c.yaml
	add_pair
	start_recorder
	start_sensor -c "$PWD/c.yaml" --state "$PWD/state" --workers 2 --sensor tap-1 --user nobody
	# The first minute is seen in part only, and one seen less than half is not judged.
	started=$(date +%s)
	wait_for is_over $((started / 60 * 60 + 60))
	send --multiplier 100 jump.pcap
	first=$SENT
	echo "watch: [198.18.0.0/15=elsewhere, 175.45.176.0/24=lab]" >c.yaml
	kill -HUP "$SENSOR"
	wait_for says "in use now"
	send --multiplier 100 jump.pcap
	wait_for has_recorded $((first + SENT))
	stop_recorder
	BOUND=150 wait_for has_alerts 2 # the minute has to end
	stop_sensor
	[ "$SENSOR_STATUS" -eq 0 ]
	[ "$(stat .packets.received)" -eq $((first + SENT)) ]
	# What comes later closes the minute, as the clock has done.
	scenario "$(date -u -d '+2 minutes' +%Y-%m-%dT%H:%M:00Z)" 1m 12 6 20 >later.yaml
	"$COMPOSE" later.yaml later.pcap
	"$SURGETAP" replay -q -w 175.45.176.0/24=lab --state past --alerts again --sensor tap-1 tap.pcap later.pcap
	[ "$(jq -s 'map(select(.alert.context.technique == "vpn" and .alert.context.state == "open")) | length' "$ALERTS")" -eq 1 ]
	diff <(essence again) <(essence "$ALERTS")
	are_near again "$ALERTS"
}
