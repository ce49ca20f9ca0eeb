# SPDX-License-Identifier: Apache-2.0
# Synthetic: what a Chromecast's remote sends every few seconds, 34 bytes in TLS 1.2, on ports 8008 and 8009, which nDPI 4.2
# takes for a Cisco VPN when it has not seen the handshake.
# shellcheck source=../conversation.sh
. "$LAB/conversation.sh"
filter='tcp port 8008 or tcp port 8009'
min_flows=2 min_packets=60 min_bytes=6000

servers() {
	conversation_server 8008 -tls1_2 -cipher ECDHE-ECDSA-AES128-GCM-SHA256
	conversation_server 8009 -tls1_2 -cipher ECDHE-ECDSA-AES128-GCM-SHA256
}

pings() { seq -f '%033.0f' "$1"; } # with its end of line, a record of 58 bytes

client() {
	pings 12 | converse 8008
	pings 12 | converse 8009
}

truth() {
	composed_from castv2
	label "$SERVER" 8008 tcp tls openssl
	label "$SERVER" 8009 tcp tls openssl
}
