# SPDX-License-Identifier: Apache-2.0
# A file over BitTorrent from one peer; the tracker is a page of the web server. A case names the encryption in BT_OPTIONS.
tools=(aria2c nginx)
made_by=(aria2)
filter='tcp and (port 6881 or port 80)'
min_flows=1 min_packets=20 min_bytes=15000

# torrent NAME: writes the torrent of $WORK/www/mid.txt and the tracker's answer, in bencoding (BEP 3).
torrent() {
	python3 - "$WORK/www/mid.txt" "$1" "http://$SERVER/announce" "$SERVER" <<-'END'
		import hashlib, socket, sys
		data = open(sys.argv[1], "rb").read()
		tracker = sys.argv[3].encode()
		hashes = b"".join(hashlib.sha1(data[i:i + 16384]).digest() for i in range(0, len(data), 16384))
		info = b"d6:lengthi%de4:name7:mid.txt12:piece lengthi16384e6:pieces%d:%se" % (len(data), len(hashes), hashes)
		open(sys.argv[2], "wb").write(b"d8:announce%d:%s4:info%se" % (len(tracker), tracker, info))
		peer = socket.inet_aton(sys.argv[4]) + (6881).to_bytes(2, "big")
		open(sys.argv[1].replace("mid.txt", "announce"), "wb").write(b"d8:intervali600e5:peers6:" + peer + b"e")
	END
}

bittorrent() { # NETWORK FOLDER [OPTION...]
	bg "aria2-$1" "$1" aria2c --no-conf --dir="$2" --listen-port=6881 --enable-dht=false --bt-enable-lpd=false \
		--enable-peer-exchange=false --summary-interval=0 --seed-ratio=0 "${BT_OPTIONS[@]}" "${@:3}" "$WORK/lab.torrent"
}

servers() {
	web_start
	torrent "$WORK/lab.torrent"
	bittorrent east "$WORK/www" --check-integrity=true --seed-time=60
	wait_port east tcp 0.0.0.0 6881
}

client() {
	bittorrent client "$WORK/leech" --seed-time=0
	wait_until 40 cmp "$WORK/www/mid.txt" "$WORK/leech/mid.txt"
	stop aria2-client
}

truth() {
	label "$SERVER" 6881 tcp bittorrent aria2c
	label "$CLIENT" 6881 tcp bittorrent aria2c
	label "$SERVER" 80 tcp http nginx
}
