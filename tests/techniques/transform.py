#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""transform.py NAME SOURCE TARGET: remakes a folder of captures as another network would have shown them.

SOURCE holds captures, a truth.csv with the laboratory's columns (TRUTH names another file), and perhaps lists of Tor
relays (*.consensus, *.bridges). TARGET gets the captures transformed, and truth and list to go with them. A flow of
which no payload is left is left out of the truth. What is no IP is left out of the captures.

transform.py --list prints the names, a line each. The same NAME makes the same packets each time.
"""
import csv
import ipaddress
import os
import random
import struct
import sys
import zlib
from dataclasses import dataclass, replace
from pathlib import Path

ETHERNET, NULL, RAW, SLL, SLL2 = 1, 0, 101, 113, 276
TCP, UDP = 6, 17
V6_FRAGMENT = 44
V6_OPTIONS = (0, 43, 60)
HEADER = "capture,client,client_port,server,server_port,transport,label,tool,version,case,program".split(",")


@dataclass
class Packet:
    time_ns: int
    ip: bytes    # from the IP header on, as far as captured
    length: int  # of the same on the wire


# Reading: pcap and pcapng, down to the IP header.

def pcap_frames(data):
    magic = struct.unpack("<I", data[:4])[0]
    order = "<" if magic in (0xa1b2c3d4, 0xa1b23c4d) else ">"
    unit_ns = 1 if struct.unpack(order + "I", data[:4])[0] == 0xa1b23c4d else 1000
    link = struct.unpack(order + "I", data[20:24])[0] & 0xffff
    at = 24
    while at + 16 <= len(data):
        seconds, fraction, captured, length = struct.unpack(order + "IIII", data[at:at + 16])
        yield seconds * 10**9 + fraction * unit_ns, link, data[at + 16:at + 16 + captured], length
        at += 16 + captured


def units_per_second(options, order):
    at = 0
    while at + 4 <= len(options):
        code, count = struct.unpack(order + "HH", options[at:at + 4])
        if code == 9:
            exponent = options[at + 4]
            return 2 ** (exponent & 0x7f) if exponent & 0x80 else 10 ** exponent
        at += 4 + (count + 3 & ~3)
    return 10**6


def pcapng_frames(data):
    at, order, interfaces = 0, "<", []
    while at + 12 <= len(data):
        if data[at:at + 4] == b"\x0a\x0d\x0d\x0a":
            order = "<" if data[at + 8:at + 12] == b"\x4d\x3c\x2b\x1a" else ">"
            interfaces = []
        kind, count = struct.unpack(order + "II", data[at:at + 8])
        body = data[at + 8:at + count - 4]
        if kind == 1:
            interfaces.append((struct.unpack(order + "H", body[:2])[0], units_per_second(body[8:], order)))
        elif kind == 6:
            interface, high, low, captured, length = struct.unpack(order + "IIIII", body[:20])
            link, units = interfaces[interface]
            yield (high << 32 | low) * 10**9 // units, link, body[20:20 + captured], length
        elif kind == 3:
            length = struct.unpack(order + "I", body[:4])[0]
            yield 0, interfaces[0][0], body[4:4 + length], length
        at += max(count, 12)


def ip_at(link, frame):
    """Where the IP header stands in a frame, or None."""
    if link == RAW:
        return 0
    if link == NULL:
        return 4
    at = {ETHERNET: 12, SLL: 14}.get(link)
    if at is None:
        return None
    while frame[at:at + 2] in (b"\x81\x00", b"\x88\xa8"):
        at += 4
    return at + 2 if frame[at:at + 2] in (b"\x08\x00", b"\x86\xdd") else None


def read_capture(path):
    data = path.read_bytes()
    frames = pcapng_frames if data[:4] == b"\x0a\x0d\x0d\x0a" else pcap_frames
    packets = []
    for time_ns, link, frame, length in frames(data):
        at = ip_at(link, frame)
        if at is None or len(frame) < at + 20 or frame[at] >> 4 not in (4, 6):
            continue
        stated = (struct.unpack(">H", frame[at + 2:at + 4])[0] if frame[at] >> 4 == 4
                  else 40 + struct.unpack(">H", frame[at + 4:at + 6])[0])
        if 20 <= stated <= length - at:  # padding of short frames is none of the packet's
            length = at + stated
        packets.append(Packet(time_ns, frame[at:length], length - at))
    return packets


# What a packet holds.

class View:
    """An IP packet taken apart; `bytes_of` puts it together again."""

    def __init__(self, packet):
        ip = packet.ip
        self.version = ip[0] >> 4
        self.fragment = None  # (offset in bytes, more follow, identification)
        self.ports = None
        if self.version == 4:
            at = (ip[0] & 15) * 4
            self.transport, self.ttl = ip[9], ip[8]
            self.source, self.target = ip[12:16], ip[16:20]
            flags = struct.unpack(">H", ip[6:8])[0]
            if flags & 0x3fff:
                self.fragment = ((flags & 0x1fff) * 8, bool(flags & 0x2000), struct.unpack(">H", ip[4:6])[0])
        else:
            at, self.transport, self.ttl = 40, ip[6], ip[7]
            self.source, self.target = ip[8:24], ip[24:40]
            while self.transport in V6_OPTIONS and at + 8 <= len(ip):
                self.transport, at = ip[at], at + 8 + ip[at + 1] * 8
            if self.transport == V6_FRAGMENT and at + 8 <= len(ip):
                offset, number = struct.unpack(">HI", ip[at + 2:at + 8])
                self.transport, self.fragment, at = ip[at], (offset & 0xfff8, bool(offset & 1), number), at + 8
        self.body = ip[at:]
        self.missing = packet.length - len(ip)  # bytes that were not captured
        if self.transport in (TCP, UDP) and len(self.body) >= 4 and not (self.fragment and self.fragment[0]):
            self.ports = struct.unpack(">HH", self.body[:4])

    def header_bytes(self):
        """Of the transport's header."""
        if self.transport == TCP:
            return (self.body[12] >> 4) * 4 if len(self.body) > 12 else len(self.body)
        return 8 if self.transport == UDP else 0

    def ends(self):
        source, target = self.ports or (0, 0)
        return (self.source, source), (self.target, target)

    def flow(self):
        return (self.transport, *sorted(self.ends()))

    def bytes_of(self):
        """The IP packet and its length on the wire."""
        body = self.body if self.missing or self.fragment else self.with_checksum()
        length = len(body) + self.missing
        offset, more, number = self.fragment or (0, False, 0)
        if self.version == 4:
            head = struct.pack(">BBHHHBBH", 0x45, 0, 20 + length, number & 0xffff, offset // 8 | more << 13, self.ttl,
                               self.transport, 0) + self.source + self.target
            head = head[:10] + struct.pack(">H", checksum(head)) + head[12:]
            return head + body, 20 + length
        extra = b"" if self.fragment is None else struct.pack(">BBHI", self.transport, 0, offset | more, number)
        following = V6_FRAGMENT if extra else self.transport
        return (struct.pack(">IHBB", 6 << 28, len(extra) + length, following, self.ttl) + self.source + self.target + extra
                + body, 40 + len(extra) + length)

    def with_checksum(self):
        at = {TCP: 16, UDP: 6}.get(self.transport)
        if at is None or len(self.body) < at + 2:
            return self.body
        body = self.body[:at] + b"\0\0" + self.body[at + 2:]
        pseudo = self.source + self.target + struct.pack(">II", len(body), self.transport)
        return body[:at] + struct.pack(">H", checksum(pseudo + body) or 0xffff) + body[at + 2:]


def checksum(data):
    total = sum(struct.unpack(f">{(len(data) + 1) // 2}H", data + b"\0" * (len(data) % 2)))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def rebuilt(packet, view):
    ip, length = view.bytes_of()
    return replace(packet, ip=ip, length=length)


def payload_bytes(packet):
    view = View(packet)
    return max(0, len(view.body) - view.header_bytes())


# Links: what stands in front of the IP header.

MACS = b"\x02\0\0\0\0\2\x02\0\0\0\0\1"


def ethertype(ip):
    return b"\x08\x00" if ip[0] >> 4 == 4 else b"\x86\xdd"


def ethernet(ip, tags=b""):
    return MACS + tags + ethertype(ip) + ip


def outer_udp(port, data):
    """Between two of the tap's own machines."""
    return outer_ip(UDP, struct.pack(">HHHH", 50000, port, 8 + len(data), 0) + data)


def outer_ip(transport, data):
    view = View(Packet(0, b"\x45" + b"\0" * 7 + bytes([64, transport]) + b"\0\0" + bytes([192, 0, 2, 1, 192, 0, 2, 2]) + data,
                       20 + len(data)))
    return ethernet(view.bytes_of()[0])


def pppoe(ip):
    protocol = b"\0\x21" if ip[0] >> 4 == 4 else b"\0\x57"
    return MACS + b"\x88\x64\x11\0\0\1" + struct.pack(">H", 2 + len(ip)) + protocol + ip


def sll2(ip):
    return ethertype(ip) + b"\0\0" + struct.pack(">IHBB", 1, 1, 0, 6) + b"\x02\0\0\0\0\1\0\0" + ip


LINKS = {  # name: (link type, frame from IP packet)
    "ethernet": (ETHERNET, ethernet),
    "802.1Q": (ETHERNET, lambda ip: ethernet(ip, b"\x81\0\0\x64")),
    "QinQ": (ETHERNET, lambda ip: ethernet(ip, b"\x88\xa8\0\x0a\x81\0\0\x64")),
    "PPPoE": (ETHERNET, pppoe),
    "MPLS": (ETHERNET, lambda ip: MACS + b"\x88\x47\0\1\x00\x40\0\2\x01\x40" + ip),
    "ERSPAN": (ETHERNET, lambda ip: outer_ip(47, b"\x10\0\x88\xbe\0\0\0\1\x10\x64\0\1\0\0\0\0" + ethernet(ip))),
    "VXLAN": (ETHERNET, lambda ip: outer_udp(4789, b"\x08\0\0\0\0\0\1\0" + ethernet(ip))),
    "GENEVE": (ETHERNET, lambda ip: outer_udp(6081, b"\0\0\x65\x58\0\0\1\0" + ethernet(ip))),
    "GTP-U": (ETHERNET, lambda ip: outer_udp(2152, b"\x30\xff" + struct.pack(">HI", len(ip), 7) + ip)),
    "cooked": (SLL, lambda ip: b"\0\0\0\1\0\6\x02\0\0\0\0\1\0\0" + ethertype(ip) + ip),
    "cooked-2": (SLL2, sll2),
    "raw-IP": (RAW, lambda ip: ip),
    "loopback": (NULL, lambda ip: (b"\x02" if ip[0] >> 4 == 4 else b"\x1e") + b"\0\0\0" + ip),
}


# Packets: each takes a capture's, and the truth's clients, and returns others.

def lossy(share):
    return lambda packets, rng, clients: [packet for packet in packets if rng.random() >= share]


def one_way(from_client):
    def keep(packets, rng, clients):
        first = {}
        kept = []
        for packet in packets:
            view = View(packet)
            source, target = view.ends()
            pair = (view.transport, source, target)
            if pair not in clients and (view.transport, target, source) not in clients:
                is_client = first.setdefault(view.flow(), source) == source
            else:
                is_client = pair in clients
            if is_client == from_client:
                kept.append(packet)
        return kept
    return keep


def midway(count):
    """Without each flow's first packets."""
    def keep(packets, rng, clients):
        seen = {}
        kept = []
        for packet in packets:
            flow = View(packet).flow()
            seen[flow] = seen.get(flow, 0) + 1
            if seen[flow] > count:
                kept.append(packet)
        return kept
    return keep


def reordered(packets, rng, clients):
    """One in ten packets changes places with the next; time stamps still rise."""
    packets = list(packets)
    at = 0
    while at + 1 < len(packets):
        if rng.random() < .1:
            former, latter = packets[at], packets[at + 1]
            packets[at] = replace(latter, time_ns=former.time_ns)
            packets[at + 1] = replace(former, time_ns=latter.time_ns)
            at += 1
        at += 1
    return packets


def doubled(packets, rng, clients):
    """As a mirror port shows a packet that enters and leaves the switch."""
    return [replace(packet, time_ns=packet.time_ns + extra) for packet in packets for extra in (0, 1000)]


def fragmented(packets, rng, clients):
    piece = 552
    made = []
    for packet in packets:
        view = View(packet)
        if view.missing or view.fragment or len(view.body) <= piece:
            made.append(packet)
            continue
        body, number = view.with_checksum(), rng.randrange(1, 1 << 16)
        for offset in range(0, len(body), piece):
            view.body = body[offset:offset + piece]
            view.fragment = (offset, offset + piece < len(body), number)
            made.append(rebuilt(packet, view))
    return made


def segmented(size):
    """TCP's payloads in segments of `size` bytes."""
    def cut(packets, rng, clients):
        made = []
        for packet in packets:
            view = View(packet)
            head = view.header_bytes()
            payload = view.body[head:]
            if view.transport != TCP or view.missing or view.fragment or len(payload) <= size:
                made.append(packet)
                continue
            header, flags = view.body[:head], view.body[13]
            sequence = struct.unpack(">I", header[4:8])[0]
            for offset in range(0, len(payload), size):
                is_last = offset + size >= len(payload)
                view.body = (header[:4] + struct.pack(">I", sequence + offset & 0xffffffff) + header[8:13]
                             + bytes([flags if is_last else flags & ~9]) + header[14:] + payload[offset:offset + size])
                made.append(rebuilt(packet, view))
        return made
    return cut


PACKETS = {
    "one-way-up": one_way(True), "one-way-down": one_way(False),
    "without-first-1": midway(1), "without-first-3": midway(3), "without-first-10": midway(10),
    "loss-1%": lossy(.01), "loss-5%": lossy(.05), "reordered": reordered, "doubled": doubled,
    "fragments": fragmented, "segments-536": segmented(536), "segments-100": segmented(100),
}


# Ends: each maps an address and a port of a transport; the truth and the lists are mapped too.

def as_ipv6(address):
    return b"\x20\x01\x0d\xb8\x00\x5a" + b"\0" * 6 + address if len(address) == 4 else address


def as_elsewhere(address):
    """Another address, one for one; the net's first octets in IPv6 and what is special in IPv4 change as well."""
    if len(address) == 4:
        return bytes([address[0] ^ 0x0c, address[1] ^ 0x5a, address[2] ^ 0x33, address[3] ^ 0x66])
    return address[:4] + bytes(byte ^ 0x5a for byte in address[4:])


def some_port(address, port):
    """High, and of no service that has one."""
    return 20000 + zlib.crc32(address + struct.pack(">H", port)) % 5000


ADDRESSES = {"IPv6": as_ipv6, "other-addresses": as_elsewhere}
PORTS = {"port-high": some_port, **{f"port-{number}": (lambda address, port, number=number: number)
                                    for number in (53, 443, 500, 1080, 1194, 4500, 8333, 9001, 51820)}}
SNAPPED = {"snap-96": 96, "snap-128": 128, "snap-256": 256}
FORMATS = ("pcap-ns", "pcapng")


class Ends:
    """A server that would come to stand on another one's port keeps its own."""

    def __init__(self, name, rows):
        self.address = ADDRESSES.get(name, lambda address: address)
        servers = dict.fromkeys((row["transport"].lower(), packed(row["server"]), int(row["server_port"])) for row in rows)
        self.moved, taken = {}, set(servers)
        for transport, address, port in servers if name in PORTS else ():
            aim = (transport, address, PORTS[name](address, port))
            if transport in ("tcp", "udp") and aim not in taken:
                self.moved[transport, address, port] = aim[2]
                taken.add(aim)

    def of(self, transport, address, port):
        return self.address(address), self.moved.get((transport, address, port), port)


def packed(text):
    return ipaddress.ip_address(text).packed


def moved(packet, ends):
    view = View(packet)
    transport = {TCP: "tcp", UDP: "udp"}.get(view.transport, "")
    source, target = view.ends()
    (source_address, source_port), (target_address, target_port) = ends.of(transport, *source), ends.of(transport, *target)
    if view.transport == 1 and len(source_address) != len(view.source):
        return None  # ICMP is another protocol in IPv6
    view.version = 4 if len(source_address) == 4 else 6
    view.source, view.target = source_address, target_address
    if view.ports:
        view.body = struct.pack(">HH", source_port, target_port) + view.body[4:]
    return rebuilt(packet, view)


# Writing.

def write_pcap(path, link, frames, unit_ns=1000):
    with path.open("wb") as file:
        magic = 0xa1b2c3d4 if unit_ns == 1000 else 0xa1b23c4d
        file.write(struct.pack("<IHHiIII", magic, 2, 4, 0, 0, 262144, link))
        for time_ns, data, length in frames:
            file.write(struct.pack("<IIII", time_ns // 10**9, time_ns % 10**9 // unit_ns, len(data), length) + data)


def write_pcapng(path, link, frames):
    def block(kind, body):
        body += b"\0" * (-len(body) % 4)
        return struct.pack("<II", kind, 12 + len(body)) + body + struct.pack("<I", 12 + len(body))
    with path.open("wb") as file:
        file.write(block(0x0a0d0d0a, struct.pack("<IHHq", 0x1a2b3c4d, 1, 0, -1)))
        file.write(block(1, struct.pack("<HHIHHB3xHH", link, 0, 262144, 9, 1, 9, 0, 0)))
        for time_ns, data, length in frames:
            file.write(block(6, struct.pack("<IIIII", 0, time_ns >> 32, time_ns & 0xffffffff, len(data), length) + data))


def write_capture(name, path, packets):
    link, wrap = LINKS.get(name, LINKS["ethernet"])
    frames = []
    for packet in packets:
        frame = wrap(packet.ip)
        length = len(frame) + packet.length - len(packet.ip)
        frames.append((packet.time_ns, frame[:SNAPPED.get(name, len(frame))], length))
    path.parent.mkdir(parents=True, exist_ok=True)
    if name == "pcapng":
        write_pcapng(path, link, frames)
    else:
        write_pcap(path, link, frames, 1 if name == "pcap-ns" else 1000)


def relays_in(folder):
    """Of a consensus (dir-spec, 3.4.1) and of lines address:port, as far as they are IPv4."""
    for path in sorted([*folder.glob("*.consensus"), *folder.glob("*.bridges")]):
        for line in path.read_text().splitlines():
            words = line.split()
            if path.suffix == ".bridges" and words:
                address, _, port = words[0].rpartition(":")
                yield packed(address), int(port)
            elif words[:1] == ["r"]:
                yield packed(words[-3]), int(words[-2])


def write_relays(source, target, ends):
    lines = []
    for relay in relays_in(source):
        address, port = ends.of("tcp", *relay)
        text = str(ipaddress.ip_address(address))
        lines.append(f"{text if len(address) == 4 else f'[{text}]'}:{port}\n")
    if lines:
        (target / "relays.bridges").write_text("".join(lines))


def ends_in(row):
    number = {"tcp": TCP, "udp": UDP}.get(row["transport"].lower())
    return ((packed(row["client"]), int(row["client_port"])), (packed(row["server"]), int(row["server_port"])), number)


def has_payload(packets):
    """The flows that have one, whatever the transport is called."""
    flows = set()
    for packet in packets:
        view = View(packet)
        if payload_bytes(packet) > 0:
            flows.add((view.transport if view.ports else None, *sorted(view.ends())))
    return flows


def transform_capture(name, source, target, capture, rows, ends):
    packets = read_capture(source / capture)
    clients = set()
    for row in rows:
        client, server, number = ends_in(row)
        for transport in [number] if number else range(256):
            clients.add((transport, client, server))
    if name in PACKETS:
        packets = PACKETS[name](packets, random.Random(f"{name} {capture}"), clients)
    if name in ADDRESSES or name in PORTS:
        packets = [made for packet in packets if (made := moved(packet, ends))]
    write_capture(name, target / capture, packets)
    flows = has_payload(packets)
    for row in rows:
        client, server, number = ends_in(row)
        transport = row["transport"].lower()
        client, server = ends.of(transport, *client), ends.of(transport, *server)
        if (number, *sorted((client, server))) in flows:
            yield row | {"client": str(ipaddress.ip_address(client[0])), "client_port": client[1],
                         "server": str(ipaddress.ip_address(server[0])), "server_port": server[1]}


NAMES = [*LINKS, *FORMATS, *ADDRESSES, *PORTS, *SNAPPED, *PACKETS]


def main():
    if sys.argv[1:] == ["--list"]:
        print("\n".join(NAMES))
        return
    if len(sys.argv) != 4 or sys.argv[1] not in NAMES:
        sys.exit(__doc__)
    name, source, target = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    with open(os.environ.get("TRUTH") or source / "truth.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    by_capture = {}
    for row in rows:
        by_capture.setdefault(row["capture"], []).append(row)
    target.mkdir(parents=True, exist_ok=True)
    with open(target / "truth.csv", "w", newline="") as file:
        writer = csv.DictWriter(file, HEADER, lineterminator="\n")
        writer.writeheader()
        for capture, flows in by_capture.items():
            ends = Ends(name, flows)
            writer.writerows(transform_capture(name, source, target, capture, flows, ends))
    write_relays(source, target, Ends(name, rows))


main()
