# SPDX-License-Identifier: Apache-2.0
# For the tests of whole runs: captures written line by line, and the program run over them.

root=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
SURGETAP=${SURGETAP:-$root/build/${MODE:-release}/surgetap}
COMPOSE=${COMPOSE:-$(dirname "$SURGETAP")/compose}
captures=$root/tests/lab/captures

# What a WireGuard handshake and its first data look like, as far as anybody on the way can tell.
WG_INIT=01000000$(printf '%0288d' 7)
WG_RESPONSE=02000000$(printf '%0176d' 7)
WG_DATA=0400000000000007$(printf '%0160d' 3)

# craft FILE: writes a pcap (raw IP) from lines on stdin:
#   SECOND tcp|udp|icmp|PROTOCOL SOURCE[,PORT] DESTINATION[,PORT] [FLAGS] [HEX payload]
# SECOND counts from 2026-03-02T12:00:00Z. FLAGS (TCP alone): letters of SAFRP. ICMP takes its type as PORT
# of the source. `gre A B | ...` and `4 A B | ...` wrap the rest of the line; # begins a comment.
craft() {
	python3 -c '
import ipaddress, struct, sys
FLAGS = {"F": 1, "S": 2, "R": 4, "P": 8, "A": 16}
NUMBERS = {"tcp": 6, "udp": 17, "icmp": 1, "gre": 47}
def ip(protocol, source, destination, payload):
    a, b = ipaddress.ip_address(source), ipaddress.ip_address(destination)
    if a.version == 4:
        return struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(payload), 0, 0, 64, protocol, 0) + a.packed + b.packed + payload
    return struct.pack(">IHBB", 6 << 28, len(payload), protocol, 64) + a.packed + b.packed + payload
def end(text):
    address, _, port = text.partition(",")
    return address, int(port or 0)
def packet(text):
    if "|" in text:
        outer, inner = text.split("|", 1)
        name, source, destination = outer.split()
        body = packet(inner)
        kind = 0x0800 if body[0] >> 4 == 4 else 0x86dd
        number = NUMBERS.get(name) or int(name)
        return ip(number, source, destination, (struct.pack(">HH", 0, kind) if name == "gre" else b"") + body)
    name, source, destination, *rest = text.split()
    number = NUMBERS.get(name) or int(name)
    (a, from_port), (b, to_port) = end(source), end(destination)
    flags = sum(FLAGS[letter] for letter in rest.pop(0)) if name == "tcp" else 0
    payload = bytes.fromhex(rest[0]) if rest else b""
    if name == "tcp":
        payload = struct.pack(">HHIIBBHHH", from_port, to_port, 1, 1, 0x50, flags, 8192, 0, 0) + payload
    if name == "udp":
        payload = struct.pack(">HHHH", from_port, to_port, 8 + len(payload), 0) + payload
    if name == "icmp":
        payload = struct.pack(">BBHHH", from_port, 0, 0, 1, 1) + payload
    return ip(number, a, b, payload)
out = open(sys.argv[1], "wb")
out.write(struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 262144, 101))
for line in sys.stdin:
    line = line.split("#")[0].strip()
    if not line:
        continue
    second, rest = line.split(None, 1)
    micro = round(float(second) * 1000000)
    data = packet(rest)
    out.write(struct.pack("<IIII", 1772452800 + micro // 1000000, micro % 1000000, len(data), len(data)) + data)
' "$1"
}

# wireguard SECOND CLIENT SERVER: the four packets of a tunnel that comes up, 528 bytes of IP.
wireguard() {
	printf '%s udp %s %s %s\n' "$1" "$2" "$3" "$WG_INIT" "$1.1" "$3" "$2" "$WG_RESPONSE" \
		"$1.2" "$2" "$3" "$WG_DATA" "$1.3" "$3" "$2" "$WG_DATA"
}

# replay OPTION...: a quiet run that leaves usage.ndjson, alerts.ndjson and stats.json in the test's folder.
replay() {
	"$SURGETAP" replay --quiet --alerts alerts.ndjson --usage usage.ndjson --stats stats.json "$@"
}

# usage FIELD [FILE]: the field's value in each bucket, in a line.
usage() {
	jq -r ".$1" "${2:-usage.ndjson}" | paste -sd ' '
}

# is WANTED GOT: says both when they differ.
is() {
	[ "$1" = "$2" ] || {
		printf 'wanted: %s\ngot:    %s\n' "$1" "$2"
		return 1
	}
}

# balanced STATS: the reasons and what was decoded sum to what was received.
balanced() {
	jq -e '.packets | .received == ([to_entries[] | select(.key != "received").value] | add)' "$1" >/dev/null || {
		jq -c .packets "$1"
		return 1
	}
}
