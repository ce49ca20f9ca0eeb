# SPDX-License-Identifier: Apache-2.0
# TLS 1.2 with a server name: HTTP/1.1 and HTTP/2.
tools=(curl nginx)
made_by=(curl)
filter='tcp port 443'
min_flows=2 min_packets=30 min_bytes=15000

servers() { web_start; }

client() {
	get /mid.txt --tls-max 1.2 --http1.1
	get /index.html --tls-max 1.2 --http2
}

truth() { label "$SERVER" 443 tcp tls nginx; }
