#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0

load lib

compile() {
	# shellcheck disable=SC2046 # several flags
	gcc -fsyntax-only -x c -std=c17 -Wall -Wextra -Werror -D_GNU_SOURCE -Iinclude -Isensor -I. \
		$(pkg-config --cflags-only-I libndpi libpcap hiredis | sed 's/-I/-isystem /g') -
}

@test "no header leans on what its includer happened to include before it" {
	count=0
	for header in $(sources '*.h'); do
		echo "#include \"$header\"" | compile || { echo "$header does not compile alone"; return 1; }
		count=$((count + 1))
	done
	[ "$count" -gt 10 ]
}

@test "no header breaks when it is included twice" {
	for header in $(sources '*.h'); do
		printf '#include "%s"\n#include "%s"\n' "$header" "$header" | compile ||
			{ echo "$header does not compile twice"; return 1; }
	done
}

@test "no two headers share an include guard, which would make one of them vanish" {
	guards=$(for header in $(sources '*.h'); do sed -n '/^#ifndef .*_H$/{p;q}' "$header"; done)
	[ "$(echo "$guards" | wc -l)" -eq "$(sources '*.h' | wc -l)" ]
	[ "$(echo "$guards" | sort | uniq -d)" = "" ]
}

@test "no plugin header needs more than standard C" {
	for header in include/surgetap/*.h; do
		echo "#include \"$header\"" | gcc -fsyntax-only -x c -std=c11 -pedantic-errors -Iinclude -
	done
}
