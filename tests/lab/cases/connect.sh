# SPDX-License-Identifier: Apache-2.0
# An HTTP proxy asked with CONNECT: two pages over TLS through it.
tools=(tinyproxy nginx curl)
made_by=(curl)
filter='tcp port 3128'
min_flows=2 min_packets=40 min_bytes=17000

servers() {
	web_start
	printf '%s\n' 'Port 3128' "Listen $SERVER" 'Timeout 30' >"$WORK/tinyproxy.conf"
	bg tinyproxy east tinyproxy -d -c "$WORK/tinyproxy.conf"
	wait_port east tcp "$SERVER" 3128
}

client() {
	get "https://$SERVER/index.html" --insecure --proxy "http://$SERVER:3128"
	get "https://$SERVER/mid.txt" --insecure --proxy "http://$SERVER:3128"
}

truth() { label "$SERVER" 3128 tcp proxy+tls tinyproxy; }
