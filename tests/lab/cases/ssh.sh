# SPDX-License-Identifier: Apache-2.0
# An SSH shell in which somebody works, and a single remote command.
# shellcheck source=../ssh.sh
. "$LAB/ssh.sh"
min_flows=2 min_packets=60 min_bytes=12000

log_in() { ip netns exec "$PREFIX-client" timeout 30 ssh "${SSH_OPTIONS[@]}" "root@$SERVER" "$@"; }

client() {
	printf '%s\n' date 'uname -a' 'ls /usr/bin | tail' 'df /' 'id' 'seq 300' exit |
		while read -r line; do
			sleep 0.15 # somebody types
			echo "$line"
		done | log_in -tt
	log_in seq 2000 | grep -qx 2000
}
