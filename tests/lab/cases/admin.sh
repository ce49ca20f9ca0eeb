# SPDX-License-Identifier: Apache-2.0
# What administrators run: SNMP, syslog, rsync, git, TFTP, and a shell over Mosh, whose datagrams are random but for a few bytes.
tools=(snmpd snmpwalk logger rsync git mosh-server mosh-client script)
made_by=(snmp snmp+rsync+git+mosh)
filter='udp port 161 or udp port 514 or tcp port 873 or tcp port 9418 or udp portrange 60001-60010'
min_flows=5 min_packets=60 min_bytes=10000

servers() {
	mkdir -p "$WORK/files" "$WORK/repository"
	seq -f 'line %g of a file of the lab' 400 >"$WORK/files/file.txt"
	echo "rocommunity lab" >"$WORK/snmpd.conf"
	printf '[files]\npath = %s\nuid = 0\nuse chroot = no\n' "$WORK/files" >"$WORK/rsyncd.conf"
	git init -q --bare "$WORK/repository/lab.git"
	git -C "$WORK/repository" clone -q lab.git work 2>/dev/null
	cp "$WORK/files/file.txt" "$WORK/repository/work/"
	git -C "$WORK/repository/work" add file.txt
	git -C "$WORK/repository/work" -c user.name=lab -c user.email=lab@lab.test commit -qm lab
	git -C "$WORK/repository/work" push -q origin HEAD
	bg snmpd east snmpd -f -Lo -C -c "$WORK/snmpd.conf" -p "$WORK/snmpd.pid" "udp:$SERVER:161"
	bg syslog east python3 -c 'import socket, sys
sock = socket.socket(type=socket.SOCK_DGRAM)
sock.bind((sys.argv[1], 514))
while True: sock.recv(2048)' "$SERVER"
	bg rsyncd east rsync --daemon --no-detach --config="$WORK/rsyncd.conf" --address="$SERVER"
	bg git east git daemon --listen="$SERVER" --base-path="$WORK/repository" --export-all
	wait_port east udp "$SERVER" 161
	wait_port east tcp "$SERVER" 873
	wait_port east tcp "$SERVER" 9418
}

client() {
	local line
	on client snmpwalk -v2c -c lab "$SERVER" 1.3.6.1.2.1.1
	for line in one two three; do on client logger -n "$SERVER" -P 514 -d "line $line of the lab"; done
	on client rsync -a "rsync://$SERVER/files/" "$WORK/copy/"
	on client git clone -q "git://$SERVER/lab.git" "$WORK/clone"
	export LC_ALL=C.UTF-8
	line=$(on east mosh-server new -i "$SERVER" -p 60001:60010 -- sh -c 'for i in 1 2 3 4 5 6; do ls -l /; sleep 0.2; done' 2>&1 |
		tr -d '\r' | grep '^MOSH CONNECT')
	MOSH_KEY=${line##* } TERM=xterm timeout 20 ip netns exec "$PREFIX-client" \
		script -qec "stty rows 24 cols 80; mosh-client $SERVER $(cut -d ' ' -f 3 <<<"$line")" "$WORK/typescript" >"$WORK/mosh.log"
}

truth() {
	label "$SERVER" 161 udp snmp snmpd
	label "$SERVER" 514 udp syslog syslog
	label "$SERVER" 873 tcp rsync rsync
	label "$SERVER" 9418 tcp git git
	for port in {60001..60010}; do label "$SERVER" "$port" udp mosh mosh-server; done
}
