#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Size and form. Typical is far below these limits; beyond them a file or function has two jobs.

load lib

FILE_LINES=500
FUNCTION_LINES=60

@test "no file has grown into two jobs" {
	wrong=$(sources 'sensor/*.[ch]' 'geoip/*.[ch]' 'plugins/*.[ch]' 'include/*.h' | grep -vE '_table\.c$|/test_' | xargs wc -l |
		awk -v max="$FILE_LINES" '$2 != "total" && $1 > max { print $2 ": " $1 " lines" }')
	echo "$wrong"
	[ "$wrong" = "" ]
}

@test "no function has grown into two jobs" {
	wrong=$(sources '*.c' | xargs awk -v max="$FUNCTION_LINES" '
		/^\{/ { start = FNR }
		/^\}/ && start { if (FNR - start - 1 > max) print FILENAME ":" start ": " FNR - start - 1 " lines"; start = 0 }')
	echo "$wrong"
	[ "$wrong" = "" ]
}

@test "no C file is without its licence line" {
	wrong=$(for file in $(sources '*.[ch]'); do
		[ "$(head -n 1 "$file")" = '/* SPDX-License-Identifier: Apache-2.0 */' ] || echo "$file"
	done)
	echo "$wrong"
	[ "$wrong" = "" ]
}

@test "no script is without its licence line or the right to run" {
	wrong=$(for file in $(sources 'tests/*' '.ci/*' 'geoip/*'); do
		head -c 2 "$file" | grep -q '^#!' || continue
		sed -n 2p "$file" | grep -q '^# SPDX-License-Identifier: Apache-2.0$' || echo "$file: licence"
		[[ $file == *.bats || $file == tests/lab/cases/* || -x $file ]] || echo "$file: not executable"
	done)
	echo "$wrong"
	[ "$wrong" = "" ]
}

@test "nothing unfinished is marked in the sources" {
	wrong=$(sources '*.[ch]' 'Makefile' 'docs/*' | xargs grep -nwE 'TODO|FIXME|XXX|HACK' || true)
	echo "$wrong"
	[ "$wrong" = "" ]
}

@test "no code ends the program behind the back of main" {
	wrong=$(sources 'sensor/*.c' 'geoip/*.c' 'plugins/*.c' | grep -v '/test_' | xargs grep -nE '\b(exit|_exit|abort|quick_exit)\(' || true)
	echo "$wrong"
	[ "$wrong" = "" ]
}

@test "no test sleeps" {
	wrong=$(sources 'tests/*.bats' 'tests/*.c' 'plugins/*/test_*.c' | xargs grep -nE '\b(sleep|usleep|nanosleep)\b *[(0-9]' || true)
	echo "$wrong"
	[ "$wrong" = "" ]
}

@test "no shell test denies with a bare !, which fails nothing unless it is the last line" {
	wrong=$(sources 'tests/*.bats' | xargs awk '
		was != "" && $0 !~ /^}/ { print was }
		{ was = /^[ \t]*! / ? FILENAME ":" FNR ": " $0 : "" }')
	echo "$wrong"
	[ "$wrong" = "" ]
}
