# SPDX-License-Identifier: Apache-2.0
# A SoftEther server with one hub, one user and a NAT behind it. It writes where it likes: each program gets mounts of its own.
tools=(vpncmd /usr/libexec/softether/vpnserver/vpnserver)
made_by=(softether-vpnclient softether)

softether() { # NETWORK vpnserver|vpnclient
	# shellcheck disable=SC2016 # sh expands them
	bg "$2" "$1" unshare -m sh -c 'for folder in /run/softether /var/lib/softether /var/log/softether; do
		mkdir -p $folder && mount -t tmpfs none $folder; done; exec "/usr/libexec/softether/$0/$0" execsvc' "$2"
}

# order NETWORK ADDRESS /SERVER|/CLIENT COMMAND...
order() {
	local network=$1 address=$2 mode=$3 orders=$WORK/orders.$1
	shift 3
	printf '%s\n' "$@" >"$orders"
	on "$network" vpncmd "$address" "$mode" /IN:"$orders"
}

servers() {
	web_start
	softether east vpnserver
	wait_port east tcp "$SERVER" 5555
	order east "$SERVER:5555" /SERVER 'HubCreate LAB /PASSWORD:lab' 'Hub LAB' \
		'UserCreate lab /GROUP:none /REALNAME:none /NOTE:none' 'UserPasswordSet lab /PASSWORD:lab' SecureNatEnable
}
