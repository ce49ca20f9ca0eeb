# SPDX-License-Identifier: Apache-2.0
# WireGuard in user space on both sides, with a pre-shared key. The page is fetched from behind the tunnel.
tools=(wireguard-go wg nginx curl)
made_by=(wireguard-go)
filter='udp port 51820'
min_flows=1 min_packets=30 min_bytes=20000

# wireguard_up NETWORK ADDRESS NAME PEER [PEER OPTION...]: the interfaces' sockets share a folder, so names are unique.
wireguard_up() {
	local device=wg$3$BASHPID
	bg "wireguard-$3" "$1" wireguard-go -f "$device"
	wait_until 10 on "$1" wg show "$device"
	on "$1" wg set "$device" private-key "$WORK/$3.key" peer "$(<"$WORK/$4.pub")" preshared-key "$WORK/psk" "${@:5}"
	ip -n "$PREFIX-$1" addr add "$2/24" dev "$device"
	ip -n "$PREFIX-$1" link set "$device" up mtu 1420
}

servers() {
	local side
	web_start
	wg genpsk >"$WORK/psk"
	for side in c s; do
		wg genkey >"$WORK/$side.key"
		wg pubkey <"$WORK/$side.key" >"$WORK/$side.pub"
	done
	wireguard_up east 10.93.0.1 s c allowed-ips 10.93.0.2/32
	on east wg set "wgs$BASHPID" listen-port 51820
}

# wireguard_session PORT: the client's own port, 0 for one of the kernel's choice.
wireguard_session() {
	wireguard_up client 10.93.0.2 c s allowed-ips 10.93.0.1/32 endpoint "$SERVER:51820"
	on client wg set "wgc$BASHPID" listen-port "$1"
	get http://10.93.0.1/index.html
	get http://10.93.0.1/mid.txt
	stop wireguard-c
	stop wireguard-s
}

truth() { label "$SERVER" 51820 udp vpn wireguard-go; }
