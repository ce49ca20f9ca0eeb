# SPDX-License-Identifier: Apache-2.0
# strongSwan in user space on both sides; a case sets IKE_VERSION.
tools=(swanctl /usr/lib/ipsec/charon nginx curl)
made_by=(strongswan-swanctl strongswan)
filter='udp and (port 500 or port 4500)'
min_flows=2 min_packets=30 min_bytes=20000
INSIDE=10.95.1.1

# charon NETWORK: a daemon with a /run of its own. Loading user-space ESP needs no word: it is first in the built-in list.
charon() {
	cat >"$WORK/$1.conf" <<-END
		charon {
			install_routes = yes
			plugins {
				bypass-lan { load = no }
				vici { socket = unix://$WORK/$1.vici }
			}
		}
	END
	bg "charon-$1" "$1" env STRONGSWAN_CONF="$WORK/$1.conf" \
		sh -c 'mount -t tmpfs none /run && exec /usr/lib/ipsec/charon'
	wait_until 20 test -S "$WORK/$1.vici"
}

# swan NETWORK ARGUMENT...: swanctl to the charon there.
swan() { on "$1" swanctl "${@:2}" --uri "unix://$WORK/$1.vici"; }

# The settings of both sides: the first argument goes to the connection, the second to its child. One setting a line.
settings() {
	cat <<-END
		connections {
			lab {
				version = $IKE_VERSION
				encap = yes
				proposals = aes256-sha256-modp2048
				$1
				children {
					inside {
						$2
					}
				}
			}
		}
		secrets { ike-lab { secret = "$(<"$WORK/psk")" } }
	END
}

servers() {
	web_start
	ip -n "$PREFIX-east" addr add "$INSIDE/32" dev lo
	openssl rand -hex 16 >"$WORK/psk"
	{
		settings "local_addrs = $SERVER
			pools = guests
			local {
				auth = psk
				id = vpn.lab.test
			}
			remote { auth = psk }" "local_ts = $INSIDE/32"
		echo 'pools { guests { addrs = 10.95.0.0/24 } }'
	} >"$WORK/server.swanctl"
	settings "remote_addrs = $SERVER
		vips = 0.0.0.0
		local { auth = psk }
		remote {
			auth = psk
			id = vpn.lab.test
		}" "remote_ts = $INSIDE/32" >"$WORK/client.swanctl"
	charon east
	swan east --load-all --file "$WORK/server.swanctl"
	charon client
	swan client --load-all --file "$WORK/client.swanctl"
}

client() {
	swan client --initiate --child inside
	get "http://$INSIDE/index.html"
	get "http://$INSIDE/mid.txt"
	swan client --terminate --ike lab
}

truth() {
	label "$SERVER" 500 udp vpn charon
	label "$SERVER" 4500 udp vpn charon
}
