#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# The same packets give the same result, however they are packed, split, ordered or handed over.

load lib

setup_file() {
	load lib
	cd "$BATS_FILE_TMPDIR" || return
	cat >s.yaml <<-E
		start: 2026-03-02T00:00:00Z
		duration: 30h
		watched: [{name: lab, prefix: 10.0.0.0/16, hosts: 500}]
		kinds:
		  - {name: vpn, sources: [{file: $captures/wireguard.pcap}], flows: 12, hosts: 10, packets: 6, squeeze: 40s, peers: [198.18.0.0/16], noise: poisson, jumps: [{at: 25h, for: 3h, factor: 13}]}
		  - {name: tls, sources: [{file: $captures/tls13.pcap}], flows: 30, hosts: 20, peers: [192.0.2.0/24], squeeze: 90s, noise: poisson}
		  - {name: dns, sources: [{file: $captures/dns.pcap}], flows: 100, hosts: 60, peers: [192.0.2.0/24], noise: poisson}
	E
	"$COMPOSE" s.yaml whole.pcap
	result reference whole.pcap
}

setup() {
	cd "$BATS_FILE_TMPDIR" || return
}

# result NAME [OPTION...] PATH...: everything a run says into NAME, but for figures of the machine, and for the most
# flows at once, which is a sum over the workers.
result() {
	local name=$1
	shift
	"$SURGETAP" replay --quiet -w 10.0.0.0/16=lab --sensor test --alerts alerts --usage usage --stats stats "$@"
	"$SURGETAP" flows --quiet "$@" | sort >"$name"
	cat alerts usage >>"$name"
	jq 'del(.seconds.wall, .stages, .rss_max_kib, .flows.active_max, .capture.files, .capture.files_done)' stats >>"$name"
}

same() {
	cmp reference "$1"
}

@test "two runs differ" {
	result again whole.pcap
	same again
	[ "$(wc -l <reference)" -gt 3000 ]
}

@test "a capture cut in two is another capture, or the order of its parts matters" {
	python3 - <<-'E'
		import struct
		data = open("whole.pcap", "rb").read()
		at, half = 24, len(data) // 2
		while at < half:
		    at += 16 + struct.unpack("<I", data[at + 8:at + 12])[0]
		open("one.pcap", "wb").write(data[:at])
		open("two.pcap", "wb").write(data[:24] + data[at:])
	E
	result parts one.pcap two.pcap
	same parts
	result turned two.pcap one.pcap
	same turned
	mkdir folder && mv two.pcap folder/a.pcap && mv one.pcap folder/b.pcap
	result folded folder
	same folded
}

@test "packed copies give other flows" {
	gzip -k whole.pcap
	result gz whole.pcap.gz
	same gz
	zstd -q whole.pcap
	result zst whole.pcap.zst
	same zst
}

@test "a pcapng copy gives other flows" {
	python3 - <<-'E'
		import struct
		data = open("whole.pcap", "rb").read()
		link = struct.unpack("<I", data[20:24])[0]
		def block(kind, body):
		    body += bytes(-len(body) % 4)
		    return struct.pack("<II", kind, 12 + len(body)) + body + struct.pack("<I", 12 + len(body))
		out = open("whole.pcapng", "wb")
		out.write(block(0x0a0d0d0a, struct.pack("<IHHq", 0x1a2b3c4d, 1, 0, -1)))
		out.write(block(1, struct.pack("<HHI", link, 0, 262144)))
		at = 24
		while at < len(data):
		    second, micro, size, wire = struct.unpack("<IIII", data[at:at + 16])
		    time = second * 1000000 + micro
		    out.write(block(6, struct.pack("<IIIII", 0, time >> 32, time & 0xffffffff, size, wire) + data[at + 16:at + 16 + size]))
		    at += 16 + size
	E
	result ng whole.pcapng
	same ng
}

@test "standard input or a FIFO give other flows" {
	mkfifo pipe
	cat whole.pcap >pipe &
	"$SURGETAP" flows --quiet pipe | sort >piped
	wait
	"$SURGETAP" flows --quiet - <whole.pcap | sort >typed
	cmp piped typed
	head -n "$(wc -l <piped)" reference | cmp - piped
}

@test "the number of workers changes the result" {
	result one --workers 1 whole.pcap
	same one
	result three --workers 3 whole.pcap
	same three
}
