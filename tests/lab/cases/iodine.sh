# SPDX-License-Identifier: Apache-2.0
# iodine: IP in DNS queries and answers, two pages through it.
tools=(iodined iodine nginx curl)
made_by=(iodine)
filter='udp port 53'
min_flows=1 min_packets=40 min_bytes=17000
INSIDE=10.97.0.1

servers() {
	web_start
	PASSWORD=$(openssl rand -hex 8)
	bg iodined east iodined -f -c -P "$PASSWORD" -l "$SERVER" "$INSIDE/24" t.lab.test
	wait_port east udp "$SERVER" 53
}

client() {
	bg iodine client iodine -f -r -P "$PASSWORD" -d dns5 "$SERVER" t.lab.test
	# The address is there before the probes of the codec are done.
	wait_log iodine 'Connection setup complete'
	get "http://$INSIDE/index.html"
	get "http://$INSIDE/mid.txt"
	stop iodine
}

truth() { label "$SERVER" 53 udp vpn+dns iodined; }
