# SPDX-License-Identifier: Apache-2.0
# Synthetic: the same on port 8009, joined midway.
# shellcheck source=chromecast.sh
. "$LAB/cases/chromecast.sh"
min_flows=1 min_packets=15 min_bytes=1500

servers() {
	conversation_server 8009 -tls1_2 -cipher ECDHE-ECDSA-AES128-GCM-SHA256
	pings 60 | converse 8009 &
	REMOTE=$!
	wait_until 10 grep -q . "$WORK/answers"
}

client() {
	wait_until 20 captured 30
	wait "$REMOTE"
}

truth() {
	composed_from castv2
	label "$SERVER" 8009 tcp tls openssl
}
