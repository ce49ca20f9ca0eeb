#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# What the plugins recognise in the laboratory's captures as other networks would show them: a few rows of `make techniques-hard`.

load lib

@test "another link, or another address, hides a flow" {
	run lost ethernet QinQ ERSPAN other-addresses
	[ "$status" -eq 0 ]
	[ "$(sort -u <<<"$output")" = "0 0 0 0 0 0 0 0 0 0" ]
}

@test "a tunnel, a proxy or a visit on the port of DNS is missed, or HTTP on that of SOCKS a proxy" {
	run lost port-53
	[[ $output == "0 0 0 0 0 0 0 0 0 "* ]]
	run "$BATS_TEST_DIRNAME/transforms" port-1080
	[[ $output != *"false proxy: http.pcap"* ]]
}

@test "a mirror port's doubles hide tunnels inside TLS" {
	run lost doubled
	[[ $output == "0 0 0 0 0 "*" 0" ]]
}

@test "segments that overtake each other, or fragments, hide a flow" {
	run lost reordered
	[[ $output == "0 0 0 0 0 "*" 0" ]]
	run lost fragments
	[[ $output == "0 0 0 0 0 "*" 0" ]]
}

@test "another address family makes a proxy of an encrypted peer" {
	run lost IPv6
	[[ $output =~ ^0\ 0\ 0\ [01]\ 0\ .*\ 0$ ]]
}

@test "a hello that was cut short is random from the first byte" {
	run "$BATS_TEST_DIRNAME/transforms" snap-128
	[ "$status" -eq 0 ]
	[[ $output != *"false proxy: tls13.pcap"* ]]
	[[ $output != *"false "*": "* ]]
}
