#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# What the plugins recognise in the laboratory's captures, and that the tally counts what it says it counts.

setup_file() {
	"$BATS_TEST_DIRNAME/run" >"$BATS_FILE_TMPDIR/lab"
}

# cell ROW COLUMN: of the laboratory's tables; 3 seen, 4 recall, 5 false.
cell() { awk -v row="$1" -v column="$2" '$1 == row { print $column; exit }' "$BATS_FILE_TMPDIR/lab"; }

# floor TECHNIQUE RECALL [FALSE]
floor() {
	echo "$1: recall $(cell "$1" 4), $(cell "$1" 5) false"
	awk -v recall="$(cell "$1" 4)" -v floor="$2" 'BEGIN { exit !(recall != "" && recall >= floor) }'
	[ "$(cell "$1" 5)" -le "${3:-0}" ]
}

# A capture of two flows, its truth in the file $1.
tally_of() {
	awk -f "$BATS_TEST_DIRNAME/tally.awk" -v by="${2:-technique}" "$1" - <<-END
		a.pcap,10.0.0.1,1000,192.0.2.1,443,tcp,tls,vpn,tls
		a.pcap,192.0.2.1,1194,10.0.0.1,1001,udp,vpn,-,-
		a.pcap,10.0.0.9,5,192.0.2.1,53,udp,vpn,-,vpn
	END
}

@test "tunnels to VPN servers are missed" { floor vpn 1; }
@test "connections into Tor are missed" { floor tor 1; }
# One obfs4 connection in four greets too briefly to be told from other proxies.
@test "connections into Tor are missed without a list of relays" { floor tor-unlisted 0.85; }
# Both are simple-obfs, which is made to pass for TLS.
@test "TLS, DTLS and QUIC are missed" { floor tls 1 2; }
@test "nodes and miners of crypto-currencies are missed" { floor coin 1 && floor mining 1; }
@test "visits to social networks are missed" { floor social-western 1 && floor social-chinese 1; }
@test "proxies are missed" { floor proxy 1; }

# tunnels CAPTURE [OPTION...]: techniques of its flows but tls, by port.
tunnels() {
	"${SURGETAP:-$BATS_TEST_DIRNAME/../../build/release/surgetap}" flows --quiet "${@:2}" "$BATS_TEST_DIRNAME/../lab/captures/$1.pcap" |
		jq -r '.dest_port as $port | .techniques[] | select(.technique != "tls" and .grade != "guess") | "\($port) \(.technique)"' | sort -u
}

@test "a web site on a relay's address, a cast, or random datagrams of a hello's size are reported" {
	run tunnels tor --tor-relays "$BATS_TEST_DIRNAME/../lab/captures/tor.consensus"
	[ "$output" = "9001 tor" ] # the same relay answers on 443 too
	for capture in chromecast chromecast-midway random-udp; do
		run tunnels "$capture"
		echo "$capture: $output"
		[ "$status" -eq 0 ]
		[ "$output" = "" ]
	done
}

# What FTP sends on a connection of its own is a file, without a word of FTP.
@test "rented servers are missed, or others reported for them" {
	# A run over the captures takes minutes, and there are five.
	[[ ${MODE:-release} != tsan ]] || skip "threads meet as in the runs without networks"
	run "$BATS_TEST_DIRNAME/rented"
	[ "$status" -eq 0 ]
	grep -Eq '^vps +61 +60 +0.984 +0 ' <<<"$output"
	[ "$(grep -c '^no flow is reported$' <<<"$output")" -eq 4 ]
}

@test "a server program of the laboratory counts neither as rented nor as another's" {
	run comm -13 <(tail -n +2 "$BATS_TEST_DIRNAME/programs.csv" | cut -d , -f 1 | sort) \
		<(tail -n +2 "$BATS_TEST_DIRNAME/../lab/captures/truth.csv" | cut -d , -f 11 | sort -u)
	[ "$status" -eq 0 ]
	[ "$output" = "" ]
	[ "$(tail -n +2 "$BATS_TEST_DIRNAME/programs.csv" | grep -cvE '^[A-Za-z0-9@.-]+,(owner|public|network|peers|tunnel),')" -eq 0 ]
}

@test "captures are told by name, or none by nobody" {
	cd "$BATS_TEST_TMPDIR"
	mkdir captures && cp "$BATS_TEST_DIRNAME/../lab/captures/tls13.pcap" captures/openvpn.pcap
	run "$BATS_TEST_DIRNAME/public" captures
	[ "$status" -eq 1 ]
	[ "$output" = "tests/techniques/public: no known capture below captures" ]
}

# rows PLUGIN: the manual's table of confidence, "PERCENT REASON" a line.
rows() {
	sed -n '/^## Confidence/,$p' "$1" | sed -nE 's/^\| (.*[^ ]) +\| *[^|]* \| *[^|]* \| *([0-9]+) \|$/\2 \1/p'
}

# given PLUGIN: what its code gives, in the same form: a percent before a reason, before nothing else.
given() {
	cat "$(dirname "$1")"/[!t]*.c "$(dirname "$1")"/tor.c "$(dirname "$1")"/t[!e]*.c 2>/dev/null |
		perl -0777 -ne 'print "$1 $2\n" while /\b(\d\d),\s*"([A-Za-z][^"\n]{7,})"(?=\s*[,)}])/g' | grep -v "limit of" | sort -u
}

@test "a manual's table of confidence differs from the code" {
	cd "$BATS_TEST_DIRNAME/../.."
	for manual in $(grep -l '^## Confidence' plugins/*/*.md); do
		echo "$manual"
		rows "$manual" | sort -u >"$BATS_TEST_TMPDIR/rows"
		given "$manual" >"$BATS_TEST_TMPDIR/given"
		# Those of social are made of the names of services: see the next test.
		[ -s "$BATS_TEST_TMPDIR/given" ] || [ "$(basename "$manual")" = social.md ]
		run comm -13 "$BATS_TEST_TMPDIR/rows" "$BATS_TEST_TMPDIR/given"
		[ "$output" = "" ]
	done
}

@test "a reported confidence is not that of the manual" {
	cd "$BATS_TEST_DIRNAME/../.."
	tests/geoip/make-mmdb tests/geoip/demo.csv "$BATS_TEST_TMPDIR"
	for capture in tests/lab/captures/*.pcap; do
		"${SURGETAP:-build/release/surgetap}" flows --quiet ${FEW_FLOWS:+"$FEW_FLOWS"} --geoip-asn "$BATS_TEST_TMPDIR/asn.mmdb" "$capture"
	done | jq -r --arg capture all -f tests/techniques/evidence.jq >"$BATS_TEST_TMPDIR/evidence"
	for manual in $(grep -l '^## Confidence' plugins/*/*.md); do
		plugin=$(basename "$manual" .md)
		rows "$manual" | tr , ';' | sort -u >"$BATS_TEST_TMPDIR/rows"
		awk -F , -v plugin="$plugin" '$8 == plugin { print $10, $11 }' "$BATS_TEST_TMPDIR/evidence" | sort -u \
			>"$BATS_TEST_TMPDIR/reported"
		[ -s "$BATS_TEST_TMPDIR/reported" ]
		run comm -13 "$BATS_TEST_TMPDIR/rows" "$BATS_TEST_TMPDIR/reported"
		[ "$output" = "" ]
	done
}

@test "a contact counts as use, or a flow the other way round as another" {
	printf '%s\n' header a.pcap,10.0.0.1,1000,192.0.2.1,443,tcp,tls,t,1,c a.pcap,10.0.0.1,1001,192.0.2.1,1194,udp,vpn,t,1,c \
		>"$BATS_TEST_TMPDIR/truth"
	run tally_of "$BATS_TEST_TMPDIR/truth"
	[ "$status" -eq 0 ]
	[[ ${lines[1]} =~ ^vpn\ +1\ +1\ +1\.000\ +0\ +0\ +0\.000\ +0$ ]]
	[[ ${lines[2]} =~ ^tls\ +1\ +1\ +1\.000\ +0\ +1\ +1\.000\ +0$ ]]
	[ "${lines[3]}" = "1 flows of the captures have no truth and are left out" ]
}

@test "a false or missed verdict is not named" {
	printf '%s\n' header a.pcap,10.0.0.1,1000,192.0.2.1,443,tcp,tor+tls,t,1,c a.pcap,10.0.0.1,1001,192.0.2.1,1194,udp,dns,t,1,d \
		>"$BATS_TEST_TMPDIR/truth"
	run tally_of "$BATS_TEST_TMPDIR/truth" flow
	[ "${lines[0]}" = "false vpn: a.pcap 10.0.0.1:1001 > 192.0.2.1:1194 udp (d, dns)" ]
	[ "${lines[1]}" = "missed tor: a.pcap 10.0.0.1:1000 > 192.0.2.1:443 tcp (c)" ]
	[ "${#lines[@]}" -eq 2 ]
}
