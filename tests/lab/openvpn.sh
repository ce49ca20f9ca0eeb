# SPDX-License-Identifier: Apache-2.0
# What the OpenVPN cases share. The page is fetched from an address that exists only behind the tunnel.
tools=(openvpn nginx curl)
made_by=(openvpn)
INSIDE=10.91.0.1

# openvpn_server PORT PROTO [OPTION...]
openvpn_server() {
	web_start
	bg openvpn-server east openvpn --dev tun --topology subnet --server 10.91.0.0 255.255.255.0 --local "$SERVER" \
		--port "$1" --proto "$2" --ca "$PKI/ca.crt" --cert "$PKI/server.crt" --key "$PKI/server.key" --dh none \
		--keepalive 5 30 --verb 3 "${@:3}"
	wait_log openvpn-server 'Initialization Sequence Completed'
}

# openvpn_session PORT PROTO [OPTION...]
openvpn_session() {
	bg openvpn-client client openvpn --client --dev tun --remote "$SERVER" "$1" --proto "$2" --nobind \
		--ca "$PKI/ca.crt" --cert "$PKI/client.crt" --key "$PKI/client.key" --remote-cert-tls server --verb 3 "${@:3}"
	wait_log openvpn-client 'Initialization Sequence Completed'
	get "http://$INSIDE/index.html"
	get "http://$INSIDE/mid.txt"
	stop openvpn-client
}

# With a static key in $WORK/static.key there is neither server nor client, only who waits and who calls.
openvpn_static() { # NAME NETWORK OWN_ADDRESS OTHER_ADDRESS PROTO [OPTION...]
	bg "$1" "$2" openvpn --dev tun --secret "$WORK/static.key" --cipher AES-256-CBC --verb 3 --ifconfig "$3" "$4" \
		--proto "$5" "${@:6}"
}

openvpn_static_server() { # PROTO
	web_start
	openvpn_static openvpn-server east "$INSIDE" 10.91.0.2 "$1" --local "$SERVER" --port 1194
	wait_port east "${1:0:3}" "$SERVER" 1194
}

openvpn_static_session() { # PROTO
	openvpn_static openvpn-client client 10.91.0.2 "$INSIDE" "$1" --remote "$SERVER" 1194 --nobind
	wait_log openvpn-client 'Initialization Sequence Completed'
	get "http://$INSIDE/index.html"
	get "http://$INSIDE/mid.txt"
	stop openvpn-client
}
