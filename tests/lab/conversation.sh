# SPDX-License-Identifier: Apache-2.0
# Lines over TLS, both ways: a server that answers each with the same in reverse.
tools=(openssl)
made_by=(openssl)

# conversation_server PORT [OPTION...]
conversation_server() {
	# s_server ends with its standard input, so that is kept open.
	bg "s_server-$1" east sh -c 'tail -f /dev/null | "$@"' sh openssl s_server -rev -quiet -accept "$SERVER:$1" \
		-cert "$PKI/server.crt" -key "$PKI/server.key" "${@:2}"
	wait_port east tcp "$SERVER" "$1"
}

# converse PORT [OPTION...]: says what comes on standard input, a line after the other.
converse() {
	while IFS= read -r line; do
		echo "$line"
		sleep 0.1
	done | ip netns exec "$PREFIX-client" timeout 30 openssl s_client -quiet -no_ign_eof -servername "$SITE" \
		-CAfile "$PKI/ca.crt" -connect "$SERVER:$1" "${@:2}" >>"$WORK/answers"
}
