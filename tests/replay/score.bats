#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# surgetap score: the detector over count series from a file, as other programs call it.

bats_require_minimum_version 1.5.0

setup() {
	cd "$BATS_TEST_DIRNAME/../.." || return
	SURGETAP=${SURGETAP:-$PWD/build/${MODE:-release}/surgetap}
	cd "$BATS_TEST_TMPDIR" || return
}

# hours SERIES COUNT FACTOR: eight weeks of hours with an even count, its day x FACTOR after six.
# The name through the environment: an assignment would read its backslashes, each awk in its own way.
hours() {
	SERIES=$1 awk -v count="$2" -v factor="$3" 'BEGIN {
		for (i = 0; i < 8 * 168; i++) {
			jump = i >= 6 * 168 && i < 6 * 168 + 24
			printf "%s,%d,%d,%d,1\n", ENVIRON["SERIES"], 1767571200 + 3600 * i, jump ? count * factor : count, 40 * count
		}
	}'
}

header=series,time,count,rest,coverage

# fails STATUS MESSAGE: `score bad.csv` ends with STATUS and exactly that line.
fails() {
	local status=0
	"$SURGETAP" score bad.csv >out 2>err || status=$?
	echo "status $status, $(cat err)"
	[ "$status" -eq "$1" ]
	[ "$(cat err)" = "surgetap: bad.csv:$2" ]
}

@test "a jump gives one open and one close with an honest ratio; a level series gives nothing" {
	{ echo $header; hours calm 10 1; hours tor 10 13; } >jump.csv
	"$SURGETAP" score jump.csv >out
	[ "$(jq -r '"\(.series) \(.state) \(.time)"' out)" = "tor open 1771200000
tor close 1771286400" ]
	[ "$(jq -s 'all(.rise_percent > 1150 and .rise_percent < 1250)' out)" = true ]
	jq -es '.[0] | .observed == 130 and .ratio > 12 and .score > 9 and
		(.method == "absolute" or .method == "share") and .expected < 11' out
	jq -es '.[1] | .observed == 3120 and .reason == "back to baseline"' out
}

@test "the first lines of a file cut short are the same" {
	{ echo $header; paste -d '\n' <(hours a 10 13) <(hours b 3 13) <(hours c 50 3); } >whole.csv
	"$SURGETAP" score --all --alarms-per-year 2 whole.csv >whole
	head -n 3200 whole.csv >part.csv
	"$SURGETAP" score --all --alarms-per-year 2 part.csv >part
	[ "$(wc -l <part)" -eq 3199 ]
	head -n 3199 whole | cmp - part
}

@test "order of interleaving does not matter to a series" {
	{ echo $header; hours a 10 13; hours b 20 3; } >one.csv
	{ echo $header; paste -d '\n' <(hours a 10 13) <(hours b 20 3); } >other.csv
	"$SURGETAP" score --all one.csv | sort >one
	"$SURGETAP" score --all other.csv | sort >other
	cmp one other
}

@test "--all prints one line for each row, also for a blind bucket and while an episode lasts" {
	{ echo $header; hours a 10 13; } | awk -F, -v OFS=, 'NR % 50 == 0 { $5 = 0 } 1' >all.csv
	"$SURGETAP" score --all all.csv >out
	[ "$(wc -l <out)" -eq $((8 * 168)) ]
	jq -es 'all(has("score") and has("expected") and has("time") and has("series"))' out
	jq -es 'any(.state == "ongoing")' out
}

@test "without rest and coverage, from standard input" {
	hours a 10 13 | cut -d, -f1-3 | sed '1i series,time,count' | "$SURGETAP" score - >out
	[ "$(jq -r .state out | xargs)" = "open close" ]
	[ "$(jq -r .method out | sort -u)" = absolute ]
}

@test "a permanent rise is a new normal after a week, and stays quiet" {
	{ echo $header; awk 'BEGIN { for (i = 0; i < 20 * 168; i++)
		printf "a,%d,%d,400,1\n", 1767571200 + 3600 * i, i < 6 * 168 ? 10 : 130 }'; } >new.csv
	"$SURGETAP" score new.csv >out
	[ "$(jq -r 'select(.state != "trend") | "\(.state) \(.reason)"' out)" = "open null
close new normal" ]
}

@test "a slow rise is told as a trend, once per doubling" {
	{ echo $header; awk 'BEGIN { for (i = 0; i < 26 * 168; i++)
		printf "a,%d,%d,4000,1\n", 1767571200 + 3600 * i, 100 * exp(log(8) * (i < 8 * 168 ? 0 : (i - 8 * 168) / (18 * 168))) }'; } >slow.csv
	"$SURGETAP" score slow.csv >out
	[ "$(jq -r .state out | sort | uniq -c | xargs)" = "2 trend" ]
}

@test "a name may hold any byte and every line is JSON" {
	{ echo $header; hours "$(printf 'ev"il\\\033[2J\377')" 10 13; } >name.csv
	"$SURGETAP" score name.csv >out
	[ "$(jq -r .series out | sort -u)" = 'ev"il\\x1b[2J\xff' ]
	run ! grep -q $'\033' out
}

@test "bad content ends with status 1 and its place; what came before is printed" {
	printf 'series,count,time\na,1,0\n' >bad.csv
	fails 1 '1:8: the header must be series,time,count[,rest[,coverage]]'
	: >bad.csv
	fails 1 '0: the file is empty'
	printf '%s\na,3600,1,2,1\na,0,1,2,1\n' $header >bad.csv
	fails 1 '3: series a: the bucket at 0 begins before the one at 3600 ends: time must ascend, by --bucket seconds or more'
	printf '%s\na,0,1,2,1\na,60,1,2,1\n' $header >bad.csv
	fails 1 '3: series a: the bucket at 60 begins before the one at 0 ends: time must ascend, by --bucket seconds or more'
	{ echo $header; hours a 10 13; echo a,2000000000,nan,1,1; } >bad.csv
	fails 1 '1346:14: count is not a number'
	[ "$(jq -r .state out | xargs)" = "open close" ]
}

@test "counts up to 2^53 give finite numbers" {
	{ echo $header; hours a 9007199254740 1; hours b 9007199254740 1; echo b,1800000000,9007199254740992,0,1; } >huge.csv
	"$SURGETAP" score --all huge.csv >out
	jq -es 'all(.score != null and .expected != null and .ratio != null)' out
	[ "$(jq -r 'select(.state == "open") | .series' out)" = b ]
}

@test "options are checked" {
	echo $header >ok.csv
	for option in "--bucket 0" "--bucket 61" "--bucket 3600.5" "--bucket x" "--kind bytes" "--alarms-per-year 0" \
		"--alarms-per-year nan" "--alarms-per-year 1e999"; do
		# shellcheck disable=SC2086 # two words
		run -2 "$SURGETAP" score $option ok.csv
		[[ $output == "surgetap: score: ${option%% *} '${option##* }': must be "* ]]
	done
	run -2 "$SURGETAP" score
	run -2 "$SURGETAP" score ok.csv ok.csv
	run -1 "$SURGETAP" score missing.csv
	[ "$output" = "surgetap: missing.csv: No such file or directory" ]
	run -1 "$SURGETAP" score .
	[ "$output" = "surgetap: .: Is a directory" ]
	run -0 "$SURGETAP" score ok.csv
	[ -z "$output" ]
}

@test "a full disk is told" {
	[ -w /dev/full ] || skip "no /dev/full"
	{ echo $header; hours a 10 13; } >jump.csv
	"$SURGETAP" score --all jump.csv >/dev/full 2>err && return 1
	[[ $(cat err) == "surgetap: standard output: "* ]]
}

@test "the knob: fewer alarms per year, a higher threshold" {
	{ echo $header; hours a 1 5; } >weak.csv
	[ "$("$SURGETAP" score --alarms-per-year 1000 weak.csv | jq -r 'select(.state == "open").time')" -le \
		"$("$SURGETAP" score --alarms-per-year 0.01 weak.csv | jq -r 'select(.state == "open").time')" ]
}
