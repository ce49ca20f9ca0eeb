#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# What a live run refuses before it captures anything; needs no root.

load lib

@test "no filter with a fault is taken, and the place of it is told" {
	run "$SURGETAP" run -i lo --filter 'tcp port ('
	[ "$status" -eq 2 ]
	[[ $output == *"--filter"*"syntax error"* ]]
	printf 'interface: [lo]\nfilter: "tcp port ("\n' >"$BATS_TEST_TMPDIR/c.yaml"
	run "$SURGETAP" run -c "$BATS_TEST_TMPDIR/c.yaml"
	[ "$status" -eq 78 ]
	[[ $output == *"c.yaml:2:9: "*"syntax error"* ]]
}

@test "no ring larger than the memory is asked for" {
	[[ ${MODE:-release} != [at]san ]] || skip "a sanitizer takes more address space than the limit leaves"
	bash -c 'ulimit -v 1000000; exec "$0" version' "$SURGETAP" >/dev/null 2>&1 || skip "a sanitizer needs more address space"
	run bash -c 'ulimit -v 1000000; exec "$0" run -i lo --ring-size 2000' "$SURGETAP"
	[ "$status" -eq 1 ]
	[[ $output == *"2000 MiB"*"memory"* ]]
}

@test "no run without an interface" {
	run "$SURGETAP" run -w 192.0.2.0/24
	[ "$status" -eq 2 ]
	[[ $output == *"no interface"* ]]
}

@test "no interface is listened on twice" {
	run "$SURGETAP" run -i lo -i lo -w 192.0.2.0/24
	[ "$status" -eq 2 ]
	[[ $output == *"interface lo is given twice"* ]]
}

@test "no run under a user who does not exist" {
	run "$SURGETAP" run -i lo --user nobody-by-that-name
	[ "$status" -eq 78 ]
	[[ $output == *"no such user"* ]]
}

@test "no replay takes the options of a live run" {
	run "$SURGETAP" replay -i lo x.pcap
	[ "$status" -eq 2 ]
}
