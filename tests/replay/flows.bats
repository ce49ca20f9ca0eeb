#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# The lines of `surgetap flows`: their keys are a contract.

load lib

setup() {
	cd "$BATS_TEST_TMPDIR" || return
}

@test "a line lacks a key of the contract" {
	"$SURGETAP" flows --quiet "$captures"/*.pcap >all.ndjson
	[ "$(wc -l <all.ndjson)" -gt 30 ]
	is "" "$(jq -c 'select(
		([.timestamp, .src_ip, .dest_ip, .proto, .app_proto, .community_id, .flow.start, .flow.end,
			.ndpi.proto, .ndpi.category, .ndpi.confidence] | all(type == "string") | not) or
		([.flow_id, .src_port, .dest_port, .ip_v, .flow.pkts_toserver, .flow.pkts_toclient,
			.flow.bytes_toserver, .flow.bytes_toclient] | all(type == "number") | not) or
		.event_type != "flow" or
		(.techniques | map(has("technique") and has("reason") and has("plugin") and
			(.kind | IN("tunnel", "contact")) and
			(.grade | IN("dpi", "list", "heuristic", "cache", "guess"))) | all | not) or
		(.app_proto | test("^[^A-Z]+$") | not) or
		(.timestamp | test("^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}[.][0-9]{6}[+]0000$") | not))' all.ndjson)"
}

@test "a TLS flow hides its name and version" {
	"$SURGETAP" flows --quiet "$captures/tls13.pcap" >tls.ndjson
	jq -es 'any(.tls.sni and .tls.version == "TLS 1.3" and (.techniques | any(.technique == "tls" and .grade == "dpi")))' tls.ndjson
}

@test "a server name of control characters and broken UTF-8 breaks a line, or reaches a terminal" {
	# As long as the name that was there: an escape sequence, a bell, an overlong slash, half a character.
	perl -pe 's/www\.lab\.test/\x1b[31m\x07\n\xc0\xaf"\xe2\x82/g' "$captures/tls13.pcap" >hostile.pcap
	"$SURGETAP" flows --quiet hostile.pcap >hostile.ndjson
	is "0" "$(LC_ALL=C grep -acP '[^\x20-\x7e]' hostile.ndjson)"
	is '\x1b[31m\x07\x0a\xc0\xaf"\xe2\x82' "$(jq -r '.tls.sni // empty' hostile.ndjson | sort -u)"
	is "3" "$(jq -r 'select(.techniques | any(.technique == "tls")) | .flow_id' hostile.ndjson | wc -l)"
}

@test "the two directions of a flow are two flows, or not all packets are in one" {
	wireguard 1 10.0.0.1,40000 198.18.0.1,51820 | craft one.pcap
	"$SURGETAP" flows --quiet one.pcap >one.ndjson
	is "10.0.0.1 40000 198.18.0.1 51820 2 2 292 236" "$(jq -r '[.src_ip, .src_port, .dest_ip, .dest_port,
		.flow.pkts_toserver, .flow.pkts_toclient, .flow.bytes_toserver, .flow.bytes_toclient] | join(" ")' one.ndjson)"
	is "2026-03-02T12:00:01.000000+0000 2026-03-02T12:00:01.300000+0000" "$(jq -r '"\(.flow.start) \(.flow.end)"' one.ndjson)"
}

@test "packets get lost between the capture and the flows" {
	"$SURGETAP" flows --quiet --stats stats.json "$captures"/*.pcap >all.ndjson
	is "$(jq .packets.decoded stats.json)" "$(jq -s 'map(.flow.pkts_toserver + .flow.pkts_toclient) | add' all.ndjson)"
	is "$(jq .flows.total stats.json)" "$(wc -l <all.ndjson)"
	balanced stats.json
}

@test "a ping has another Community ID than the specification's" {
	craft ping.pcap <<-E
		1 icmp 192.168.0.89,8 192.168.0.1
		2 icmp 192.168.0.1,0 192.168.0.89
	E
	is "1:X0snYXpgwiv9TZtqg64sgzUn6Dk=" "$("$SURGETAP" flows --quiet ping.pcap | jq -r .community_id)"
	echo "1 icmp 192.168.0.1,0 192.168.0.89" | craft pong.pcap
	is "1:X0snYXpgwiv9TZtqg64sgzUn6Dk=" "$("$SURGETAP" flows --quiet pong.pcap | jq -r .community_id)"
}

@test "a control byte in a server name breaks the line" {
	# "tls13" with the first server name's first letter made an escape character.
	python3 - "$captures/tls13.pcap" evil.pcap <<-'E'
		import re, sys
		data = open(sys.argv[1], "rb").read()
		at = re.search(rb"\x00\x00[\x00].\x00.\x00\x00(.)[a-z0-9.-]{3,}", data).start(1) + 1
		open(sys.argv[2], "wb").write(data[:at] + b"\x1b\xff" + data[at + 2:])
	E
	"$SURGETAP" flows --quiet evil.pcap >evil.ndjson
	jq -c . evil.ndjson >/dev/null
	is "0" "$(LC_ALL=C grep -cP '[\x00-\x08\x0b-\x1f\x7f-\xff]' evil.ndjson)"
}

@test "a full disk goes unnoticed" {
	run "$SURGETAP" flows --quiet "$captures/tls13.pcap" >/dev/full
	[ "$status" -eq 0 ] # of run, whose output is captured
	status=0
	"$SURGETAP" flows --quiet "$captures/tls13.pcap" >/dev/full 2>error || status=$?
	[ "$status" -eq 1 ]
	grep -q 'No space left' error
}

@test "a flow of another range is listed" {
	{ wireguard 1 10.0.0.1,40000 198.18.0.1,51820; wireguard 1 172.16.0.1,40000 198.18.0.1,51820; } | craft two.pcap
	is "172.16.0.1" "$("$SURGETAP" flows --quiet -w 172.16.0.0/12 two.pcap | jq -r .src_ip)"
}

@test "the far end's place is missing" {
	make_database
	wireguard 1 10.0.0.1,40000 198.18.0.1,51820 | craft one.pcap
	"$SURGETAP" flows --quiet -w 10.0.0.0/8 --geoip-asn asn.mmdb one.pcap >one.ndjson
	is "64500 Rented Example" "$(jq -r '"\(.asn) \(.as_org)"' one.ndjson)"
}

make_database() {
	perl -MMaxMind::DB::Writer::Tree -e '
		my $tree = MaxMind::DB::Writer::Tree->new(ip_version => 6, record_size => 24, database_type => "test",
			languages => ["en"], description => {en => "test"}, alias_ipv6_to_ipv4 => 0,
			remove_reserved_networks => 0,
			map_key_type_callback => sub { $_[0] eq "autonomous_system_number" ? "uint32" : "utf8_string" });
		$tree->insert_network("198.18.0.0/16", {autonomous_system_number => 64500,
			autonomous_system_organization => "Rented Example"});
		open my $file, ">", "asn.mmdb"; $tree->write_tree($file)' 2>error || skip "no MMDB writer"
}
