# SPDX-License-Identifier: Apache-2.0
# SSTP: TLS, HTTP and the first messages, to a server written from [MS-SSTP]. Without /dev/ppp no data follow.
tools=(sstpc python3)
made_by=(sstp-client sstpc)
filter='tcp port 443'
min_flows=1 min_packets=12 min_bytes=2000

servers() {
	bg sstp east python3 "$LAB/sstp.py" "$SERVER" 443 "$PKI/server.crt" "$PKI/server.key"
	wait_port east tcp "$SERVER" 443
}

client() {
	# It waits for PPP on its standard input and output, which must be something to wait for.
	bg sstpc client sh -c 'tail -f /dev/null | "$@" | cat' sh sstpc --cert-warn --log-level 4 --log-stderr --nolaunchpppd \
		--user lab --password lab "$SERVER"
	wait_until 20 gone "$(<"$WORK/sstp.pid")"
	[[ ! -s $WORK/sstp.log ]] || die "the server did not understand"
}

truth() { label "$SERVER" 443 tcp vpn+tls sstp.py; }
