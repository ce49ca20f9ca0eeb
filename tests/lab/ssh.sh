# SPDX-License-Identifier: Apache-2.0
# An SSH server that lets the lab's one key in, and the options to reach it.
tools=(ssh /usr/sbin/sshd)
made_by=(openssh-client ssh)
filter='tcp port 22'
SSH_OPTIONS=(-F /dev/null -i "$WORK/user_key" -o StrictHostKeyChecking=no -o "UserKnownHostsFile=$WORK/known_hosts"
	-o LogLevel=ERROR)

servers() {
	ssh-keygen -q -t ed25519 -N '' -C lab -f "$WORK/host_key"
	ssh-keygen -q -t ed25519 -N '' -C lab -f "$WORK/user_key"
	# sshd wants /run/sshd; the namespace has its own mounts, so this /run is nobody else's.
	bg sshd east sh -c 'mount -t tmpfs none /run && mkdir -m 755 /run/sshd && exec "$@"' sh /usr/sbin/sshd -D -e \
		-f /dev/null -h "$WORK/host_key" -o "AuthorizedKeysFile=$WORK/user_key.pub" -o StrictModes=no \
		-o PermitRootLogin=yes -o PermitTunnel=yes -o "ListenAddress=$SERVER"
	wait_port east tcp "$SERVER" 22
}

truth() { label "$SERVER" 22 tcp ssh sshd; }
