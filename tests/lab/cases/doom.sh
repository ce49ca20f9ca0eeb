# SPDX-License-Identifier: Apache-2.0
# A game over UDP: 35 small datagrams a second each way.
tools=(/usr/games/chocolate-server /usr/games/chocolate-doom)
made_by=(chocolate-doom)
filter='udp port 2342'
min_flows=1 min_packets=100 min_bytes=6000

servers() {
	mkdir -p "$WORK/home"
	HOME=$WORK/home bg doom-server east /usr/games/chocolate-server -privateserver -port 2342
	wait_port east udp 0.0.0.0 2342
}

client() {
	HOME=$WORK/home SDL_VIDEODRIVER=dummy SDL_AUDIODRIVER=dummy bg doom client /usr/games/chocolate-doom -nosound -nodes 1 \
		-iwad /usr/share/games/doom/freedoom1.wad -connect "$SERVER:2342"
	wait_until 30 captured 200
	stop doom
}

truth() { label "$SERVER" 2342 udp game chocolate-server; }
