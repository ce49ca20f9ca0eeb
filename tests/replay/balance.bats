#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Every packet ends in exactly one counter, whatever it is.

load lib

setup() {
	cd "$BATS_TEST_TMPDIR" || return
}

@test "packets of a lab capture are in no counter, or in two" {
	for file in "$captures"/*.pcap; do
		"$SURGETAP" replay --quiet --stats stats.json -w 0.0.0.0/0=all -w ::/0=all "$file" >alerts.ndjson
		balanced stats.json
		is "$(capinfos_count "$file")" "$(jq .packets.received stats.json)"
	done
}

# Packets in a pcap, counted without the sensor.
capinfos_count() {
	tcpdump -nr "$1" 2>tcpdump.err | wc -l
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
	for file in noise*.pcap; do
		"$SURGETAP" replay --quiet --stats stats.json "$file" >alerts.ndjson
		balanced stats.json
		is "400" "$(jq .packets.received stats.json)"
		"$SURGETAP" flows --quiet --stats stats.json "$file" >flows.ndjson
		balanced stats.json
		jq -es "map(.flow.pkts_toserver + .flow.pkts_toclient) | (add // 0) == $(jq .packets.decoded stats.json)" flows.ndjson
	done
}

@test "packets of a corpus of broken captures are in no counter" {
	for folder in "$root"/tests/fuzz/corpus/fuzz_{flows,capture,decode}; do
		[ -d "$folder" ] || continue
		for file in "$folder"/*; do
			"$SURGETAP" replay --quiet --stats stats.json "$file" >alerts.ndjson 2>error || [ $? -eq 1 ]
			balanced stats.json
		done
	done
}
