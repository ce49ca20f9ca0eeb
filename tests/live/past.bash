# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# A past for a live sensor: a state in which four days of little WireGuard are learnt, and a jump to be sent.

COMPOSE=${COMPOSE:-$BATS_TEST_DIRNAME/../../${BUILD:-build/release}/compose}

# scenario START DURATION FLOWS HOSTS POOL: WireGuard beside even DNS, by the hour.
scenario() {
	cat <<-EOF
		start: $1
		duration: $2
		seed: 1
		watched:
		  - {name: lab, prefix: 175.45.176.0/24, hosts: 100}
		kinds:
		  - name: vpn
		    sources: [{file: $CAPTURES/wireguard.pcap, port: 51820}]
		    flows: $3
		    hosts: $4
		    pool: $5
		    peers: [198.18.0.0/16]
		    packets: 6
		    squeeze: 4s
		    rhythm: flat
		    noise: poisson
		  - name: dns
		    sources: [{file: $CAPTURES/dns.pcap, port: 53}]
		    flows: 240
		    hosts: 80
		    pool: 90
		    peers: [192.0.2.0/24]
		    rhythm: flat
		    noise: poisson
	EOF
}

# is_over SECOND: the clock has passed it.
is_over() { [ "$(date +%s)" -gt "$1" ]; }
has_alerts() { [ "$(wc -l <"$ALERTS")" -ge "$1" ]; }

# learn_past STATE: leaves jump.pcap too. Nothing of it in the last minutes, in which a window could begin.
learn_past() {
	local now
	now=$(date +%s)
	scenario "$(date -u -d "@$((now - 4 * 86400 - 720))" +%Y-%m-%dT%H:%M:00Z)" 4d 12 6 20 >quiet.yaml
	scenario "$(date -u -d "@$((now - 720))" +%Y-%m-%dT%H:%M:00Z)" 10m 0.001 0.001 20 >hush.yaml
	scenario 2026-03-02T00:00:00Z 5m 6000 90 95 >jump.yaml
	"$COMPOSE" quiet.yaml quiet.pcap
	"$COMPOSE" hush.yaml hush.pcap
	"$COMPOSE" jump.yaml jump.pcap
	"$SURGETAP" replay -q -w 175.45.176.0/24=lab --state "$1" --alerts none quiet.pcap hush.pcap
	[ ! -s none ]
}
