# SPDX-License-Identifier: Apache-2.0
# A telephone call: SIP, then speech in RTP from one side.
tools=(sipp)
made_by=(sip-tester sipp)
filter="udp and host $CLIENT"
min_flows=2 min_packets=50 min_bytes=10000

servers() {
	mkdir -p "$WORK/pcap"
	cp /usr/share/sip-tester/*.pcap "$WORK/pcap/"
	# shellcheck disable=SC2016 # sh expands them
	bg sipp-east east sh -c 'cd "$0" && exec sipp -sn uas -i "$1" -p 5060 -mp 16000 -nostdin' "$WORK" "$SERVER"
	wait_port east udp "$SERVER" 5060
}

client() {
	# shellcheck disable=SC2016 # sh expands them
	on client sh -c 'cd "$0" && exec sipp -sn uac_pcap -i "$1" -p 5062 -mp 17000 -m 1 -nostdin "$2:5060"' \
		"$WORK" "$CLIENT" "$SERVER"
}

truth() {
	label "$SERVER" 5060 udp sip sipp
	label "$SERVER" 16000 udp rtp sipp
}
