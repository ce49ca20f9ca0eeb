#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# A short run of the detector's goals, with wide bounds: a change that floods or silences it fails here.
# `make bench-detector` measures them in earnest.

bats_require_minimum_version 1.5.0

setup_file() {
	cd "$BATS_TEST_DIRNAME/../.." || return
	export SURGETAP=${SURGETAP:-$PWD/build/${MODE:-release}/surgetap}
	export JUDGE=$PWD/tests/bench/detector/judge.awk
	export SIMULATE=$BATS_FILE_TMPDIR/simulate
	${CC:-cc} -std=c17 -O2 -D_GNU_SOURCE -o "$SIMULATE" tests/bench/detector/simulate.c -lm
}

# rate NOISE BASE WEEKS SCENARIO SERIES FROM WITHIN: hourly flows; the figures of judge.awk into the array `figure`.
rate() {
	local line
	line=$("$SIMULATE" "$1" "$2" 3600 "$3" "$4" "$5" 7 | "$SURGETAP" score --kind flows - |
		awk -v weeks="$3" -v series="$5" -v bucket=3600 -v from="$6" -v within="$7" -f "$JUDGE")
	echo "$*: $line"
	read -ra figure <<<"$line"
}

holds() {
	awk "BEGIN { exit !($1) }"
}

@test "quiet series stay quiet under every noise" {
	for noise in P M A; do
		for base in 0.1 1 10 1000; do
			rate $noise $base 29 quiet 12 3 0
			holds "${figure[0]} <= 1.4"
		done
	done
}

@test "a thirteenfold day is found at once, and told as one" {
	for noise in P M A; do
		rate $noise 10 10 x13 20 3 24
		holds "${figure[2]} >= 85 && ${figure[3]} <= 6 && ${figure[4]} <= 1.1 && ${figure[6]} > 8 && ${figure[6]} < 16"
	done
}

@test "noise before a jump is told as its begin, and dilutes the ratio" {
	rate A 1000 10 x13 40 3 24
	holds "${figure[9]} <= 5 && ${figure[6]} > 8.5"
}

@test "a thirteenfold day is found on the second day" {
	rate M 10 3 early 20 0 24
	holds "${figure[2]} >= 85"
}

@test "new use after silence is found within hours" {
	rate P 1 11 silence 20 3 48
	holds "${figure[2]} >= 95 && ${figure[3]} <= 5"
}

@test "what happens to all traffic, or to the tap, is no jump" {
	for scenario in all3 all13 growth rest-low gap-hours gap-weeks drops-told drops-hidden dst; do
		rate M 10 20 $scenario 12 3 0
		holds "${figure[1]} <= 0.26"
	done
}

@test "a rise over twelve weeks is told as a trend" {
	rate M 10 24 ramp 12 3 0
	holds "${figure[5]} >= 80"
}
