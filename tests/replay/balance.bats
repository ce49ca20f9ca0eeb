#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Every packet ends in exactly one counter, whatever it is.

load lib

setup() {
	cd "$BATS_TEST_TMPDIR" || return
}

# Packets in captures, counted without the sensor.
count_packets() {
	for file in "$@"; do tcpdump -nr "$file" 2>tcpdump.err; done | wc -l
}

@test "packets of a lab capture are in no counter, or in two" {
	"$SURGETAP" replay --quiet --stats stats.json -w 0.0.0.0/0=all -w ::/0=all "$captures"/*.pcap >alerts.ndjson
	balanced stats.json
	is "$(count_packets "$captures"/*.pcap)" "$(jq .packets.received stats.json)"
	is "0" "$(jq '.decoded.unwatched + .packets.malformed + .packets.truncated' stats.json)"
}

@test "frames of any bytes upset the balance" {
	python3 - <<-'E'
		import random, struct
		random.seed(1)
		for link in (0, 1, 12, 101, 105, 113, 127, 228, 229, 276, 147):
		    with open(f"noise{link}.pcap", "wb") as out:
		        out.write(struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 262144, link))
		        for i in range(400):
		            data = random.randbytes(random.randrange(0, 120))
		            if i % 2: # half of them begin like IP over Ethernet
		                data = bytes(12) + b"\x08\x00\x45" + data
		            out.write(struct.pack("<IIII", 1772452800 + i, 0, len(data), len(data) + i % 3) + data)
	E
	"$SURGETAP" flows --quiet --stats stats.json noise*.pcap >flows.ndjson
	balanced stats.json
	is "4400" "$(jq .packets.received stats.json)"
	is "$(jq .packets.decoded stats.json)" "$(jq -s 'map(.flow.pkts_toserver + .flow.pkts_toclient) | add' flows.ndjson)"
	jq -e '.packets | .decoded > 0 and .not_ip > 0 and .truncated > 0 and .malformed > 0 and .unsupported_link > 0' stats.json
}

@test "packets of a corpus of broken captures are in no counter" {
	"$SURGETAP" replay --quiet --stats stats.json "$root"/tests/fuzz/corpus/fuzz_flows/* >alerts.ndjson 2>error || [ $? -eq 1 ]
	balanced stats.json
	[ "$(jq .packets.received stats.json)" -gt 100 ]
}
