# SPDX-License-Identifier: Apache-2.0
# Shadowsocks below v2ray-plugin: WebSockets in TLS. Two pages over TLS.
tools=(ss-server ss-local ss-v2ray-plugin nginx curl)
made_by=(shadowsocks-v2ray-plugin)
filter='tcp port 8443'
min_flows=1 min_packets=30 min_bytes=17000

servers() {
	local password
	web_start
	password=$(openssl rand -hex 12)
	SHADOW=(-p 8443 -k "$password" -m chacha20-ietf-poly1305 -s "$SERVER" --plugin ss-v2ray-plugin)
	bg ss-server east ss-server "${SHADOW[@]}" \
		--plugin-opts "server;tls;host=$SITE;cert=$PKI/server.crt;key=$PKI/server.key"
	wait_port east tcp "$SERVER" 8443
	bg ss-local client env SSL_CERT_FILE="$PKI/ca.crt" ss-local "${SHADOW[@]}" -b 127.0.0.1 -l 1081 \
		--plugin-opts "tls;host=$SITE"
	wait_port client tcp 127.0.0.1 1081
}

client() {
	get "https://$SERVER/index.html" --insecure --socks5 127.0.0.1:1081
	get "https://$SERVER/mid.txt" --insecure --socks5 127.0.0.1:1081
	stop ss-local
}

truth() { label "$SERVER" 8443 tcp proxy+tls ss-server; }
