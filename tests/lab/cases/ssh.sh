# SPDX-License-Identifier: Apache-2.0
# An SSH shell in which somebody works, and a single remote command.
tools=(ssh /usr/sbin/sshd)
made_by=(openssh-client ssh)
filter='tcp port 22'
min_flows=2 min_packets=60 min_bytes=12000

servers() {
	ssh-keygen -q -t ed25519 -N '' -C lab -f "$WORK/host_key"
	ssh-keygen -q -t ed25519 -N '' -C lab -f "$WORK/user_key"
	# sshd wants /run/sshd; the namespace has its own mounts, so this /run is nobody else's.
	bg sshd east sh -c 'mount -t tmpfs none /run && mkdir -m 755 /run/sshd && exec "$@"' sh /usr/sbin/sshd -D -e \
		-f /dev/null -h "$WORK/host_key" -o "AuthorizedKeysFile=$WORK/user_key.pub" -o StrictModes=no \
		-o PermitRootLogin=yes -o "ListenAddress=$SERVER"
	wait_port east tcp "$SERVER" 22
}

log_in() {
	ip netns exec "$PREFIX-client" timeout 30 ssh -F /dev/null -i "$WORK/user_key" -o StrictHostKeyChecking=no \
		-o "UserKnownHostsFile=$WORK/known_hosts" -o LogLevel=ERROR "root@$SERVER" "$@"
}

client() {
	printf '%s\n' date 'uname -a' 'ls /etc' 'df /' 'ps' 'cat /etc/protocols' exit |
		while read -r line; do
			sleep 0.15 # somebody types
			echo "$line"
		done | log_in -tt
	log_in cat /etc/services | grep -q domain
}

truth() { label "$SERVER" 22 tcp ssh; }
