# SPDX-License-Identifier: Apache-2.0
# A SOCKS 5 proxy in the clear: two pages from a web server that only the proxy can reach.
tools=(microsocks nginx curl)
made_by=(curl)
filter='tcp port 1080'
min_flows=2 min_packets=30 min_bytes=17000

servers() {
	web_start
	bg microsocks east microsocks -i "$SERVER" -p 1080
	wait_port east tcp "$SERVER" 1080
}

client() {
	get http://127.0.0.1/index.html --socks5 "$SERVER:1080"
	get http://127.0.0.1/mid.txt --socks5 "$SERVER:1080"
}

truth() { label "$SERVER" 1080 tcp proxy microsocks; }
