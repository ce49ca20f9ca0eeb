# SPDX-License-Identifier: Apache-2.0
# vmess over bare TCP: two pages through V2Ray.
tools=(v2ray nginx curl)
made_by=(v2ray)
filter='tcp port 10086'
min_flows=2 min_packets=30 min_bytes=17000

servers() {
	local id
	web_start
	id=$(</proc/sys/kernel/random/uuid)
	cat >"$WORK/server.json" <<-END
		{"inbounds": [{"listen": "$SERVER", "port": 10086, "protocol": "vmess",
			"settings": {"clients": [{"id": "$id", "alterId": 0}]}}],
		"outbounds": [{"protocol": "freedom"}]}
	END
	cat >"$WORK/client.json" <<-END
		{"inbounds": [{"listen": "127.0.0.1", "port": 1081, "protocol": "socks", "settings": {"auth": "noauth"}}],
		"outbounds": [{"protocol": "vmess", "settings": {"vnext": [{"address": "$SERVER", "port": 10086,
			"users": [{"id": "$id", "alterId": 0, "security": "aes-128-gcm"}]}]}}]}
	END
	bg v2ray-server east v2ray -config "$WORK/server.json"
	wait_port east tcp "$SERVER" 10086
	bg v2ray-client client v2ray -config "$WORK/client.json"
	wait_port client tcp 127.0.0.1 1081
}

client() {
	get http://$SERVER/index.html --socks5 127.0.0.1:1081
	get http://$SERVER/mid.txt --socks5 127.0.0.1:1081
	stop v2ray-client # it would keep the connections open
}

truth() { label "$SERVER" 10086 tcp proxy; }
