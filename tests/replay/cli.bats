#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# The command line: exit status and message of every mistake that needs no traffic to be noticed.

bats_require_minimum_version 1.5.0

setup() {
	cd "$BATS_TEST_DIRNAME/../.." || return
	SURGETAP=${SURGETAP:-$PWD/build/${MODE:-release}/surgetap}
	CAPTURE=$PWD/tests/lab/captures/http.pcap
	cd "$BATS_TEST_TMPDIR" || return
}

# refuses STATUS MESSAGE WORD...: the program ends with STATUS, prints nothing to stdout, and to stderr exactly the line MESSAGE.
refuses() {
	local wanted=$1 message=$2 status=0
	shift 2
	"$SURGETAP" "$@" >out 2>err </dev/null || status=$?
	echo "$*: status $status, stderr: $(cat err)"
	[ "$status" -eq "$wanted" ]
	[ ! -s out ]
	[ "$(cat err)" = "$message" ]
}

config_refused() {
	printf '%b' "$1" >c.yaml
	refuses 78 "c.yaml:$2" check-config -c c.yaml
	refuses 78 "surgetap: c.yaml:$2" replay -c c.yaml "$CAPTURE"
}

@test "a missing or unknown command is a usage error with a hint" {
	refuses 2 "surgetap: no command given, see 'surgetap help'"
	refuses 2 "surgetap: unknown command 'repaly', did you mean 'replay'?" repaly
	refuses 2 "surgetap: unknown command 'conquer', see 'surgetap help'" conquer
	refuses 2 "surgetap: unknown command 'flwos', did you mean 'flows'?" help flwos
}

@test "an unknown option is a usage error in one line, for every command" {
	for command in $("$SURGETAP" help | sed -nE 's/^  ([a-z-]+) +.*/\1/p'); do
		refuses 2 "surgetap: unrecognized option '--bogus'" "$command" --bogus
	done
}

@test "a mistyped option is told with the one that may be meant" {
	refuses 2 "surgetap: unrecognized option '--wokers', did you mean '--workers'?" replay --wokers 2 "$CAPTURE"
	refuses 2 "surgetap: unrecognized option '--wacth', did you mean '--watch'?" flows --quiet --wacth=10.0.0.0/8 "$CAPTURE"
	refuses 2 "surgetap: unrecognized option '--buckt', did you mean '--bucket'?" score --buckt 60 counts.csv
	refuses 2 "surgetap: unrecognized option '--confg', did you mean '--config'?" check-config --confg c.yaml
	refuses 2 "surgetap: option '--al' is ambiguous; possibilities: '--alerts' '--alerts-maxlen' '--alarms-per-year'" replay --al
}

@test "the argument of an option, and what follows --, are no mistyped options" {
	refuses 1 "surgetap: --wokers: No such file or directory" replay --quiet -- --wokers
	for words in "--sensor --wokers" "-qw 10.0.0.0/8 --sensor=--wokers" "--sens --wokers"; do
		# shellcheck disable=SC2086 # several words
		"$SURGETAP" flows $words "$CAPTURE" >out 2>err
		[ "$(grep -c unrecognized err)" -eq 0 ]
	done
	refuses 2 "surgetap: --watch: '--wokers' is no CIDR such as 175.45.176.0/22" replay -w --wokers "$CAPTURE"
	"$SURGETAP" replay --help --wokers | grep -q '^Usage: surgetap replay'
}

@test "all faults of a file and of the command line are told in one run, the file's in its order" {
	printf 'quiet: maybe\nwatch:\n  - 10.0.0.0/33\n  - office\nworkrs: 2\n' >c.yaml
	refuses 78 "c.yaml:1:8: quiet: 'maybe' is not true or false
c.yaml:3:5: watch: '10.0.0.0/33' is no CIDR such as 175.45.176.0/22
c.yaml:4:5: watch: 'office' is no CIDR such as 175.45.176.0/22
c.yaml:5:1: unknown key 'workrs', did you mean 'workers'?" check-config -c c.yaml
	printf 'quiet: maybe\n' >c.yaml
	refuses 78 "surgetap: c.yaml:1:8: quiet: 'maybe' is not true or false
surgetap: --drain: 'x' is not a whole number from 0 to 86400" replay -c c.yaml --drain x "$CAPTURE"
	refuses 2 "surgetap: --watch: 'office' is no CIDR such as 175.45.176.0/22
surgetap: --drain: 'x' is not a whole number from 0 to 86400
surgetap: --watch: '10.0.0.0/8' belongs to 'a' already" replay -w office --drain x -w 10.0.0.0/8=a -w 10.0.0.0/8=b "$CAPTURE"
}

@test "an option without its argument is a usage error" {
	refuses 2 "surgetap: option '--watch' requires an argument" replay --watch
	refuses 2 "surgetap: option requires an argument -- 'w'" replay -w
	refuses 2 "surgetap: option '--quiet' doesn't allow an argument" flows --quiet=3
}

@test "a word too many is a usage error, not silently ignored" {
	refuses 2 "surgetap: unexpected word 'x'" version x
	refuses 2 "surgetap: unexpected word 'x'" plugins x
	refuses 2 "surgetap: unexpected word 'x'" check-config -c c.yaml x
}

@test "replay and flows without a capture are a usage error" {
	refuses 2 "surgetap: no capture given, see 'surgetap replay --help'" replay
	refuses 2 "surgetap: no capture given, see 'surgetap flows --help'" flows
}

@test "a bad CIDR is a usage error that repeats it" {
	for cidr in 10.0.0.0/33 10.0.0/8 10.0.0.0/-1 10.0.0.0/8x 2001:db8::/129 office 300.0.0.0/8 10.0.0.0/; do
		refuses 2 "surgetap: --watch: '$cidr' is no CIDR such as 175.45.176.0/22" replay -w "$cidr" "$CAPTURE"
	done
	refuses 2 "surgetap: --watch: '' is no name: 1 to 63 bytes are" replay -w 10.0.0.0/8= "$CAPTURE"
}

@test "two ranges with one prefix are told, wherever they stand" {
	refuses 2 "surgetap: --watch: '10.0.0.0/8' belongs to 'a' already" replay -w 10.0.0.0/8=a -w 10.9.9.9/8=b "$CAPTURE"
	config_refused 'watch:\n  - 10.0.0.0/8=a\n  - 10.0.0.0/8=b\n' "3:5: watch: '10.0.0.0/8' belongs to 'a' already"
}

@test "a bad value is a usage error that says what is wanted" {
	refuses 2 "surgetap: --drain: 'never' is not a whole number from 0 to 86400" replay --drain never "$CAPTURE"
	refuses 2 "surgetap: --usage-scale: '61' is not 60, 3600, 86400 or 604800" replay --usage-scale 61 "$CAPTURE"
	refuses 2 "surgetap: --alarms-per-year: 'nan' is not a number above 0, at most 1000000" replay --alarms-per-year nan "$CAPTURE"
	refuses 2 "surgetap: --plugin-option: 'tor' is not NAME.OPTION=VALUE" replay --plugin-option tor "$CAPTURE"
	refuses 2 "surgetap: --alerts: the value is empty" replay --alerts= "$CAPTURE"
}

@test "a bad Redis URL is a usage error that keeps the password to itself" {
	for url in redis:/x redis://ann:s3cret@host:99999/0 http://ann:s3cret@host/ redis://ann:s3cret@host:6379/zero; do
		status=0
		"$SURGETAP" replay --redis "$url" "$CAPTURE" >out 2>err || status=$?
		[ "$status" -eq 2 ]
		[ "$(wc -l <err)" -eq 1 ]
		grep -q '^surgetap: --redis: bad Redis URL: ' err
		[ "$(grep -c s3cret err)" -eq 0 ]
	done
}

@test "a missing or unreadable configuration file is told by name" {
	refuses 78 "surgetap: missing.yaml: No such file or directory" replay -c missing.yaml "$CAPTURE"
	refuses 78 "missing.yaml: No such file or directory" check-config -c missing.yaml
	refuses 78 ".: Is a directory" check-config -c .
	refuses 2 "surgetap: check-config needs -c FILE" check-config
}

@test "a wrong key is told at its own line, not where the parser had got to" {
	config_refused 'sensor: a\n\nworkrs: 3\nquiet: true\n' "3:1: unknown key 'workrs', did you mean 'workers'?"
	config_refused 'sensor: a\nsensor: b\n' "2:1: key 'sensor' comes twice"
}

@test "a wrong type is told with line and column" {
	config_refused 'drain:   soon\n' "1:10: drain: 'soon' is not a whole number from 0 to 86400"
	config_refused 'watch: 10.0.0.0/8\n' "1:8: 'watch' takes a list of plain values"
	config_refused 'drain: [3]\n' "1:8: 'drain' takes one plain value"
	config_refused 'quiet: maybe\n' "1:8: quiet: 'maybe' is not true or false"
	config_refused '- watch\n' "1:1: expected lines of 'key: value'"
}

@test "a bad value deep in a list is told with its own line and column" {
	config_refused 'watch:\n  - 10.0.0.0/8\n  - 10.0.0.0/33=x\n' "3:5: watch: '10.0.0.0/33' is no CIDR such as 175.45.176.0/22"
}

@test "a file that is no YAML is told with line and column" {
	config_refused 'watch: [10.0.0.0/8\n' "2:1: did not find expected ',' or ']'"
	config_refused 'sensor: \0377\n' "1:9: invalid leading UTF-8 octet"
}

@test "control characters of a file do not reach the terminal" {
	printf 'sensor: "\\e[2J"\n' >c.yaml
	run "$SURGETAP" check-config -c c.yaml
	[ "$status" -eq 78 ]
	[[ $output == *'\x1b[2J'* ]]
	[[ $output != *$'\e'* ]]
}

@test "a good configuration file is told to be one" {
	printf 'watch: [10.0.0.0/8=office]\n' >c.yaml
	run "$SURGETAP" check-config -c c.yaml
	[ "$status" -eq 0 ]
	[ "$output" = "c.yaml: ok" ]
}

@test "a plugin that cannot be loaded, or an option that it lacks, stops the start with 78" {
	for words in "--plugin missing.so" "--plugin-option tor.colour=red" "--plugin-option nosuch.a=b" "--tor-relays missing.txt"; do
		# shellcheck disable=SC2086 # two words
		run "$SURGETAP" replay $words -w 10.0.0.0/8 "$CAPTURE"
		echo "$words: $status $output"
		[ "$status" -eq 78 ]
		[[ $output == "surgetap: plugin "* ]]
		[ "${#lines[@]}" -eq 1 ]
	done
}

@test "a mistyped option of a plugin is told with the one that may be meant" {
	refuses 78 "surgetap: plugin tor: no such option: relay, did you mean 'relays'?" replay --plugin-option tor.relay=x -w 10.0.0.0/8 "$CAPTURE"
}

@test "the help of every command begins with two examples that call it" {
	for command in $("$SURGETAP" help | sed -nE 's/^  ([a-z-]+) +.*/\1/p'); do
		"$SURGETAP" "$command" --help >out 2>err
		[ ! -s err ]
		[ "$(sed -n 1p out)" = "Examples:" ]
		[ "$(sed -n 2,3p out | grep -c "surgetap ")" -eq 2 ]
		sed -n 2p out | grep -q "surgetap $command"
		[ "$(sed -n 5p out | cut -d ' ' -f 1-3)" = "Usage: surgetap $command" ]
		"$SURGETAP" help "$command" | diff - out
	done
}

@test "the help is one long list, or does not tell defaults" {
	"$SURGETAP" run --help >out
	[ "$(grep -cE '^ [A-Z].*:$' out)" -ge 5 ]
	tr -s ' \n' ' ' <out >line
	grep -q -- '--ring-size=MIB [^-]*(default 64)' line
	[ "$(grep -c 'Mandatory or optional arguments' out)" -eq 0 ]
	"$SURGETAP" plugins --help >out
	grep -qx ' Of this command:' out
	[ "$(grep -c 'Redis:' out)" -eq 0 ]
}

@test "no line of help is wider than a terminal" {
	for command in $("$SURGETAP" help | sed -nE 's/^  ([a-z-]+) +.*/\1/p'); do
		[ "$("$SURGETAP" "$command" --help | awk 'length > 100')" = "" ]
	done
}

@test "neither colour nor progress when the output is a pipe" {
	"$SURGETAP" replay -w 10.0.0.0/8 "$CAPTURE" missing.pcap >out 2>err || true
	[ -s err ]
	[ "$(cat out err | grep -c $'[\e\r]')" -eq 0 ]
}

# Some containers have no pseudo-terminals.
need_terminal() {
	script -qec true /dev/null >/dev/null 2>&1 </dev/null || skip "no pseudo-terminal here"
}

@test "colour on a terminal, but not when NO_COLOR is set" {
	need_terminal
	coloured=$(TERM=xterm script -qec "'$SURGETAP' conquer" /dev/null </dev/null || true)
	[[ $coloured == *$'\e['* ]]
	plain=$(TERM=xterm NO_COLOR=1 script -qec "'$SURGETAP' conquer" /dev/null </dev/null || true)
	[[ $plain == *conquer* ]]
	[[ $plain != *$'\e['* ]]
}

@test "output that cannot be written is a failure" {
	[ -c /dev/full ] || skip "no /dev/full"
	status=0
	"$SURGETAP" version >/dev/full 2>err || status=$?
	[ "$status" -eq 1 ]
	[ "$(cat err)" = "surgetap: standard output: No space left on device" ]
}

@test "closed standard descriptors do not turn a file into the log" {
	"$SURGETAP" version <&- >out
	grep -q '^surgetap ' out
	status=0
	"$SURGETAP" replay --stats s.json missing.pcap <&- >&- 2>&- || status=$?
	[ "$status" -eq 1 ]
	[ "$(cat s.json 2>/dev/null | grep -c 'No such file')" -eq 0 ]
}

@test "version names every library that was found at run time" {
	run "$SURGETAP" --version
	[ "$status" -eq 0 ]
	for library in surgetap libpcap nDPI hiredis libmaxminddb jansson libcyaml libyaml zlib zstd; do
		grep -qE "^$library +[^ ]*[0-9]" <<<"$output"
	done
}

@test "the list of plugins as JSON is valid and agrees with the list for people" {
	"$SURGETAP" plugins --json | jq -e -s 'length >= 4 and all(.[]; .plugin and .version and (.techniques | length) > 0)'
	diff <("$SURGETAP" plugins --json | jq -r '.techniques[].technique') <("$SURGETAP" plugins | awk '$1 == "technique" { print $2 }')
}

@test "bash completes commands and the options of a command" {
	"$SURGETAP" completion bash >completion
	bash -n completion
	complete_words() {
		# shellcheck disable=SC1091 # written above
		( source ./completion; COMP_WORDS=("$SURGETAP" "$@"); COMP_CWORD=$#; _surgetap "$SURGETAP"; echo "${COMPREPLY[*]}" )
	}
	[ "$(complete_words re)" = "replay report" ]
	[ "$(complete_words repl)" = replay ]
	[ "$(complete_words replay --tor)" = --tor-relays ]
	[ "$(complete_words score --buc)" = --bucket ]
	for command in replay run compare dashboard; do
		diff <(complete_words "$command" -- | tr ' ' '\n') <("$SURGETAP" "$command" --help | sed -nE 's/^ +(-[a-z], )?(--[a-z][a-z-]*).*/\2/p' | sort -u)
	done
	refuses 2 "surgetap: completion needs the name of a shell: bash" completion fish
}

# Writes the packets of the capture again and again, until there is a file `stop` or nobody reads any more.
feed_for_ever() {
	for _ in $(seq 200); do tail -c +25 "$CAPTURE"; done >many
	head -c 24 "$CAPTURE"
	until [ -e stop ]; do cat many || return 0; done
}

@test "a terminal sees progress, and log lines do not tear it" {
	need_terminal
	mkfifo capture
	TERM=xterm timeout 60 script -qefc "'$SURGETAP' replay --alerts /dev/null -w 175.45.176.0/22 capture" typescript </dev/null >/dev/null 3>&- &
	replay=$!
	feed_for_ever >capture 2>/dev/null 3>&- &
	feeder=$!
	seen=no
	while kill -0 "$replay" 2>/dev/null && [ "$seen" = no ]; do
		if grep -aq 'packets/s' typescript 2>/dev/null; then seen=yes; fi
	done
	touch stop
	kill "$feeder" 2>/dev/null || true
	wait "$replay" "$feeder" || true
	[ "$seen" = yes ]
	# Each line that follows a bar begins by wiping it out.
	[ "$(tr '\r' '\n' <typescript | grep -ac 'packets/s.*surgetap:')" -eq 0 ]
	grep -aq $'\e\\[K' typescript
}

@test "an installed program lacks its manual, its completion, its plugins or its units" {
	build=$(dirname "$SURGETAP")
	make -s -C "$BATS_TEST_DIRNAME/../.." MODE="$(basename "$build")" install DESTDIR="$PWD/root" PREFIX=/usr
	for file in bin/surgetap share/man/man1/surgetap-replay.1 share/bash-completion/completions/surgetap lib/surgetap/plugins/vpn.so \
		lib/systemd/system/surgetap.service lib/systemd/system/surgetap-dashboard.service lib/sysusers.d/surgetap.conf include/surgetap/plugin.h; do
		[ -s "root/usr/$file" ]
	done
	grep -q '^complete .* surgetap$' root/usr/share/bash-completion/completions/surgetap
	grep -q '^ExecStart=/usr/bin/surgetap' root/usr/lib/systemd/system/surgetap.service
}
