#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# The units for systemd, as far as they can be judged without running them.

UNITS=$BATS_TEST_DIRNAME/../../docs/systemd

# exposes UNIT TENTHS: fails above that level.
exposes() {
	cp "$UNITS/$1" "$BATS_TEST_TMPDIR"
	run systemd-analyze security --offline=true --threshold="$2" "$BATS_TEST_TMPDIR/$1"
	echo "$output" | tail -n 1
	[[ $output == *"Overall exposure level"* ]]
	[ "$status" -eq 0 ]
}

@test "the sensor's unit exposes no more than 2.0 of 10, the dashboard's no more than 1.5" {
	command -v systemd-analyze >/dev/null || skip "systemd-analyze is not installed"
	exposes surgetap.service 20
	exposes surgetap-dashboard.service 15
}

@test "no word of the units is unknown to systemd" {
	command -v systemd-analyze >/dev/null || skip "systemd-analyze is not installed"
	for unit in surgetap.service surgetap-dashboard.service; do
		sed 's|^ExecStart=.*|ExecStart=/bin/true|; s|^Documentation=.*||' "$UNITS/$unit" >"$BATS_TEST_TMPDIR/$unit"
		run systemd-analyze verify "$BATS_TEST_TMPDIR/$unit"
		echo "$output"
		[[ $output != *"Unknown"* && $output != *"Failed to parse"* && $output != *"Invalid"* ]]
	done
}

@test "the dashboard's unit calls it with options that it knows" {
	read -ra words <<<"$(sed -n 's|^ExecStart=[^ ]* ||p' "$UNITS/surgetap-dashboard.service")"
	run "${SURGETAP:-$BATS_TEST_DIRNAME/../../build/release/surgetap}" "${words[@]}" --help
	[ "$status" -eq 0 ]
}
