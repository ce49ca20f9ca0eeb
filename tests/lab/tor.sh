# SPDX-License-Identifier: Apache-2.0
# A private Tor network: three authorities in the east, four relays in the west, all on ORPort 9001.
tools=(tor tor-gencert curl nginx)
made_by=(tor)
RELAYS=(203.0.113.1{1..3} 198.51.100.1{1..4})
AUTHORITIES=3
tor_visits=0

# tor_config NICKNAME ADDRESS: what authorities and relays have in common.
tor_config() {
	mkdir -m 700 "$WORK/$1" "$WORK/$1/keys"
	cat >"$WORK/$1/torrc" <<-END
		DataDirectory $WORK/$1
		Nickname $1
		ContactInfo lab
		Address $2
		ORPort $2:9001 IPv4Only
		SocksPort 0
		AssumeReachable 1
		$(tor_common)
	END
}

tor_common() {
	echo TestingTorNetwork 1
	echo UseDefaultFallbackDirs 0
	echo ShutdownWaitLength 0
	echo Log notice stdout
}

tor_authority_config() { # NICKNAME ADDRESS
	tor_config "$@"
	cat >>"$WORK/$1/torrc" <<-END
		DirPort $2:9030
		AuthoritativeDirectory 1
		V3AuthoritativeDirectory 1
		TestingV3AuthInitialVotingInterval 20
		TestingV3AuthInitialVoteDelay 4
		TestingV3AuthInitialDistDelay 4
		V3AuthVotingInterval 20
		V3AuthVoteDelay 4
		V3AuthDistDelay 4
		TestingDirAuthVoteExit *
		TestingDirAuthVoteGuard *
		TestingMinExitFlagThreshold 0
		ExitPolicy reject *:*
	END
	echo lab | tor-gencert --create-identity-key -m 12 -a "$2:9030" -i "$WORK/$1/keys/authority_identity_key" \
		-s "$WORK/$1/keys/authority_signing_key" -c "$WORK/$1/keys/authority_certificate" --passphrase-fd 0
}

tor_relay_config() { # NICKNAME ADDRESS
	tor_config "$@"
	printf '%s\n' 'ExitRelay 1' 'ExitPolicy accept *:*' 'ExitPolicyRejectPrivate 0' >>"$WORK/$1/torrc"
}

# The DirAuthority line of an authority; --list-fingerprint wants to see one, of anybody, first.
tor_authority_line() { # NICKNAME ADDRESS
	local v3 fingerprint
	v3=$(awk '$1 == "fingerprint" { print $2 }' "$WORK/$1/keys/authority_certificate")
	fingerprint=$(tor -f "$WORK/$1/torrc" --quiet --list-fingerprint \
		--DirAuthority "x 203.0.113.99:9 0000000000000000000000000000000000000000" | cut -d ' ' -f 2-)
	echo "DirAuthority $1 orport=9001 v3ident=$v3 $2:9030 ${fingerprint// /}"
}

# tor_network_start: returns once every relay has a consensus, and it names them all; $WORK/dirauth then names the authorities.
tor_network_start() {
	local i name names=()
	for i in "${!RELAYS[@]}"; do
		name=relay$i
		names+=("$name")
		if ((i < AUTHORITIES)); then
			tor_authority_config "$name" "${RELAYS[i]}"
			tor_authority_line "$name" "${RELAYS[i]}" >>"$WORK/dirauth"
		else
			tor_relay_config "$name" "${RELAYS[i]}"
		fi
	done
	for i in "${!RELAYS[@]}"; do
		cat "$WORK/dirauth" >>"$WORK/${names[i]}/torrc"
		bg "${names[i]}" "$( ((i < AUTHORITIES)) && echo east || echo west)" tor -f "$WORK/${names[i]}/torrc"
	done
	# A client that meets a relay without a consensus waits ten seconds for each try.
	for name in "${names[@]}"; do
		wait_log "$name" 'Bootstrapped 100%' 90
	done
	wait_until 60 tor_consensus_whole
}

tor_consensus_whole() { (($(grep -c '^r ' "$WORK/relay0/cached-microdesc-consensus") == ${#RELAYS[@]})); }

# tor_bridge_start ADDRESS: a bridge, which no consensus lists: vanilla on port 9001, obfs4 on port 34567.
tor_bridge_start() {
	tor_config bridge "$1"
	{
		printf '%s\n' 'BridgeRelay 1' 'PublishServerDescriptor 0' 'BridgeDistribution none' 'ExtORPort auto' \
			'ServerTransportPlugin obfs4 exec /usr/bin/obfs4proxy' "ServerTransportListenAddr obfs4 $1:34567"
		cat "$WORK/dirauth"
	} >>"$WORK/bridge/torrc"
	bg bridge west tor -f "$WORK/bridge/torrc"
	wait_log bridge 'Bootstrapped 100%' 60
}

# tor_client_start NAME [LINE...]: a client that knows nothing yet, with these lines in its torrc.
tor_client_start() {
	mkdir -m 700 "$WORK/$1"
	{
		tor_common
		cat "$WORK/dirauth"
		printf '%s\n' "DataDirectory $WORK/$1" 'SocksPort 127.0.0.1:9050' 'PathsNeededToBuildCircuits 0.25' "${@:2}"
	} >"$WORK/$1.torrc"
	bg "$1" client tor -f "$WORK/$1.torrc"
	wait_log "$1" 'Bootstrapped 100%' 60
}

# tor_visit [LINE...]: a client with these lines loads two pages and ends.
tor_visit() {
	local name=client$((++tor_visits))
	tor_client_start "$name" "$@"
	get "http://$SERVER/index.html" --socks5-hostname 127.0.0.1:9050
	get "http://$SERVER/mid.txt" --socks5-hostname 127.0.0.1:9050
	stop "$name"
}
