#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# What each plugin's folder and shared object look like from outside.

load lib

setup() {
	BUILD=${BUILD:-build/${MODE:-release}}
}

@test "no shared object exports more than its one symbol, which would clash in one process" {
	count=0
	for folder in plugins/*/; do
		name=$(basename "$folder")
		symbols=$(nm -D --defined-only "$BUILD/plugins/$name.so" | awk '{print $3}' | grep -vE '^(__asan|__ubsan|__odr_asan|___asan|_init$|_fini$)')
		[ "$symbols" = surgetap_plugin ] || { echo "$name.so exports: $symbols"; return 1; }
		count=$((count + 1))
	done
	[ "$count" -ge 4 ]
}

@test "no plugin lacks its manual or its test" {
	for folder in plugins/*/; do
		name=$(basename "$folder")
		for file in "$name.c" "$name.md" "test_$name.c"; do
			[ -s "$folder$file" ] || { echo "$folder$file is missing"; return 1; }
		done
	done
}

@test "no plugin includes a header of the sensor or of another plugin" {
	# A plugin's tests may share what stands below tests/.
	run bash -c "grep -nE '^#include \"[^\"]*/' plugins/*/*.[ch] | grep -vE '^plugins/[a-z0-9_]+/test_[a-z_]+\.c:[0-9]+:#include \"tests/'"
	[ "$status" -eq 1 ]
}
