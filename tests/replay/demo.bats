#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# What the README promises of `make demo`.

setup_file() {
	[[ ${MODE:-release} != tsan ]] || return 0
	cd "$BATS_TEST_DIRNAME/../.." || return
	for run in one two; do
		DEMO_DIR=$BATS_FILE_TMPDIR/demo tests/demo >"$BATS_FILE_TMPDIR/$run.txt" 2>&1
		mkdir "$BATS_FILE_TMPDIR/$run"
		cp "$BATS_FILE_TMPDIR/demo/"{alerts,usage}.ndjson "$BATS_FILE_TMPDIR/$run"
		rm "$BATS_FILE_TMPDIR/demo/capture.pcap"
		# One run is enough where the program is slow.
		[[ ${MODE:-release} == release ]] || break
	done
}

setup() {
	# Four and a half million packets take a quarter of an hour.
	[[ ${MODE:-release} != tsan ]] || skip "threads meet as in control.bats, over a week of traffic"
	cd "$BATS_FILE_TMPDIR" || return
}

# Events of a technique, one a line: state, rise in per cent.
events() {
	jq -r --arg t "$1" 'select(.alert.context.technique == $t) | .alert.context | "\(.state) \(.rise_percent)"' one/alerts.ndjson
}

@test "a planted jump of vpn, tor, tls or vps is missed, told twice, or told with another size" {
	for technique in vpn tor tls vps; do
		echo "$technique: $(events "$technique" | tr '\n' ',')"
		[ "$(events "$technique" | cut -d ' ' -f 1 | tr '\n' ' ')" = "open close " ]
		events "$technique" | awk '$2 < 1100 || $2 > 1300 { exit 1 }'
	done
}

@test "an alert comes before the planted jump" {
	[ "$(jq -r '.timestamp' one/alerts.ndjson | sort | head -n 1)" \> "2026-03-24T00:00" ]
}

@test "the open of an episode has another id than its close, or no example from its technique" {
	[ "$(jq -r '.alert.context.alert_id' one/alerts.ndjson | sort | uniq -c | awk '$1 != 2')" = "" ]
	[ "$(jq -r 'select(.alert.context.technique == "tor") | .alert.context.example_flows[].dest_port' one/alerts.ndjson | sort -u)" = 9001 ]
	[ "$(jq -r 'select(.alert.context.technique == "vps") | .alert.context.example_flows[].dest_port' one/alerts.ndjson | sort -u)" = 22 ]
}

@test "an alert leaves out the control group or the hosts that moved, or blames everyone" {
	[ "$(jq -c '.alert.context | select((.control and .coordination) | not)' one/alerts.ndjson)" = "" ]
	[ "$(jq -r '.alert.context.control.verdict' one/alerts.ndjson | sort -u)" = own ]
	# 16 hosts used each technique before, 208 do now; 64 and 832 use any of the four.
	[ "$(jq -r '.alert.context | select(.state == "close") | "\(.technique) \(.observed.distinct_hosts) \(.coordination.moved_hosts)"' one/alerts.ndjson |
		grep -E '^(vpn|tor|vps)' | sort -u)" = "$(printf '%s\n' 'tor 208 192' 'vpn 208 192' 'vps 208 192')" ]
	jq -e -s 'all(.[].alert.context.coordination; .p_value < 1e-9 and .moved_hosts <= .active_hosts)' one/alerts.ndjson
}

@test "an alert tells of more hosts than there were" {
	jq -e -s 'all(.[].alert.context; .observed.hosts <= .observed.distinct_hosts and
		.observed.distinct_hosts <= .coordination.active_hosts)' one/alerts.ndjson
	jq -e -s 'all(.[].alert.context; (.observed.hosts / .expected.hosts / .ratio - 1) | fabs < 0.01)' one/alerts.ndjson
}

@test "an alert does not tell how old its databases are" {
	run jq -r 'select(.event_type == "alert") | .alert.context.lists | "\(.geoip_asn) \(.geoip_country)"' one/alerts.ndjson
	[ "${#lines[@]}" -gt 0 ]
	for line in "${lines[@]}"; do
		[[ $line =~ ^built\ 20[0-9]{2}-[0-9]{2}-[0-9]{2}\ built\ 20[0-9]{2}-[0-9]{2}-[0-9]{2}$ ]]
	done
}

@test "the control group is shown as if it were watched" {
	[ "$(jq -r .range one/usage.ndjson | sort -u)" = star-kp ]
	[ "$(jq -r .alert.context.range one/alerts.ndjson | sort -u)" = star-kp ]
}

@test "two runs of the demo differ" {
	[[ -d two ]] || skip "one run only in MODE=$MODE"
	cmp one/alerts.ndjson two/alerts.ndjson
	cmp one/usage.ndjson two/usage.ndjson
}

@test "the demo does not say where its files are" {
	grep -q 'alerts.ndjson' one.txt
	grep -q 'star-kp' one.txt
}
