# SPDX-License-Identifier: Apache-2.0
# DTLS 1.2: a few lines to a server that echoes none of them back, then a close.
tools=(openssl)
made_by=(openssl)
filter='udp port 4433'
min_flows=1 min_packets=10 min_bytes=2000

servers() {
	# s_server ends with its standard input, so that is kept open.
	bg s_server east sh -c 'tail -f /dev/null | "$@"' sh openssl s_server -dtls1_2 -quiet -accept "$SERVER:4433" \
		-cert "$PKI/server.crt" -key "$PKI/server.key"
	wait_port east udp "$SERVER" 4433
}

client() {
	for line in {1..8}; do
		sleep 0.1 # a datagram for each line
		echo "line $line of a conversation"
	done | ip netns exec "$PREFIX-client" timeout 20 openssl s_client -dtls1_2 -quiet -no_ign_eof -servername "$SITE" \
		-CAfile "$PKI/ca.crt" -connect "$SERVER:4433"
	wait_log s_server 'line 8'
}

truth() { label "$SERVER" 4433 udp tls openssl; }
