# SPDX-License-Identifier: Apache-2.0
# Shadowsocks with an AEAD cipher: two pages through it; on the wire it has no form of its own.
tools=(ss-server ss-local nginx curl)
made_by=(shadowsocks-libev)
filter='tcp port 8388'
min_flows=2 min_packets=30 min_bytes=17000

servers() {
	local password
	web_start
	password=$(openssl rand -hex 12)
	SHADOW=(-p 8388 -k "$password" -m chacha20-ietf-poly1305 -s "$SERVER")
	bg ss-server east ss-server "${SHADOW[@]}"
	wait_port east tcp "$SERVER" 8388
	bg ss-local client ss-local "${SHADOW[@]}" -b 127.0.0.1 -l 1081
	wait_port client tcp 127.0.0.1 1081
}

client() {
	get http://127.0.0.1/index.html --socks5 127.0.0.1:1081
	get http://127.0.0.1/mid.txt --socks5 127.0.0.1:1081
}

truth() { label "$SERVER" 8388 tcp proxy ss-server; }
