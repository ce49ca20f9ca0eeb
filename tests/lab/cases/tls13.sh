# SPDX-License-Identifier: Apache-2.0
# TLS 1.3 with a server name: a download and two short visits.
tools=(curl nginx)
made_by=(curl)
filter='tcp port 443'
min_flows=3 min_packets=40 min_bytes=15000

servers() { web_start; }

client() {
	get /mid.txt --tlsv1.3
	get /index.html --tlsv1.3
	get /index.html --tlsv1.3 --http1.1
}

truth() { label "$SERVER" 443 tcp tls nginx; }
