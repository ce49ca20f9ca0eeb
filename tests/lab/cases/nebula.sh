# SPDX-License-Identifier: Apache-2.0
# Nebula, a mesh over UDP whose packets a classifier may take for something else.
tools=(nebula nebula-cert nginx curl)
made_by=(nebula)
filter='udp port 4242'
min_flows=1 min_packets=30 min_bytes=20000
INSIDE=10.98.0.1

nebula_config() { # NETWORK PORT IS_LIGHTHOUSE LIGHTHOUSES INSIDE_ADDRESS
	nebula-cert sign -ca-crt "$WORK/ca.crt" -ca-key "$WORK/ca.key" -name "$1" -ip "$5/24" \
		-out-crt "$WORK/$1.crt" -out-key "$WORK/$1.key"
	cat >"$WORK/$1.yml" <<-END
		pki: { ca: $WORK/ca.crt, cert: $WORK/$1.crt, key: $WORK/$1.key }
		static_host_map: { "$INSIDE": ["$SERVER:4242"] }
		lighthouse: { am_lighthouse: $3, hosts: [$4] }
		listen: { host: 0.0.0.0, port: $2 }
		tun: { dev: nebula-$1 }
		firewall:
		  outbound: [{ port: any, proto: any, host: any }]
		  inbound: [{ port: any, proto: any, host: any }]
	END
}

servers() {
	web_start
	nebula-cert ca -name lab -out-crt "$WORK/ca.crt" -out-key "$WORK/ca.key"
	nebula_config east 4242 true '' "$INSIDE"
	nebula_config client 0 false "\"$INSIDE\"" 10.98.0.2
	bg nebula-east east nebula -config "$WORK/east.yml"
	wait_log nebula-east 'Nebula interface is active'
}

client() {
	bg nebula-client client nebula -config "$WORK/client.yml"
	wait_log nebula-client 'Handshake message received'
	get "http://$INSIDE/index.html"
	get "http://$INSIDE/mid.txt"
	stop nebula-client
}

truth() { label "$SERVER" 4242 udp vpn nebula; }
