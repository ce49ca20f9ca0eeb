# SPDX-License-Identifier: Apache-2.0
# Plain HTTP: a page, a longer one, and one that is not there.
tools=(curl nginx)
made_by=(curl)
filter='tcp port 80'
min_flows=3 min_packets=30 min_bytes=15000

servers() { web_start; }

client() {
	get "http://$SITE/index.html" --resolve "$SITE:80:$SERVER"
	get "http://$SITE/mid.txt" --resolve "$SITE:80:$SERVER"
	! get "http://$SITE/missing" --resolve "$SITE:80:$SERVER"
}

truth() { label "$SERVER" 80 tcp http nginx; }
