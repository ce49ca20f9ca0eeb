# SPDX-License-Identifier: Apache-2.0
# Plain DNS over UDP: answers of several types and a name that does not exist.
tools=(dig dnsmasq)
made_by=(bind9-dnsutils dig)
filter='udp port 53'
min_flows=6 min_packets=12 min_bytes=1000

servers() {
	bg dnsmasq east dnsmasq --keep-in-foreground --conf-file=/dev/null --no-resolv --no-hosts --user=root \
		--pid-file --listen-address="$SERVER" --bind-interfaces --local=/lab.test/ \
		--host-record="$SITE,$SERVER,2001:db8::10" --mx-host=lab.test,mail.lab.test,10 \
		--txt-record=lab.test,'v=spf1 -all' --cname=web.lab.test,"$SITE"
	wait_port east udp "$SERVER" 53
}

client() {
	local question
	for question in "$SITE A" "$SITE AAAA" "lab.test MX" "lab.test TXT" "web.lab.test A" "missing.lab.test A"; do
		# shellcheck disable=SC2086 # a name and a type
		on client dig +tries=1 "@$SERVER" $question | grep -q 'status: '
	done
}

truth() { label "$SERVER" 53 udp dns dnsmasq; }
