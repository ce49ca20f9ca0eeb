#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# What the plugins recognise where the tap shows a part of a session: a few rows of `make techniques-hard`.

load lib

@test "of one direction, or joined midway, what counts, names or repeats itself is missed" {
	run lost one-way-up
	[[ $output =~ ^[0-5]\ [0-4]\ .*\ 0$ ]]
	run lost without-first-3
	[[ $output =~ ^0\ 0\ .*\ 0$ ]]
}
