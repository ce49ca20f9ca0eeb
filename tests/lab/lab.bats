#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# The committed captures and their truth fit each other. Reads files only: no root, no namespaces.

setup() {
	cd "$BATS_TEST_DIRNAME/captures" || return
}

flows_of() { tcpdump -nqtr - <"$1" 2>/dev/null | awk -f ../flows.awk -v mode=flows; }

@test "no truth line has a missing or unknown field" {
	run awk -F, '
		NR == 1 { if ($0 != "capture,client,client_port,server,server_port,transport,label,tool,version,case,program") print; next }
		NF != 11 || /,,/ || $1 != $10 ".pcap" { print; next }
		$6 !~ /^(tcp|udp|esp|ah|gre)$/ { print; next }
		{
			count = split($7, labels, "+")
			for (i = 1; i <= count; i++)
				if (labels[i] !~ /^(vpn|tor|tls|proxy|coin|mining|social-western|social-chinese|ssh|http|dns|ntp|sip|rtp|stun|bittorrent|random|smb|ldap|kerberos|postgresql|mysql|redis|memcached|smtp|mqtt|irc|snmp|syslog|rsync|git|mosh|vnc|iperf|telnet|ftp|ftp-data|amqp|stomp|nats|x11|nfs|dhcp|mdns|game|mongodb|cassandra|mssql|spice|adb)$/)
					print
		}
		' truth.csv
	[ "$status" -eq 0 ]
	[ "$output" = "" ]
	[ "$(wc -l <truth.csv)" -gt 1 ]
}

@test "no capture is without truth, no truth without its capture, no case without either" {
	captures=$(ls -- *.pcap)
	[ "$captures" = "$(tail -n +2 truth.csv | cut -d , -f 1 | sort -u)" ]
	[ "$captures" = "$(basename -a -s .sh ../cases/*.sh | sed 's/$/.pcap/' | sort)" ]
}

@test "no flow of a capture is without exactly one truth line, and no truth line without its flow" {
	for capture in *.pcap; do
		flows=$(flows_of "$capture" | cut -d , -f 1-5 | sort)
		[ "$flows" != "" ]
		diff <(echo "$flows") <(grep "^$capture," truth.csv | cut -d , -f 2-6 | sort)
	done
}

@test "no flow is one-sided: the cut kept both directions" {
	for capture in *.pcap; do
		# A tap that sees one direction; speech and pictures, which only the caller sends; syslog (514) is never answered, nor mDNS.
		[[ $capture != *-oneway.pcap && $capture != sip.pcap && $capture != video.pcap && $capture != mdns.pcap ]] || continue
		# The same packets with their direction left in: each pair of endpoints must occur both ways round.
		tcpdump -nqtr - <"$capture" 2>/dev/null | sort -u -k 2,2 -k 4,4 | awk -v capture="$capture" '
			{ sub(/:$/, "", $4); seen[$2 " " $4] }
			END { for (way in seen) { split(way, end); if (way !~ /\.514$/ && !((end[2] " " end[1]) in seen)) { print capture, way; bad = 1 } } exit bad }'
	done
}

@test "no TCP flow is cut without its beginning or its end" {
	for capture in *.pcap; do
		[[ $capture != *-midway.pcap ]] || continue
		tcp=$(grep "^$capture," truth.csv | grep -c ',tcp,' || true)
		opened=$(tcpdump -nqtr - 'tcp[tcpflags] & (tcp-syn|tcp-ack) = tcp-syn' <"$capture" 2>/dev/null | sort -u | wc -l)
		closed=$(tcpdump -nqtr - 'tcp[tcpflags] & (tcp-fin|tcp-rst) != 0' <"$capture" 2>/dev/null |
			awk '{ sub(/:$/, "", $4); print ($2 < $4) ? $2 " " $4 : $4 " " $2 }' | sort -u | wc -l)
		echo "$capture: $tcp TCP flows, $opened opened, $closed closed"
		[ "$tcp" -eq "$opened" ]
		[ "$tcp" -eq "$closed" ]
	done
}

@test "no capture has grown beyond what a repository should carry" {
	[ "$(find . -size +100k)" = "" ]
}

@test "no relay of the Tor flows is missing in the consensus" {
	awk '$1 == "r" { print $6 "," $7 }' tor.consensus | sort >"$BATS_TEST_TMPDIR/relays"
	awk -F, '$1 == "tor.pcap" && $7 ~ /tor/' truth.csv | cut -d , -f 4-5 | sort -u >"$BATS_TEST_TMPDIR/used"
	[ -s "$BATS_TEST_TMPDIR/used" ]
	[ "$(comm -13 "$BATS_TEST_TMPDIR/relays" "$BATS_TEST_TMPDIR/used")" = "" ]
}

@test "no path that WebRTC tried and left is labelled Tor, none that carries data is not" {
	for capture in snowflake*.pcap; do
		diff <(tcpdump -nqtr - 'udp[8] = 23' <"$capture" 2>/dev/null | awk -f ../flows.awk -v mode=flows |
			awk -F, '{ from = $1 "," $2; to = $3 "," $4; print from < to ? from "," to : to "," from }' | sort) \
			<(awk -F, -v capture="$capture" '$1 == capture && $7 ~ /tor/ {
				from = $2 "," $3; to = $4 "," $5; print from < to ? from "," to : to "," from }' truth.csv | sort)
	done
}

@test "no key or certificate of a run was left behind" {
	run grep -rlaE 'PRIVATE KEY|OpenVPN Static key|BEGIN CERTIFICATE|OPENSSH' ..  --include='*.pcap' --include='*.key' \
		--include='*.crt' --include='*.csv' --include='*.consensus'
	[ "$output" = "" ]
	[ "$(find . -type f ! -name '*.pcap' ! -name truth.csv ! -name tor.consensus ! -name tor.bridges)" = "" ]
}
