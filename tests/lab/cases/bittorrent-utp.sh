# SPDX-License-Identifier: Apache-2.0
# BitTorrent by another client, Transmission, encrypted from its first byte, over µTP, which it prefers.
# shellcheck source=../bittorrent.sh
. "$LAB/bittorrent.sh"
tools=(transmission-daemon transmission-remote nginx)
made_by=(transmission-daemon transmission)
filter='port 6881 or tcp port 80'
min_flows=2 min_packets=20 min_bytes=15000

transmission() { # NETWORK FOLDER ADDRESS RPC_PORT
	mkdir -p "$WORK/$1.config"
	cat >"$WORK/$1.config/settings.json" <<-END
		{"utp-enabled": true, "dht-enabled": true, "lpd-enabled": false, "pex-enabled": true, "encryption": 2,
		 "bind-address-ipv4": "$3", "peer-port": 6881, "port-forwarding-enabled": false, "download-dir": "$2",
		 "rpc-port": $4, "rpc-whitelist-enabled": false, "rpc-host-whitelist-enabled": false}
	END
	bg "transmission-$1" "$1" transmission-daemon -f -g "$WORK/$1.config"
	wait_port "$1" tcp 0.0.0.0 "$4"
	on "$1" transmission-remote "127.0.0.1:$4" -a "$WORK/lab.torrent" -w "$2"
}

servers() {
	web_start
	torrent "$WORK/lab.torrent"
	transmission east "$WORK/www" "$SERVER" 9091
}

client() {
	transmission client "$WORK/leech" "$CLIENT" 9091
	wait_until 60 cmp "$WORK/www/mid.txt" "$WORK/leech/mid.txt"
	stop transmission-client
}

truth() {
	label "$SERVER" 6881 tcp bittorrent transmission-daemon
	label "$CLIENT" 6881 tcp bittorrent transmission-daemon
	label "$SERVER" 6881 udp bittorrent transmission-daemon
	label "$CLIENT" 6881 udp bittorrent transmission-daemon
	label "$SERVER" 80 tcp http nginx
}
