#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# What counts, and for whom: small captures through `replay`, read back from the usage lines.

load lib

setup() {
	cd "$BATS_TEST_TMPDIR" || return
}

@test "a scan that nobody answers counts as use" {
	for port in $(seq 40000 40099); do
		echo "1 tcp 10.0.0.1,$port 198.51.100.$((port - 39999)),443 S"
		echo "2 udp 10.0.0.1,$port 198.51.100.$((port - 39999)),51820 $WG_INIT"
	done | craft scan.pcap
	replay -w 10.0.0.0/8=lab scan.pcap
	is "0" "$(jq -s 'map(.all_flows + .vpn_flows + .all_hosts + .all_bytes) | add // 0' usage.ndjson)"
	is "200" "$(jq .flows.total stats.json)"
}

@test "with asymmetric, what nobody answers is left out" {
	{ echo "1 udp 10.0.0.1,5000 198.51.100.1,9999 00"; wireguard 2 10.0.0.2,40000 198.18.0.1,51820 | grep ' 10.0.0.2,40000 198'; } |
		craft one_way.pcap
	replay -w 10.0.0.0/8=lab --asymmetric one_way.pcap
	is "2" "$(usage all_flows)"
	is "2" "$(usage all_hosts)"
	is "1" "$(usage vpn_flows)"
	replay -w 10.0.0.0/8=lab one_way.pcap
	is "" "$(usage all_flows)"
}

@test "refused connections count" {
	craft refused.pcap <<-E
		1 tcp 10.0.0.1,40000 192.0.2.1,443 S
		1 tcp 192.0.2.1,443 10.0.0.1,40000 RA
		2 tcp 10.0.0.1,40001 192.0.2.1,443 S
		2 tcp 192.0.2.1,443 10.0.0.1,40001 SA
	E
	replay -w 10.0.0.0/8=lab refused.pcap
	is "1" "$(usage all_flows)"
}

@test "inbound flows count as use" {
	{ wireguard 1 198.51.100.7,40000 10.0.0.1,51820; wireguard 5 10.0.0.2,40000 198.18.0.1,51820; } | craft both.pcap
	replay -w 10.0.0.0/8=lab both.pcap
	is "1 1 1 1" "$(usage vpn_flows) $(usage vpn_inbound) $(usage all_flows) $(usage all_inbound)"
	is "1 528" "$(usage vpn_hosts) $(usage vpn_bytes)"
	is "1" "$(usage opsec_flows)"
}

@test "a flow between two watched ranges counts for the server's, or twice" {
	wireguard 1 10.0.0.1,40000 172.16.0.1,51820 | craft inside.pcap
	replay -w 10.0.0.0/8=clients -w 172.16.0.0/12=servers inside.pcap
	is "clients" "$(usage range)"
	is "1 0" "$(usage vpn_flows) $(usage vpn_inbound)"
}

@test "the wider range takes what belongs to the narrower one" {
	{ wireguard 1 10.1.2.3,40000 198.18.0.1,51820; wireguard 1 10.9.9.9,40000 198.18.0.1,51820; } | craft nested.pcap
	replay -w 10.0.0.0/8=wide -w 10.1.0.0/16=narrow nested.pcap
	is "1" "$(jq -r 'select(.range == "narrow").vpn_hosts' usage.ndjson)"
	is "1" "$(jq -r 'select(.range == "wide").vpn_hosts' usage.ndjson)"
}

@test "bytes before the recognition are lost, or counted twice" {
	wireguard 1 10.0.0.1,40000 198.18.0.1,51820 | craft whole.pcap
	replay -w 10.0.0.0/8=lab whole.pcap
	is "528 528 528" "$(usage vpn_bytes) $(usage all_bytes) $(usage opsec_bytes)"
	is "$(jq .bytes stats.json)" "$(usage all_bytes)"
}

@test "a tunnel that lasts for hours counts its host in its first minute alone" {
	{
		wireguard 1 10.0.0.1,40000 198.18.0.1,51820
		for minute in $(seq 1 179); do echo "$((minute * 60 + 5)) udp 10.0.0.1,40000 198.18.0.1,51820 $WG_DATA"; done
	} | craft long.pcap
	replay -w 10.0.0.0/8=lab long.pcap
	is "180" "$(jq -s 'map(.vpn_hosts) | add' usage.ndjson)"
	is "180" "$(jq -s length usage.ndjson)"
	is "1" "$(jq -s 'map(.vpn_flows) | add' usage.ndjson)"
	replay -w 10.0.0.0/8=lab --usage-scale 3600 long.pcap
	is "1 1 1" "$(usage vpn_hosts)"
}

@test "scales disagree: flows and bytes do not add up, hosts are added" {
	for i in $(seq 0 199); do
		second=$((i * 37))
		wireguard $second 10.0.0.$((i % 7 + 1)),$((40000 + i)) 198.18.0.$((i % 50 + 1)),51820
	done | craft many.pcap
	for scale in 60 3600 86400 604800; do
		replay -w 10.0.0.0/8=lab --usage-scale $scale many.pcap
		mv usage.ndjson $scale.ndjson
		is "200 $((200 * 528)) 200" "$(jq -sr '[map(.vpn_flows, 0), map(0, .vpn_bytes), map(.all_flows)] |
			"\(.[0] | add) \(.[1] | add) \(.[2] | add)"' $scale.ndjson)"
	done
	is "7 7 5" "$(usage vpn_hosts 3600.ndjson)"
	is "7" "$(usage vpn_hosts 86400.ndjson)"
}

@test "silence leaves buckets open, or leaves them out" {
	{ wireguard 1 10.0.0.1,40000 198.18.0.1,51820; wireguard 3000 10.0.0.1,40001 198.18.0.1,51820; } | craft silent.pcap
	replay -w 10.0.0.0/8=lab silent.pcap
	is "51" "$(jq -s length usage.ndjson)"
	is "1" "$(jq -s '.[1:50] | map(.coverage) | unique | length' usage.ndjson)"
	is "1" "$(jq -s '.[25].coverage' usage.ndjson)"
	is "0" "$(jq -s '.[1:50] | map(.all_bytes) | add' usage.ndjson)"
}

@test "a gap is filled with zeros" {
	{ wireguard 1 10.0.0.1,40000 198.18.0.1,51820; wireguard 30001 10.0.0.1,40001 198.18.0.1,51820; } | craft gap.pcap
	replay -w 10.0.0.0/8=lab gap.pcap
	is "2" "$(jq -s length usage.ndjson)"
	is "1" "$(jq .decoded.gaps stats.json)"
	is "true true" "$(jq -s 'map(.coverage < 0.7)[]' usage.ndjson | paste -sd ' ')"
}

@test "flows that a gap ended count behind it" {
	{ echo "50 udp 10.0.0.1,5000 192.0.2.1,7777 0000"; echo "50 udp 192.0.2.1,7777 10.0.0.1,5000 0000"
	  # unanswered until a moment before the gap, never decided
	  echo "51 udp 10.0.0.2,5000 192.0.2.1,51820 $WG_DATA"; echo "51 udp 192.0.2.1,51820 10.0.0.2,5000 $WG_DATA"
	  wireguard 30000 10.0.0.3,40001 198.18.0.1,51820; } | craft gap.pcap
	replay -w 10.0.0.0/8=lab gap.pcap
	is "2 1" "$(usage all_hosts)"
	is "0" "$(jq -s '.[1] | .vpn_suspected + .all_flows - 1' usage.ndjson)"
}

@test "guesses drive the counts" {
	# Two packets of nothing on OpenVPN's port.
	craft guess.pcap <<-E
		1 udp 10.0.0.1,40000 192.0.2.1,1194 00010203
		2 udp 192.0.2.1,1194 10.0.0.1,40000 00010203
	E
	replay -w 10.0.0.0/8=lab guess.pcap
	is "0 0 1" "$(usage vpn_flows) $(usage opsec_flows) $(usage all_flows)"
}
