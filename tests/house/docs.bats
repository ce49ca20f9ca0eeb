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
	for command in replay score check-config dashboard report; do
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

@test "run has options that no page names, or lacks one that its page does not except" {
	diff <(help_options run) <({ page_options replay | grep -vxF -e "$(obeyed_options run)"; page_options run | grep -x -- "--.*"; } | sort -u)
}

# "OPTION DEFAULT" for each default that the help of a command tells.
help_defaults() {
	"$SURGETAP" "$1" --help | awk '
		/^ +(-., )?--/ { option = $0; sub(/^[^-]*(-., )?/, "", option); sub(/[ =].*/, "", option) }
		{ text = /^ +(-., )?--/ ? $0 : text $0 }
		match(text, /\(default +[^ )]+\)/) { value = substr(text, RSTART, RLENGTH - 1); sub(/.* /, "", value); print option, value; text = "" }'
}

@test "a default in the manual differs from the program's, or is not told" {
	[ "$(help_defaults run | wc -l)" -ge 13 ]
	while read -r option value; do
		page=replay
		page_options run | grep -qx -- "$option" && page=run
		sed 's/\\-/-/g' "docs/man/surgetap-$page.1" | tr -d '\n' | sed 's/\.TP/\n/g' | grep -- "$option =" |
			grep -qE "Default:(\.[A-Z]+)? ?$value( ?[.,]|\$)|$value \(default\)" || { echo "$option $value"; return 1; }
	done < <(help_defaults run)
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
