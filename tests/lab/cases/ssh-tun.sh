# SPDX-License-Identifier: Apache-2.0
# SSH as a VPN (ssh -w): two pages through a TUN device. On the wire it is SSH.
# shellcheck source=../ssh.sh
. "$LAB/ssh.sh"
tools+=(curl nginx)
min_flows=1 min_packets=40 min_bytes=20000
INSIDE=10.90.0.1

client() {
	web_start
	bg ssh-tun client ssh "${SSH_OPTIONS[@]}" -N -w 5:5 "root@$SERVER"
	wait_until 20 ip -n "$PREFIX-client" link show tun5
	wait_until 20 ip -n "$PREFIX-east" link show tun5
	ip -n "$PREFIX-east" addr add "$INSIDE/24" dev tun5
	ip -n "$PREFIX-client" addr add 10.90.0.2/24 dev tun5
	ip -n "$PREFIX-east" link set tun5 up
	ip -n "$PREFIX-client" link set tun5 up
	get "http://$INSIDE/index.html"
	get "http://$INSIDE/mid.txt"
	stop ssh-tun
}
