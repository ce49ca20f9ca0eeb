# SPDX-License-Identifier: Apache-2.0
# The control channel of PPTP, from greeting to hanging up. Without /dev/ppp there is no data channel.
tools=(pptp pptpd)
made_by=(pptp-linux pptp)
filter='tcp port 1723'
min_flows=1 min_packets=10 min_bytes=1000

servers() {
	printf '%s\n' 'ppp /bin/false' 'localip 10.97.0.1' 'remoteip 10.97.0.2-9' >"$WORK/pptpd.conf"
	bg pptpd east pptpd --fg --conf "$WORK/pptpd.conf" --option /dev/null --pidfile "$WORK/pptpd.pid" --listen "$SERVER"
	wait_port east tcp "$SERVER" 1723
}

client() {
	# The call manager's socket goes to /run/pptp; the namespace has its own mounts, so this /run is nobody else's.
	bg pptp client sh -c 'mount -t tmpfs none /run && exec "$@"' sh \
		pptp "$SERVER" --nolaunchpppd --nohostroute --debug
	wait_until 20 captured 12
	wait_until 20 capture_quiet
	gone "$(<"$WORK/pptp.pid")" || stop pptp # now and then it does not notice that the call is over
}

truth() { label "$SERVER" 1723 tcp vpn pptpd; }
