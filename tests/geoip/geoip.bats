#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# What `make geoip` makes of a table, without asking npm.

setup() {
	SURGETAP=${SURGETAP:-$BATS_TEST_DIRNAME/../../build/${MODE:-release}/surgetap}
	MAKE_ASN=$BATS_TEST_DIRNAME/../../geoip/make-asn
	cd "$BATS_TEST_TMPDIR" || return
}

@test "a range that is no single prefix, a comma in a name, or the other family is lost" {
	printf '%s\n' '203.0.113.9,203.0.113.11,64500,"Lab, ""Inc."""' '1.0.0.0,1.0.0.255,13335,Other' >4.csv
	printf '2001:db8::,2001:db8::ffff,64501,Six\r\n' >6.csv
	"$MAKE_ASN" asn.mmdb 4.csv 6.csv
	"$SURGETAP" flows -q --geoip-asn asn.mmdb "$BATS_TEST_DIRNAME/../lab/captures/tls13.pcap" >flows
	[ "$(jq -r '"\(.asn) \(.as_org)"' flows | sort -u)" = '64500 Lab, "Inc."' ]
	mmdblookup --file asn.mmdb --ip 2001:db8::1 autonomous_system_number | grep -q 64501
}

@test "a faulty line has no place, or replaces what was there" {
	echo kept >asn.mmdb
	for line in 'no range' '1.0.0.9,1.0.0.1,64500,Backwards' '1.0.0.0,2001:db8::,64500,Both'; do
		printf '%s\n' '1.0.0.0,1.0.0.0,64500,Good' "$line" >4.csv
		run "$MAKE_ASN" asn.mmdb 4.csv
		echo "$line: $status $output"
		[ "$status" -ne 0 ]
		[[ $output == "make-asn: 4.csv:2: "* ]]
		[ "$(cat asn.mmdb)" = kept ]
	done
	: >4.csv
	run "$MAKE_ASN" asn.mmdb 4.csv
	[ "$status" -ne 0 ]
}
