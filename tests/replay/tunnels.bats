#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Tunnels of a watched host are flows of their own; in transit they are opened.

load lib

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	for second in 1 2 3; do
		echo "$second gre 10.0.0.1 198.51.100.1 | udp 172.16.0.1,40000 172.16.0.2,9999 0011"
		echo "$second.5 gre 198.51.100.1 10.0.0.1 | udp 172.16.0.2,9999 172.16.0.1,40000 0011"
	done | craft gre.pcap
	for second in 1 2 3; do
		echo "$second 41 10.0.0.1 198.51.100.1 | udp 2001:db8::1,40000 2001:db8::2,9999 0011"
		echo "$second.5 41 198.51.100.1 10.0.0.1 | udp 2001:db8::2,9999 2001:db8::1,40000 0011"
	done | craft 6in4.pcap
}

# flow OPTION... FILE: "protocol source destination packets" of each flow.
flow() {
	"$SURGETAP" flows --quiet "$@" | jq -r '"\(.proto) \(.src_ip) \(.dest_ip) \(.flow.pkts_toserver)+\(.flow.pkts_toclient)"'
}

@test "GRE of a watched host is opened" {
	is "GRE 10.0.0.1 198.51.100.1 3+3" "$(flow -w 10.0.0.0/8 gre.pcap)"
}

@test "GRE in transit is a flow" {
	is "UDP 172.16.0.1 172.16.0.2 3+3" "$(flow -w 172.16.0.0/12 gre.pcap)"
}

@test "6in4 of a watched host is opened" {
	is "IPv6 10.0.0.1 198.51.100.1 3+3" "$(flow -w 10.0.0.0/8 6in4.pcap)"
}

@test "6in4 in transit is a flow" {
	is "UDP 2001:db8::1 2001:db8::2 3+3" "$(flow -w 2001:db8::/32 6in4.pcap)"
}

@test "a tunnel's bytes are those of the inner packets" {
	replay -w 10.0.0.0/8=lab gre.pcap
	is "$(jq .bytes stats.json)" "$(usage all_bytes)"
	is "1" "$(usage all_flows)"
}

@test "what neither end watches is kept" {
	replay -w 192.0.2.0/24=elsewhere gre.pcap
	is "6 0" "$(jq -r '"\(.decoded.unwatched) \(.flows.total)"' stats.json)"
	balanced stats.json
}
