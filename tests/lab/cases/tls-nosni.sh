# SPDX-License-Identifier: Apache-2.0
# TLS to a bare address: the client has no name to send.
tools=(curl nginx)
made_by=(curl)
filter='tcp port 443'
min_flows=2 min_packets=30 min_bytes=15000

servers() { web_start; }

client() {
	get "https://$SERVER/mid.txt" --insecure
	get "https://$SERVER/index.html" --insecure --tls-max 1.2
}

truth() { label "$SERVER" 443 tcp tls nginx@address; }
