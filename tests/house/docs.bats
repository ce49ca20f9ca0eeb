#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# The manual says what the program does, and nothing else. NAME.1 of a command is docs/man/surgetap-NAME.1.

load lib

SURGETAP=${SURGETAP:-$BUILD/surgetap}

commands() { "$SURGETAP" help | sed -nE 's/^  ([a-z-]+) +.*/\1/p'; }

# Long options of the option lines of a help, without its examples.
help_options() { "$SURGETAP" "$1" --help | sed -nE 's/^ +(-[a-z], )?(--[a-z][a-z-]*).*/\2/p' | sort -u; }

# Long options that a page heads a paragraph with.
page_options() { sed -nE '/^\.TP/{n;s/\\-/-/g;s/^.*(--[a-z][a-z-]*).*/\1/p}' "docs/man/surgetap-$1.1" | sort -u; }

@test "no command is without its line in the manual, no line without its command" {
	page=$(sed -nE '/^\.SH COMMANDS/,/^\.SH EXIT/{/^\.TP/{n;s/\\-/-/g;s/^\.B ([a-z-]+)$/\1/p}}' docs/man/surgetap.1)
	[ "$(commands)" != "" ]
	diff <(commands | sort) <(echo "$page" | sort)
}

@test "no page of the manual is without its command" {
	for page in docs/man/surgetap-*.1; do
		name=$(basename "$page" .1)
		commands | grep -qx "${name#surgetap-}"
	done
}

@test "no option is missing in the manual, and none is made up" {
	for command in replay score check-config; do
		[ "$(help_options "$command")" != "" ]
		diff <(help_options "$command") <(page_options "$command")
	done
}

# Options of replay that a page says its command obeys: the begin of its section, before those of its own.
obeyed_options() {
	sed -nE '/^\.SH OPTIONS/,/^\.(TP|SH EXIT)/{s/\\-/-/g;s/^\.BR (--[a-z][a-z-]*) [,.]$/\1/p}' "docs/man/surgetap-$1.1"
}

@test "help shows the options that a command obeys, its page says the same, and all are options of replay or its own" {
	for command in flows compare plugins spool; do
		[ "$(obeyed_options "$command")" != "" ]
		diff <(help_options "$command") <({ obeyed_options "$command"; page_options "$command"; echo --help; } | sort -u)
		[ "$(comm -13 <(help_options replay) <(obeyed_options "$command" | sort))" = "" ]
	done
	[ "$(help_options compare | grep -cxE -- '--(alerts|drain|state|report|usage-maxlen)')" -eq 0 ]
}

@test "an option that a command does not obey is accepted, as it would be in a configuration" {
	for command in flows compare plugins spool; do
		run "$SURGETAP" "$command" --alarms-per-year 0 x
		[ "$status" -eq 2 ]
		[[ $output == *"--alarms-per-year"* ]]
		run "$SURGETAP" "$command" --alarms-per-year 12 --fail-on-alert --no-such
		[ "$status" -eq 2 ]
		[[ $output == *no-such* && $output != *fail-on-alert* ]]
	done
}

@test "no command with options of its own is without a page" {
	for command in $(commands); do
		[ "$(help_options "$command")" = --help ] || [ -f "docs/man/surgetap-$command.1" ]
	done
}

@test "no default in the manual differs from the program's" {
	for option in alerts-maxlen:100000 usage-maxlen:50000 usage-hour-maxlen:9600 drain:30 alarms-per-year:12 max-flows:262144 workers:1 usage-scale:60 control-sample:0.03; do
		name=${option%%:*} value=${option#*:}
		grep -qE "\"$name\"" sensor/config/setting_table.c
		awk -v name="\"$name\"" -v value="\"$value\"" 'index($0, name) { seen = 1 } seen && /initial/ { exit index($0, value) == 0 }' sensor/config/setting_table.c
		sed 's/\\-/-/g' docs/man/surgetap-replay.1 | awk -v name="--$name" -v value="$value" '
			index($0, name) { seen = 1 }
			seen && /^\.TP/ { exit 1 }
			seen && ($0 ~ "Default: " value "\\." || $0 ~ value " \\(default\\)") { found = 1; exit }
			END { exit !found }'
	done
}

@test "the manual renders without a warning" {
	for page in docs/man/*.1; do
		if command -v groff >/dev/null; then
			[ "$(groff -man -Tutf8 -ww -z "$page" 2>&1)" = "" ]
		else
			skip "groff is not installed"
		fi
	done
}

@test "the example configuration of the manual is one" {
	sed -n '/^\.EX/,/^\.EE/p' docs/man/surgetap-replay.1 | grep -v '^\.' >"$BATS_TEST_TMPDIR/c.yaml"
	[ -s "$BATS_TEST_TMPDIR/c.yaml" ]
	"$SURGETAP" check-config -c "$BATS_TEST_TMPDIR/c.yaml"
}
