# SPDX-License-Identifier: Apache-2.0
# A shell over Telnet and files over FTP, as old servers and devices offer them.
tools=(telnetd telnet socat vsftpd curl)
made_by=(inetutils-telnet telnet+curl)
filter='tcp port 23 or tcp port 21 or tcp portrange 40021-40029'
min_flows=3 min_packets=60 min_bytes=6000

servers() {
	mkdir -p "$WORK/files/pub" "$WORK/empty"
	seq -f 'line %g of a file of the lab' 100 >"$WORK/files/pub/file.txt"
	chmod o+x "$TOP" "$WORK"
	cat >"$WORK/vsftpd.conf" <<-END
		listen=YES
		background=NO
		listen_address=$SERVER
		anonymous_enable=YES
		anon_root=$WORK/files
		secure_chroot_dir=$WORK/empty
		pasv_min_port=40021
		pasv_max_port=40029
		seccomp_sandbox=NO
	END
	# Telnet's server wants the connection itself as its standard input.
	bg telnetd east socat "TCP-LISTEN:23,bind=$SERVER,fork" 'EXEC:telnetd -E /bin/sh,nofork'
	bg vsftpd east vsftpd "$WORK/vsftpd.conf"
	wait_port east tcp "$SERVER" 23
	wait_port east tcp "$SERVER" 21
}

client() {
	# What is sent before the shell is there is lost; a FIFO that is open both ways never ends.
	mkfifo "$WORK/typed"
	bg telnet client sh -c 'exec telnet -E "$1" <>"$0"' "$WORK/typed" "$SERVER"
	wait_log telnet '# '
	printf '%s\n' 'ls -l /' 'uname -a' 'exit' >"$WORK/typed"
	wait_log telnet 'closed by foreign host'
	on client curl -sS --fail -o "$WORK/got" "ftp://$SERVER/pub/file.txt"
	cmp "$WORK/files/pub/file.txt" "$WORK/got"
}

truth() {
	label "$SERVER" 23 tcp telnet telnetd
	label "$SERVER" 21 tcp ftp vsftpd
	for port in {40021..40029}; do label "$SERVER" "$port" tcp ftp-data vsftpd; done
}
