# SPDX-License-Identifier: Apache-2.0
# vmess between two V2Rays on port $PORT; a case puts into STREAM_SERVER and STREAM_CLIENT what carries it, `"streamSettings": {...},` or nothing.
tools=(v2ray nginx curl)
made_by=(v2ray)
min_flows=2 min_packets=30 min_bytes=17000

servers() {
	local id
	web_start
	id=$(</proc/sys/kernel/random/uuid)
	cat >"$WORK/server.json" <<-END
		{"inbounds": [{"listen": "$SERVER", "port": $PORT, "protocol": "vmess", $STREAM_SERVER
			"settings": {"clients": [{"id": "$id", "alterId": 0}]}}],
		"outbounds": [{"protocol": "freedom"}]}
	END
	cat >"$WORK/client.json" <<-END
		{"inbounds": [{"listen": "127.0.0.1", "port": 1081, "protocol": "socks", "settings": {"auth": "noauth"}}],
		"outbounds": [{"protocol": "vmess", $STREAM_CLIENT "settings": {"vnext": [{"address": "$SERVER", "port": $PORT,
			"users": [{"id": "$id", "alterId": 0, "security": "aes-128-gcm"}]}]}}]}
	END
	bg v2ray-server east v2ray -config "$WORK/server.json"
	wait_port east tcp "$SERVER" "$PORT"
	bg v2ray-client client env SSL_CERT_FILE="$PKI/ca.crt" v2ray -config "$WORK/client.json"
	wait_port client tcp 127.0.0.1 1081
}

client() {
	get "https://$SERVER/index.html" --insecure --socks5 127.0.0.1:1081
	get "https://$SERVER/mid.txt" --insecure --socks5 127.0.0.1:1081
	stop v2ray-client # it would keep the connections open
}
