# SPDX-License-Identifier: Apache-2.0
# SSH as a SOCKS proxy (ssh -D): two pages from a web server that only the SSH server can reach.
# shellcheck source=../ssh.sh
. "$LAB/ssh.sh"
tools+=(curl nginx)
min_flows=1 min_packets=40 min_bytes=20000

client() {
	web_start
	bg ssh-socks client ssh "${SSH_OPTIONS[@]}" -N -D 127.0.0.1:1080 "root@$SERVER"
	wait_port client tcp 127.0.0.1 1080
	get http://127.0.0.1/index.html --socks5 127.0.0.1:1080
	get http://127.0.0.1/mid.txt --socks5 127.0.0.1:1080
	stop ssh-socks
}
