#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# The unit for systemd, as far as it can be judged without running it.

UNIT=$BATS_TEST_DIRNAME/../../docs/systemd/surgetap.service

@test "the unit exposes no more than 2.0 of 10" {
	command -v systemd-analyze >/dev/null || skip "systemd-analyze is not installed"
	cp "$UNIT" "$BATS_TEST_TMPDIR"
	run systemd-analyze security --offline=true --threshold=20 "$BATS_TEST_TMPDIR/surgetap.service"
	echo "$output" | tail -n 1
	[[ $output == *"Overall exposure level"* ]]
	[ "$status" -eq 0 ]
}

@test "no word of the unit is unknown to systemd" {
	command -v systemd-analyze >/dev/null || skip "systemd-analyze is not installed"
	sed 's|^ExecStart=.*|ExecStart=/bin/true|; s|^Documentation=.*||' "$UNIT" >"$BATS_TEST_TMPDIR/surgetap.service"
	run systemd-analyze verify "$BATS_TEST_TMPDIR/surgetap.service"
	echo "$output"
	[[ $output != *"Unknown"* && $output != *"Failed to parse"* && $output != *"Invalid"* ]]
}
