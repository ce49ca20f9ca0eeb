# SPDX-License-Identifier: Apache-2.0
# An address by DHCP, and given back. Captured is what is said to and from that address: not the first broadcasts.
tools=(dnsmasq dhclient)
made_by=(isc-dhcp-client dhclient)
ROUTER=175.45.176.1
filter='udp port 67'
min_flows=1 min_packets=3 min_bytes=900

servers() {
	bg dnsmasq router dnsmasq --keep-in-foreground --conf-file=/dev/null --port=0 --interface=c0 --bind-interfaces --user=root \
		--dhcp-range="$CLIENT,$CLIENT,2m" --dhcp-authoritative --no-ping --log-facility=- \
		--dhcp-leasefile="$WORK/leases" --pid-file="$WORK/dnsmasq.pid"
	wait_log dnsmasq 'DHCP, IP range'
}

# The address is there already, so that the script that would set it has nothing to do.
client() {
	local files=(-sf /bin/true -cf /dev/null -lf "$WORK/lease" -pf "$WORK/dhclient.run")
	bg dhclient client dhclient -d "${files[@]}" eth0
	wait_log dhclient 'bound to'
	on client dhclient -r "${files[@]}" eth0
	wait_until 10 captured 3
}

truth() {
	label "$ROUTER" 67 udp dhcp dnsmasq
	label "$CLIENT" 68 udp dhcp dnsmasq # the server's answer came first
}
