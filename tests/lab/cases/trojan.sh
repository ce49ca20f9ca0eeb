# SPDX-License-Identifier: Apache-2.0
# Trojan: a proxy inside real TLS, which a web server stands behind for whoever lacks the password. Two
# pages through it, over TLS, as most are.
tools=(trojan nginx curl)
made_by=(trojan)
filter='tcp port 8443'
min_flows=2 min_packets=30 min_bytes=17000

servers() {
	local password
	web_start
	password=$(openssl rand -hex 12)
	cat >"$WORK/server.json" <<-END
		{"run_type": "server", "local_addr": "$SERVER", "local_port": 8443, "remote_addr": "$SERVER", "remote_port": 80,
		"password": ["$password"], "ssl": {"cert": "$PKI/server.crt", "key": "$PKI/server.key"}}
	END
	cat >"$WORK/client.json" <<-END
		{"run_type": "client", "local_addr": "127.0.0.1", "local_port": 1081, "remote_addr": "$SERVER",
		"remote_port": 8443, "password": ["$password"], "ssl": {"cert": "$PKI/ca.crt", "sni": "$SITE",
		"alpn": ["h2", "http/1.1"]}}
	END
	bg trojan-server east trojan -c "$WORK/server.json"
	wait_port east tcp "$SERVER" 8443
	bg trojan-client client trojan -c "$WORK/client.json"
	wait_port client tcp 127.0.0.1 1081
}

client() {
	get "https://$SERVER/index.html" --insecure --socks5 127.0.0.1:1081
	get "https://$SERVER/mid.txt" --insecure --socks5 127.0.0.1:1081
}

truth() { label "$SERVER" 8443 tcp proxy+tls trojan; }
