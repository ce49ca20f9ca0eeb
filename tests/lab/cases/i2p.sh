# SPDX-License-Identifier: Apache-2.0
# Two I2P routers of a network of their own: NTCP2 over TCP, SSU2 over UDP.
tools=(i2pd)
made_by=(i2pd)
filter='port 14001'
min_flows=1 min_packets=20 min_bytes=8000

i2pd_router() { # NETWORK ADDRESS
	bg "i2pd-$1" "$1" i2pd --datadir="$WORK/i2pd-$1" --conf="$WORK/i2pd-$1/i2pd.conf"
}

i2pd_config() { # NETWORK ADDRESS
	mkdir -p "$WORK/i2pd-$1"
	cat >"$WORK/i2pd-$1/i2pd.conf" <<-END
		log = stdout
		loglevel = info
		netid = 77
		host = $2
		port = 14001
		ipv4 = true
		ipv6 = false
		nat = false
		reservedrange = false
		floodfill = true
		[http]
		enabled = false
		[httpproxy]
		enabled = false
		[socksproxy]
		enabled = false
		[sam]
		enabled = false
		[reseed]
		threshold = 0
		[ntcp2]
		enabled = true
		published = true
		port = 14001
		[ssu2]
		enabled = true
		published = true
		port = 14001
	END
}

# The client learns of the other by hand: its router.info goes where the network database looks for it.
introduce() { # NETWORK OTHER
	local folder=$WORK/i2pd-$1/netDb/rA
	mkdir -p "$folder"
	cp "$WORK/i2pd-$2/router.info" "$folder/routerInfo-A$2.dat"
}

# NETWORK ADDRESS: its router.info, which is written more than once at the start, says where it is reached.
introduces_itself() { grep -qaF "$2" "$WORK/i2pd-$1/router.info"; }

servers() {
	local network
	i2pd_config east "$SERVER"
	i2pd_config client "$CLIENT"
	for network in east client; do
		i2pd_router "$network"
	done
	wait_until 20 introduces_itself east "$SERVER"
	wait_until 20 introduces_itself client "$CLIENT"
	for network in east client; do
		kill -KILL "$(<"$WORK/i2pd-$network.pid")"
		wait_until 10 gone "$(<"$WORK/i2pd-$network.pid")"
	done
	introduce client east
	i2pd_router east
	wait_port east tcp "$SERVER" 14001
}

client() {
	i2pd_router client
	wait_until 30 captured 20
	kill -KILL "$(<"$WORK/i2pd-client.pid")"
}

truth() {
	label "$SERVER" 14001 tcp proxy i2pd
	label "$SERVER" 14001 udp proxy i2pd
	label "$CLIENT" 14001 tcp proxy i2pd
	label "$CLIENT" 14001 udp proxy i2pd
}
