# SPDX-License-Identifier: Apache-2.0
# Short messages over TLS 1.3 and 1.2, both ways, as chat and mail programs exchange them.
# shellcheck source=../conversation.sh
. "$LAB/conversation.sh"
filter='tcp port 5223'
min_flows=2 min_packets=60 min_bytes=6000

servers() { conversation_server 5223; }

client() {
	local words
	for words in '' '-tls1_2'; do
		for ((i = 0; i < 14; i++)); do
			printf '%*d\n' $((RANDOM % 200 + 10)) "$i"
		done | converse 5223 $words
	done
}

truth() { label "$SERVER" 5223 tcp tls openssl; }
