# SPDX-License-Identifier: Apache-2.0
# Namespaces, background programs, waiting, capturing and cutting for the cases of the lab.
#
# One client and two server networks behind one router; the addresses look public and exist only inside:
#   client 175.45.176.10 -- router -- east 203.0.113.10..16
#                                  \- west 198.51.100.10..16
# The capture is taken where the client's cable enters the router. `run` gives each case its PREFIX and WORK.

export CLIENT=175.45.176.10 SERVER=203.0.113.10 SITE=www.lab.test
HEAD=50 # packets kept at the start of each flow, unless a case sets its own
TAIL=6  # and at its end, so that it closes
MAX_BYTES=60000

die() {
	echo "$*" >&2
	exit 1
}

# on NETWORK COMMAND...: runs it there, for a minute at most.
on() {
	local network=$1
	shift
	timeout -k 2 60 ip netns exec "$PREFIX-$network" "$@" </dev/null
}

# bg NAME NETWORK COMMAND...: runs it there until the case ends or `stop NAME`; it must stay in the foreground.
bg() {
	local name=$1 network=$2
	shift 2
	ip netns exec "$PREFIX-$network" "$@" >>"$WORK/$name.log" 2>&1 </dev/null &
	echo $! >"$WORK/$name.pid"
}

# wait_until SECONDS COMMAND...: polls until it succeeds.
wait_until() {
	local deadline=$((SECONDS + $1))
	shift
	until "$@" >/dev/null 2>&1; do
		((SECONDS < deadline)) || die "gave up waiting for: $*"
		sleep 0.05
	done
}

# wait_log NAME PATTERN [SECONDS]: until the log of a background program says so; an error if it ends without.
wait_log() {
	wait_until "${3:-20}" said_or_gone "$@"
	grep -q "$2" "$WORK/$1.log" || die "$1 ended without saying: $2"
}
said_or_gone() { grep -q "$2" "$WORK/$1.log" || gone "$(<"$WORK/$1.pid")"; }

# wait_port NETWORK tcp|udp ADDRESS PORT: until somebody there listens.
wait_port() { wait_until 20 listening "$@"; }
listening() {
	[[ -n $(on "$1" ss -Hln "--$2" "src $3 and sport = :$4") ||
		-n $(on "$1" ss -Hln "--$2" "src 0.0.0.0 and sport = :$4") ]]
}

gone() { ! kill -0 "$1" 2>/dev/null; }

# stop NAME: asks a background program to end and waits until it has.
stop() {
	local pid
	pid=$(<"$WORK/$1.pid")
	kill -TERM "$pid" 2>/dev/null
	wait_until 10 gone "$pid"
}

net_new() { # NETWORK
	ip netns add "$PREFIX-$1"
	ip netns exec "$PREFIX-$1" sysctl -qw net.ipv6.conf.all.disable_ipv6=1
	ip -n "$PREFIX-$1" link set lo up
	# `ip netns exec` lays this over /etc/resolv.conf: nobody's name server is asked, and the refusal is at once.
	mkdir -p "/etc/netns/$PREFIX-$1"
	echo 'nameserver 127.0.0.1' >"/etc/netns/$PREFIX-$1/resolv.conf"
}

net_join() { # NETWORK ADDRESS GATEWAY ROUTER_INTERFACE
	local ns=$PREFIX-$1 router=$PREFIX-router end
	ip -n "$router" link add "$4" type veth peer name eth0 netns "$ns"
	ip -n "$ns" addr add "$2/24" dev eth0
	ip -n "$router" addr add "$3/24" dev "$4"
	ip -n "$ns" link set eth0 up
	ip -n "$router" link set "$4" up
	ip -n "$ns" route add default via "$3"
	# With offloads on, a capture holds frames of 64 kB and unfinished checksums.
	for end in "$ns eth0" "$router $4"; do
		ip netns exec "${end% *}" ethtool -K "${end#* }" tso off gso off gro off tx off rx off sg off >/dev/null
	done
}

net_up() {
	local network last
	for network in router client east west; do
		net_new "$network"
	done
	net_join client "$CLIENT" 175.45.176.1 c0
	net_join east "$SERVER" 203.0.113.1 e0
	net_join west 198.51.100.10 198.51.100.1 w0
	for last in 11 12 13 14 15 16; do
		ip -n "$PREFIX-east" addr add "203.0.113.$last/24" dev eth0
		ip -n "$PREFIX-west" addr add "198.51.100.$last/24" dev eth0
	done
	ip netns exec "$PREFIX-router" sysctl -qw net.ipv4.ip_forward=1
}

# Ends what runs in the namespaces (a pid elsewhere is never touched) and removes them; harmless when there are none.
net_down() {
	local namespace signal tries
	for namespace in /run/netns/"$PREFIX"-*; do
		[[ -e $namespace ]] || continue
		namespace=${namespace##*/}
		for signal in TERM KILL; do
			for tries in {1..40}; do
				[[ -n $(ip netns pids "$namespace") ]] || break
				((tries > 1)) || ip netns pids "$namespace" | xargs -r kill "-$signal" 2>/dev/null
				sleep 0.05
			done
		done
		ip netns del "$namespace"
		rm -rf "/etc/netns/$namespace"
	done
}

# Keys and certificates of this run: a CA, a server for $SITE and a client, all in $PKI.
pki_make() {
	local name usage
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj "/CN=Lab CA" \
		-keyout "$PKI/ca.key" -out "$PKI/ca.crt"
	for name in server client; do
		usage=${name}Auth
		openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$name.lab.test" \
			-keyout "$PKI/$name.key" -out "$PKI/$name.csr"
		openssl x509 -req -in "$PKI/$name.csr" -CA "$PKI/ca.crt" -CAkey "$PKI/ca.key" -CAcreateserial -days 30 \
			-out "$PKI/$name.crt" -extfile <(
				echo "subjectAltName=DNS:$SITE,DNS:vpn.lab.test"
				echo "keyUsage=digitalSignature,keyAgreement"
				echo "extendedKeyUsage=$usage"
			)
	done
}

# A web server on ports 80 and 443 of every address in the east, with two pages of known size.
web_start() {
	mkdir -p "$WORK/www"
	echo '<!doctype html><title>lab</title><p>A page of the lab.' >"$WORK/www/index.html"
	seq -f 'line %04g of a longer page of the lab' 400 >"$WORK/www/mid.txt"
	cat >"$WORK/nginx.conf" <<-END
		user root; daemon off; worker_processes 1; pid $WORK/nginx.pid; error_log stderr;
		events { }
		http {
			access_log off; types { text/html html; text/plain txt; }
			client_body_temp_path $WORK/body; proxy_temp_path $WORK/proxy; fastcgi_temp_path $WORK/fastcgi;
			uwsgi_temp_path $WORK/uwsgi; scgi_temp_path $WORK/scgi;
			server {
				listen 80; listen 443 ssl http2; root $WORK/www;
				ssl_protocols TLSv1.2 TLSv1.3; ssl_certificate $PKI/server.crt; ssl_certificate_key $PKI/server.key;
			}
		}
	END
	bg nginx east nginx -c "$WORK/nginx.conf" -e stderr
	wait_port east tcp "$SERVER" 443
}

# get PATH_OR_URL [CURL OPTION...]: the client fetches it; the long page must arrive whole.
get() {
	local url=$1
	shift
	[[ $url == *://* ]] || url=https://$SITE$url
	on client curl -sS --fail --max-time 30 --cacert "$PKI/ca.crt" --resolve "$SITE:443:$SERVER" \
		-o "$WORK/got" "$@" "$url" || return
	[[ $url != */mid.txt ]] || cmp "$WORK/www/mid.txt" "$WORK/got"
}

# speak NETWORK ADDRESS PORT: says standard input over TCP, and listens until the other end hangs up, ten seconds at most.
speak() {
	timeout 10 ip netns exec "$PREFIX-$1" python3 -c 'import socket, sys
conn = socket.create_connection((sys.argv[1], int(sys.argv[2])))
conn.sendall(sys.stdin.buffer.read())
while conn.recv(4096): pass' "$2" "$3"
}

packets_of() { tcpdump -nqtr - <"$1" 2>/dev/null; }

# capture_start FILTER: returns once packets are being captured.
capture_start() {
	# Without immediate mode the last second is lost when the capture ends.
	bg tcpdump router tcpdump -i c0 -s 0 -U --immediate-mode -Z root -w "$WORK/raw.pcap" "host $CLIENT and ($1)"
	wait_log tcpdump 'listening on'
}

capture_quiet() {
	local before
	before=$(stat -c %s "$WORK/raw.pcap")
	sleep 0.4
	[[ $before == $(stat -c %s "$WORK/raw.pcap") ]]
}

# capture_stop: once the wire has been silent for a moment; leaves $WORK/cut.pcap with the ends of each flow.
capture_stop() {
	wait_until 15 capture_quiet
	stop tcpdump
	packets_of "$WORK/raw.pcap" | awk -f "$LAB/flows.awk" -v mode=keep -v head="$HEAD" -v tail="$TAIL" >"$WORK/keep"
	# editcap takes at most 512 ranges in one call, and the packets kept form few.
	awk 'NR == 1 || $1 != last + 1 { if (NR > 1) print first "-" last; first = $1 } { last = $1 }
		END { print first "-" last }' "$WORK/keep" | xargs editcap -F pcap -r "$WORK/raw.pcap" "$WORK/cut.pcap"
}

captured() { (($(packets_of "$WORK/raw.pcap" | wc -l) >= $1)); } # PACKETS: so many at least, until now

# label ADDRESS PORT TRANSPORT LABEL PROGRAM: in a case's truth(), names the flows to that server and the program that it is.
label() { echo "$1,$2,$3 $4 ${5:?the program of a server is missing}" >>"$WORK/labels"; }

# label_flows LABEL PROGRAM: the same for single flows, which standard input names as flows.awk prints them, either end first.
label_flows() {
	awk -F, -v label="$1 ${2:?the program of a server is missing}" '{
		print $1 "," $2 "," $3 "," $4 "," $5, label
		print $3 "," $4 "," $1 "," $2 "," $5, label
	}' >>"$WORK/labels"
}

# flows_of FILTER: those of the cut capture with such packets.
flows_of() { tcpdump -nqtr - "$1" <"$WORK/cut.pcap" 2>/dev/null | awk -f "$LAB/flows.awk" -v mode=flows; }

# flows_with_tls FILTER: those in which the client begins TLS, at once or after a greeting of another protocol.
flows_with_tls() { flows_of "($1) and tcp[((tcp[12] & 0xf0) >> 2):4] & 0xffffff00 = 0x16030100"; }

# made_by PACKAGE [NAME]: in a case's truth(), names the client program and its version.
made_by() {
	# shellcheck disable=SC2016 # the dollar is dpkg-query's
	echo "${2:-$1},$(dpkg-query -W -f '${Version}' "$1")" >"$WORK/tool"
}

# composed_from SPECIFICATION: made_by for traffic that compose.py wrote: the tool is "synthetic".
composed_from() { echo "synthetic,$1" >"$WORK/tool"; }

# write_truth NAME: a line for each flow of the cut capture; a flow without a label is an error.
write_truth() {
	packets_of "$WORK/cut.pcap" | awk -f "$LAB/flows.awk" -v mode=flows >"$WORK/flows"
	awk -v name="$1" -v tool="$(<"$WORK/tool")" '
		FNR == NR { label[$1] = $2; program[$1] = $3; next }
		{
			split($0, f, ",")
			server = f[3] "," f[4] "," f[5]
			key = f[1] "," f[2] "," server
			if (!(key in label)) key = server
			if (!(key in label)) { print "flow without a label: " $0 > "/dev/stderr"; exit 1 }
			print name ".pcap," f[1] "," f[2] "," server "," label[key] "," tool "," name "," program[key]
		}' "$WORK/labels" "$WORK/flows" >"$WORK/truth"
}

# assert_size FLOWS PACKETS BYTES: a client that ended well may still have sent little, or past the tunnel.
assert_size() {
	local packets bytes flows
	packets=$(packets_of "$WORK/raw.pcap" | wc -l)
	bytes=$(stat -c %s "$WORK/raw.pcap")
	flows=$(wc -l <"$WORK/flows")
	((flows >= $1 && packets >= $2 && bytes >= $3)) ||
		die "$flows flows, $packets packets, $bytes bytes; at least $1, $2, $3 were expected"
	(($(stat -c %s "$WORK/cut.pcap") <= MAX_BYTES)) || die "the cut capture is over $MAX_BYTES bytes"
}
