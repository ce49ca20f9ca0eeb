# SPDX-License-Identifier: Apache-2.0
# Tor through Snowflake: the broker met behind another site's name, then a volunteer's proxy over WebRTC, which leads to a
# bridge. The client is Debian's; broker, bridge and STUN server are snowflake.go. A case starts its volunteer.
# shellcheck source=../tor.sh
. "$LAB/tor.sh"
tools+=(snowflake-client go)
made_by=(snowflake-client)
BRIDGE=198.51.100.15 BROKER=198.51.100.16 VOLUNTEER=192.0.2.10
filter="(tcp and host $BROKER) or (udp and (host $BROKER or host $VOLUNTEER))"
MAX_BYTES=90000
min_flows=3 min_packets=100 min_bytes=50000

servers() {
	GO111MODULE=off GOPATH=/usr/share/gocode GOCACHE=$TOP/go go build -o "$WORK/snowflake" "$LAB/snowflake.go"
	web_start
	tor_network_start
	tor_bridge_start "$BRIDGE"
	# A proxy offers every address of its host; at home it has one.
	net_new volunteer
	net_join volunteer "$VOLUNTEER" 192.0.2.1 v0
	echo "$BROKER broker.lab.test $SITE" >"/etc/netns/$PREFIX-client/hosts"
	bg snowflake west "$WORK/snowflake" -front "$BROKER:443" -back "$BROKER:8080" -stun "$BROKER:3478" -target "$BRIDGE:9001" \
		-certificate "$PKI/server.crt" -key "$PKI/server.key" -page "$LAB/volunteer.html"
	wait_port west tcp "$BROKER" 443
	volunteer_start
}

client() {
	export SSL_CERT_FILE=$PKI/ca.crt
	for _ in 1 2; do
		tor_visit 'UseBridges 1' "ClientTransportPlugin snowflake exec /usr/bin/snowflake-client -max 1 \
			-ice stun:$BROKER:3478 -url https://broker.lab.test/ -front $SITE" \
			"Bridge snowflake 192.0.2.3:80 $(cut -d ' ' -f 2 "$WORK/bridge/fingerprint")"
	done
	stop volunteer
}

# Both ends try each pair of their addresses. A browser may greet on one and go on with another, which ICE came to prefer:
# of these Tor was on those alone that application data went over (DTLS 1.2, type 23); a hello without an answer carries nobody.
truth() {
	label "$BROKER" 443 tcp tls snowflake
	label "$BROKER" 3478 udp stun snowflake
	flows_of "host $VOLUNTEER" | label_flows stun snowflake
	flows_of "host $VOLUNTEER and udp[8] = 22" | label_flows tls snowflake
	flows_of "host $VOLUNTEER and udp[8] = 23" | tee "$WORK/paths" | label_flows tor+tls snowflake
	(($(wc -l <"$WORK/paths") >= 2)) || die "two visits, but no two paths with data"
}
