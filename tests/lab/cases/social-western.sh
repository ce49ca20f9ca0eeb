# SPDX-License-Identifier: Apache-2.0
# Visits to Western social networks, whose names the lab's own web server answers to.
tools=(curl nginx)
made_by=(curl)
filter='tcp port 443'
min_flows=3 min_packets=40 min_bytes=8000

servers() { web_start; }

# The certificate is the lab's, hence not looked at.
visit() {
	local name=$1
	shift
	get "https://$name/index.html" --insecure --resolve "$name:443:$SERVER" "$@"
}

client() {
	visit www.facebook.com --tlsv1.3
	visit scontent.cdninstagram.com --tls-max 1.2
	visit web.whatsapp.com --tlsv1.3 --http1.1
}

truth() { label "$SERVER" 443 tcp tls+social-western nginx; }
