# SPDX-License-Identifier: Apache-2.0
# Measurements of throughput, both ways at once, over TCP and UDP: random bytes that mean nothing.
tools=(iperf3)
made_by=(iperf3)
filter='port 5201'
HEAD=16
min_flows=3 min_packets=100 min_bytes=40000

servers() {
	bg iperf3 east iperf3 -s -B "$SERVER"
	wait_port east tcp "$SERVER" 5201
}

client() {
	on client iperf3 -c "$SERVER" --bidir -n 60K -l 1K
	on client iperf3 -c "$SERVER" --bidir -u -b 1M -n 40K -l 600
}

truth() {
	label "$SERVER" 5201 tcp iperf iperf3
	label "$SERVER" 5201 udp iperf iperf3
}
