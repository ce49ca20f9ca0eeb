#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# From packet to alert nothing reads a clock, does I/O or logs: the linker's names tell.

load lib

IMPURE='time|clock_gettime|gettimeofday|localtime(_r)?|open(at)?|fopen|read|write|socket|printf|fprintf|puts|fputs|log_[a-z]+|getenv|rand|random|arc4random|getrandom|exit|abort'

# Lines "FILE: U NAME" for what an object asks of the system; _FORTIFY_SOURCE renames some.
calls_of() {
	xargs nm -A -u | grep -E " U (__)?($IMPURE)(_chk|_2)?(@.*)?\$"
}

@test "no room of the middle reads a clock, does I/O, logs or exits" {
	for room in packet watch meter detect alert; do
		objects=$(find "$BUILD/obj/sensor/$room" -name '*.o')
		[ "$objects" != "" ]
		wrong=$(echo "$objects" | calls_of || true)
		echo "$wrong"
		[ "$wrong" = "" ]
	done
}

@test "no flow code but the plugin host touches the system" {
	objects=$(find "$BUILD/obj/sensor/flow" -name '*.o' ! -name plugins.o)
	[ "$objects" != "" ]
	wrong=$(echo "$objects" | calls_of || true)
	echo "$wrong"
	[ "$wrong" = "" ]
}

@test "every folder below plugins is built in" {
	for folder in plugins/*/; do
		name=$(basename "$folder")
		nm "$BUILD/surgetap" | grep -qE " [RDB] surgetap_plugin_$name\$"
	done
}
