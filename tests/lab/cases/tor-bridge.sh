# SPDX-License-Identifier: Apache-2.0
# Tor through a bridge that no consensus lists: obfs4 three times, which looks like nothing, then vanilla, which is TLS.
# shellcheck source=../tor.sh
. "$LAB/tor.sh"
tools+=(obfs4proxy)
filter=tcp
HEAD=24 MAX_BYTES=95000
min_flows=2 min_packets=100 min_bytes=100000
BRIDGE=198.51.100.15

servers() {
	web_start
	tor_network_start
	tor_bridge_start "$BRIDGE"
}

client() {
	local fingerprint certificate
	fingerprint=$(cut -d ' ' -f 2 "$WORK/bridge/fingerprint")
	certificate=$(grep -o 'cert=.*' "$WORK/bridge/pt_state/obfs4_bridgeline.txt")
	# Its padding is drawn anew for each connection.
	for _ in 1 2 3; do
		tor_visit 'UseBridges 1' 'ClientTransportPlugin obfs4 exec /usr/bin/obfs4proxy' \
			"Bridge obfs4 $BRIDGE:34567 $fingerprint $certificate"
	done
	tor_visit 'UseBridges 1' "Bridge $BRIDGE:9001 $fingerprint"
}

# What somebody who knows the bridge would put on his list.
keep() { printf '%s\n' "$BRIDGE:34567" "$BRIDGE:9001" >"$LAB/captures/tor.bridges"; }

truth() {
	label "$BRIDGE" 34567 tcp tor+proxy obfs4proxy
	label "$BRIDGE" 9001 tcp tor+tls tor
}
