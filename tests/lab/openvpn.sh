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
