#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# The report in a real browser, from a file, under its own Content-Security-Policy.

root=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
SURGETAP=${SURGETAP:-$root/build/${MODE:-release}/surgetap}
export CHROMIUM=${CHROMIUM:-$(command -v chromium || command -v chromium-browser || true)}
export NODE_MODULES=$root/build/npm/node_modules

# counts RANGE JUMP: hours of twelve days from 2026-03-02; JUMP multiplies VPN on the 13th.
counts() {
	jq -nc --arg range "$1" --argjson jump "$2" 'range(0; 288) as $hour
		| (if $hour >= 264 then $jump else 1 end) as $times
		| {event_type: "usage", range: $range, time_ms: ((1772409600 + 3600 * $hour) * 1000), scale_seconds: 3600,
			opsec_flows: (4 * $times), opsec_hosts: (2 * $times), vpn_flows: (4 * $times), vpn_hosts: (2 * $times),
			tor_flows: 0, tor_hosts: 0, all_flows: (100 + 4 * $times), all_hosts: (40 + 2 * $times), coverage: 1}'
}

# alert RANGE REASON ORG: the jump as an alert, with an example flow.
alert() {
	jq -nc --arg range "$1" --arg reason "$2" --arg org "$3" '{timestamp: "2026-03-13T01:00:00.000000+0000", event_type: "alert",
		alert: {signature: "SURGETAP vpn use up", severity: 2, context: {schema: "surgetap.alert/1", alert_id: "7", state: "open",
			range: $range, prefixes: ["10.0.0.0/8"], technique: "vpn", scale_seconds: 3600,
			window: {start: "2026-03-13T00:00:00.000000+0000", end: "2026-03-13T01:00:00.000000+0000"}, metric: "hosts",
			observed: {hosts: 26, flows: 52, bytes: 1}, expected: {hosts: 2, flows: 4, method: "absolute", samples: 264},
			ratio: 13, rise_percent: 1200, share: {observed: 0.4, expected: 0.05}, score: 14.2, learning: false,
			control: {hosts: 57, ratio: 2.5, ratio_low: 1.8, ratio_high: 3.4, excess_ratio: 5.2, verdict: "shared"},
			coordination: {active_hosts: 41, moved_hosts: 38, moved_share: 0.927, half_within_seconds: 1260, p_value: 1.1e-7},
			top_hosts: [{ip: "10.0.0.1", flows: 3}],
			top_peers: [{ip: "198.51.100.1", asn: 64500, as_org: $org, country: "DE", flows: 3}],
			example_flows: [{community_id: "1:wCb3OG7yAFWelaUydu0D+125CLM=", src_ip: "10.0.0.1", src_port: 1, dest_ip: "198.51.100.1",
				dest_port: 1194, proto: "UDP", app_proto: "openvpn", reason: $reason}],
			lists: {tor_relays: "valid-after 2026-03-01"}}}}'
}

setup_file() {
	cd "$BATS_FILE_TMPDIR" || return
	{ counts home 13; counts quiet 1; } >usage.ndjson
	alert home 'handshake' 'Example' >alerts.ndjson
	jq -c '.alert.context.state = "update" | .alert.context.window.end = "2026-03-13T02:00:00.000000+0000"' alerts.ndjson >update.ndjson
	cat update.ndjson >>alerts.ndjson
	"$SURGETAP" report --usage usage.ndjson --alerts alerts.ndjson -o report.html
}

# page CASE [FILE]: the case in the browser.
page() {
	[[ $CHROMIUM && -d $NODE_MODULES/playwright-core ]] && command -v node >/dev/null ||
		skip "chromium, node or playwright-core is not installed"
	timeout 60 node "$BATS_TEST_DIRNAME/report.mjs" "$1" "${2:-$BATS_FILE_TMPDIR/report.html}"
}

@test "the report opens from a file, without a message, a request or a refusal" { page opens; }

@test "a script that is not the report's does not run" {
	sed 's|</main>|</main><script>window.planted = 1</script>|' "$BATS_FILE_TMPDIR/report.html" >"$BATS_TEST_TMPDIR/planted.html"
	page policy "$BATS_TEST_TMPDIR/planted.html"
}

@test "hostile names are text" {
	cd "$BATS_TEST_TMPDIR"
	name='<img src=x onerror=alert(1)>'
	counts "$name" 13 >usage.ndjson
	alert "$name" '</script><script>alert(2)</script>' '<b>org</b>' >alerts.ndjson
	"$SURGETAP" report --usage usage.ndjson --alerts alerts.ndjson --title '"><svg onload=alert(3)>' -o report.html
	[ "$(grep -c '<img' report.html)" -eq 0 ]
	page hostile "$PWD/report.html"
}

@test "the timeline zooms by drag, and back by double click" { page zoom; }

@test "everything is reached and moved by keyboard" { page keyboard; }

@test "dark and light follow the system and the choice" { page colours; }

@test "hosts and flows, numbers and shares, one range and another" { page views; }

@test "a telephone's width does not scroll sideways, and charts follow the width" { page narrow; }

@test "a jump after one day is told with a wide interval that says so" {
	cd "$BATS_TEST_TMPDIR"
	counts home 13 | jq -c 'select(.time_ms >= 1773273600000)' >usage.ndjson
	"$SURGETAP" report --quiet --usage usage.ndjson --alerts "$BATS_FILE_TMPDIR/alerts.ndjson" -o report.html
	page few_days "$PWD/report.html"
}

@test "print is black on white, whole, without controls" { page print; }

@test "the only hour of a page is drawn, and without alerts nothing is claimed" {
	cd "$BATS_TEST_TMPDIR"
	counts home 13 | head -n 1 >usage.ndjson
	"$SURGETAP" report --quiet --usage usage.ndjson -o report.html
	page one_bucket "$PWD/report.html"
}

@test "nothing counted is said, not a blank page" {
	: >"$BATS_TEST_TMPDIR/usage.ndjson"
	"$SURGETAP" report --usage "$BATS_TEST_TMPDIR/usage.ndjson" -o "$BATS_TEST_TMPDIR/report.html"
	page empty "$BATS_TEST_TMPDIR/report.html"
}

@test "bad input to report is named" {
	cd "$BATS_TEST_TMPDIR"
	echo '{"event_type":"usage"}' >bad.ndjson
	run "$SURGETAP" report --usage bad.ndjson -o out.html
	[ "$status" -eq 1 ]
	[[ $output == *"bad.ndjson:1: no usage line"* ]]
	run "$SURGETAP" report --usage "$BATS_FILE_TMPDIR/usage.ndjson" --alerts bad.ndjson -o out.html
	[ "$status" -eq 1 ]
	[[ $output == *"bad.ndjson:1: no alert of surgetap"* ]]
	run "$SURGETAP" report --usage "$BATS_FILE_TMPDIR/usage.ndjson"
	[ "$status" -eq 2 ]
	run "$SURGETAP" report --usage "$BATS_FILE_TMPDIR/usage.ndjson" -o /nowhere/out.html
	[ "$status" -eq 1 ]
	[[ $output == *"/nowhere/out.html"* ]]
}
