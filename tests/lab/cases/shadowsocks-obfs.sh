# SPDX-License-Identifier: Apache-2.0
# Shadowsocks below simple-obfs: the first messages imitate a TLS handshake for the site's name.
tools=(ss-server ss-local obfs-server obfs-local nginx curl)
made_by=(simple-obfs)
filter='tcp port 8443'
min_flows=2 min_packets=30 min_bytes=17000

servers() {
	local password
	web_start
	password=$(openssl rand -hex 12)
	SHADOW=(-p 8443 -k "$password" -m chacha20-ietf-poly1305 -s "$SERVER")
	bg ss-server east ss-server "${SHADOW[@]}" --plugin obfs-server --plugin-opts obfs=tls
	wait_port east tcp "$SERVER" 8443
	bg ss-local client ss-local "${SHADOW[@]}" -b 127.0.0.1 -l 1081 --plugin obfs-local \
		--plugin-opts "obfs=tls;obfs-host=$SITE"
	wait_port client tcp 127.0.0.1 1081
}

client() {
	get http://127.0.0.1/index.html --socks5 127.0.0.1:1081
	get http://127.0.0.1/mid.txt --socks5 127.0.0.1:1081
}

truth() { label "$SERVER" 8443 tcp proxy ss-server; }
