#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""compose.py CONVERSATION server|client ADDRESS PORT SEED: plays one end of a conversation that no program of Debian's
can be had for, or that needs a kernel feature the lab does without. Written from the specifications named below.

Both ends know the whole conversation (the seed makes it the same) and each sends its turns when the other's have arrived,
over a real socket: TCP, UDP, or the IP protocol itself. A case that uses it says so in the truth: tool "synthetic".
"""
import json
import random
import socket
import struct
import sys

TIMEOUT_S = 50


def be16(*values):
    return struct.pack(f">{len(values)}H", *values)


def be32(*values):
    return struct.pack(f">{len(values)}I", *values)


def esp(rng):
    """RFC 4303: SPI, sequence number, encrypted bytes in blocks of 4, a tag of 16."""
    spi = {True: rng.randrange(256, 1 << 32), False: rng.randrange(256, 1 << 32)}
    sent = {True: 0, False: 0}
    for turn in range(24):
        from_client = turn % 3 != 1
        sent[from_client] += 1
        yield from_client, be32(spi[from_client], sent[from_client]) + rng.randbytes(4 * rng.randrange(10, 200) + 16)


def inner_packet(rng, from_client, number):
    """RFC 791 and 768: between hosts behind the tunnel's ends."""
    ends = [bytes([10, 0, 0, 1]), bytes([10, 0, 0, 2])]
    data = rng.randbytes(rng.randrange(32, 600))
    datagram = be16(5000, 5001, 8 + len(data), 0) + data
    addresses = b"".join(ends if from_client else reversed(ends))
    return b"\x45\0" + be16(20 + len(datagram), number, 0) + b"\x40\x11" + be16(0) + addresses + datagram


def ah(rng):
    """RFC 4302, tunnel mode: next header (IPv4), length, reserved, SPI, sequence number, a tag of 12; then a packet."""
    spi = {True: rng.randrange(256, 1 << 32), False: rng.randrange(256, 1 << 32)}
    sent = {True: 0, False: 0}
    for turn in range(16):
        from_client = turn % 2 == 0
        sent[from_client] += 1
        header = bytes([4, 4, 0, 0]) + be32(spi[from_client], sent[from_client]) + rng.randbytes(12)
        yield from_client, header + inner_packet(rng, from_client, turn)


def gre(rng):
    """RFC 2784 with RFC 2890's key: flags, EtherType of IPv4, key; then a packet."""
    for turn in range(16):
        from_client = turn % 2 == 0
        yield from_client, be16(0x2000, 0x0800) + be32(7) + inner_packet(rng, from_client, turn)


def stratum(rng):
    """Stratum 1 as its documents describe it: JSON lines; subscribe, authorize, jobs, shares."""
    def line(**fields):
        return json.dumps(fields).encode() + b"\n"
    yield True, line(id=1, method="mining.subscribe", params=["cpuminer/2.5.1"])
    yield False, line(id=1, result=[[["mining.notify", rng.randbytes(8).hex()]], rng.randbytes(4).hex(), 4], error=None)
    yield True, line(id=2, method="mining.authorize", params=["lab.worker", "x"])
    yield False, line(id=2, result=True, error=None) + line(id=None, method="mining.set_difficulty", params=[512])
    for share in range(6):
        job = f"{share:x}"
        yield False, line(id=None, method="mining.notify", params=[job, rng.randbytes(32).hex(), rng.randbytes(60).hex(),
                          rng.randbytes(90).hex(), [rng.randbytes(32).hex()], "20000000", "1a01aa3d", "65a1b2c3", True])
        yield True, line(id=4 + share, method="mining.submit",
                         params=["lab.worker", job, rng.randbytes(4).hex(), "65a1b2c4", rng.randbytes(4).hex()])
        yield False, line(id=4 + share, result=True, error=None)


def monero_stratum(rng):
    """The JSON-RPC dialect of Monero's pools: login, jobs, shares."""
    def line(**fields):
        return json.dumps(fields).encode() + b"\n"
    def job(number):
        return {"blob": rng.randbytes(76).hex(), "job_id": str(number), "target": "b88d0600", "algo": "rx/0", "height": 3000000}
    worker = rng.randbytes(16).hex()
    yield True, line(id=1, jsonrpc="2.0", method="login", params={"login": "4" + rng.randbytes(47).hex(), "pass": "x",
                     "agent": "XMRig/6.18.0 (Linux x86_64)", "algo": ["rx/0"]})
    yield False, line(id=1, jsonrpc="2.0", error=None, result={"id": worker, "job": job(0), "status": "OK"})
    for share in range(6):
        yield True, line(id=2 + share, jsonrpc="2.0", method="submit", params={"id": worker, "job_id": str(share),
                         "nonce": rng.randbytes(4).hex(), "result": rng.randbytes(32).hex()})
        yield False, line(id=2 + share, jsonrpc="2.0", error=None, result={"status": "OK"})
        yield False, line(jsonrpc="2.0", method="job", params=job(share + 1))


def le32(*values):
    return struct.pack(f"<{len(values)}I", *values)


def wireguard_data(rng, kind, index, count):
    """WireGuard's section 5.4: data both ways: type, the receiver's index, a counter, whole blocks of 16, a tag."""
    sent = {True: 0, False: 0}
    for turn in range(count):
        from_client = turn % 3 != 1
        blocks = 0 if turn == 0 else rng.randrange(2, 60)
        yield from_client, le32(kind, index[not from_client], sent[from_client], 0) + rng.randbytes(16 * blocks + 16)
        sent[from_client] += 1


def amneziawg(rng):
    """AmneziaWG 1.0 and 1.5 (docs.amnezia.org): WireGuard with junk ahead of the handshake (Jc, Jmin, Jmax) and in front
    of its messages (S1, S2), and numbers of one's own for the types (H1 to H4)."""
    headers = [rng.randrange(5, 1 << 31) for _ in range(4)]
    index = {True: rng.getrandbits(32), False: rng.getrandbits(32)}
    for _ in range(rng.randrange(3, 11)):
        yield True, rng.randbytes(rng.randrange(50, 1001))
    yield True, rng.randbytes(rng.randrange(15, 151)) + le32(headers[0], index[True]) + rng.randbytes(140)
    yield False, rng.randbytes(rng.randrange(15, 151)) + le32(headers[1], index[False], index[True]) + rng.randbytes(80)
    yield from wireguard_data(rng, headers[3], index, 24)


def wireguard_tcp(rng):
    """Mullvad's udp-over-tcp: each datagram of WireGuard behind its length, of two bytes."""
    index = {True: rng.getrandbits(32), False: rng.getrandbits(32)}
    messages = [(True, le32(1, index[True]) + rng.randbytes(108) + rng.randbytes(16) + bytes(16)),
                (False, le32(2, index[False], index[True]) + rng.randbytes(48 + 16) + bytes(16))]
    for from_client, message in messages + list(wireguard_data(rng, 4, index, 24)):
        yield from_client, be16(len(message)) + message


def zerotier(rng):
    """ZeroTier's node/Packet.hpp: a HELLO signed only, its OK and what follows encrypted."""
    address = {True: rng.randbytes(4) + b"\1", False: rng.randbytes(4) + b"\2"}
    key = rng.randbytes(64)
    def head(from_client, cipher):
        return rng.randbytes(8) + address[not from_client] + address[from_client] + bytes([cipher << 3]) + rng.randbytes(8)
    versions = bytes([12, 1, 10]) + be16(6)
    world = b"\0" * 9 + be16(0)
    yield True, (head(True, 0) + b"\1" + versions + rng.randbytes(8) + address[True] + b"\0" + key + b"\0" +
                 b"\4" + rng.randbytes(4) + be16(9993) + world + rng.randbytes(20))
    for turn in range(20):
        yield turn % 2 == 1, head(turn % 2 == 1, 1) + rng.randbytes(rng.randrange(20, 900))


def shadowsocks2022(rng):
    """SIP022: a salt of 32, a header of 11 with its tag, a header of variable length with address and padding with its
    tag; the answer's salt, header of 43 with tag; then lengths and payloads with tags of 16 each. All of it random."""
    def chunks(count):
        return b"".join(rng.randbytes(2 + 16 + rng.randrange(40, 600) + 16) for _ in range(count))
    yield True, rng.randbytes(32 + 11 + 16 + 22 + rng.randrange(1, 900) + 517 + 16)
    yield False, rng.randbytes(32 + 43 + 16) + rng.randbytes(1200 + 16) + chunks(3)
    for _ in range(4):
        yield True, chunks(1)
        yield False, chunks(3)


def mysql_packet(number, body):
    return struct.pack("<I", len(body))[:3] + bytes([number]) + body


def mysql8(rng):
    """MySQL Internals, "Connection Phase": HandshakeV10 of version 8.0, HandshakeResponse41, OK; queries and answers of OK."""
    challenge = bytes(rng.randrange(33, 127) for _ in range(20))
    yield False, mysql_packet(0, b"\x0a8.0.36\0" + struct.pack("<I", rng.randrange(8, 5000)) + challenge[:8] + b"\0\xff\xff\xff\x02\0"
                              b"\xff\xdf\x15" + bytes(10) + challenge[8:] + b"\0caching_sha2_password\0")
    yield True, mysql_packet(1, struct.pack("<IIB", 0x01BFA685, 1 << 24, 255) + bytes(23) + b"lab\0\x20" + rng.randbytes(32) +
                             b"caching_sha2_password\0")
    yield False, mysql_packet(2, b"\x01\x03") + mysql_packet(3, b"\0\0\0\x02\0\0\0")
    for number in range(6):
        yield True, mysql_packet(0, b"\x03set @reading = %d" % number)
        yield False, mysql_packet(1, b"\0\0\0\x02\0\0\0")


def bson(fields):
    """BSON 1.1: texts and whole numbers."""
    body = b"".join(
        b"\x10" + name + b"\0" + struct.pack("<i", value) if isinstance(value, int) else
        b"\x02" + name + b"\0" + struct.pack("<i", len(value) + 1) + value + b"\0" for name, value in fields.items())
    return struct.pack("<i", len(body) + 5) + body + b"\0"


def mongodb(rng):
    """MongoDB Wire Protocol: a hello as OP_QUERY, answered by OP_REPLY, then OP_MSG both ways."""
    def message(number, answered, operation, body):
        return struct.pack("<iiii", 16 + len(body), number, answered, operation) + body

    hello = bson({b"isMaster": 1, b"loadBalanced": 0})
    yield True, message(1, 0, 2004, bytes(4) + b"admin.$cmd\0" + struct.pack("<ii", 0, -1) + hello)
    yield False, message(90, 1, 1, struct.pack("<iqii", 8, 0, 0, 1) + bson({b"maxWireVersion": 21, b"minWireVersion": 0, b"ok": 1}))
    for number in range(2, 10):
        yield True, message(number, 0, 2013, bytes(5) + bson({b"find": b"readings", b"limit": rng.randrange(100), b"$db": b"lab"}))
        yield False, message(90 + number, number, 2013, bytes(5) + bson({b"n": rng.randrange(100), b"ok": 1}))


def cassandra(rng):
    """CQL Binary Protocol 4: OPTIONS, SUPPORTED, STARTUP, READY; queries and answers of no rows."""
    def frame(is_answer, stream, operation, body=b""):
        return struct.pack(">BBhBi", 0x84 if is_answer else 4, 0, stream, operation, len(body)) + body

    def text(value):
        return be16(len(value)) + value

    yield True, frame(False, 0, 5)
    yield False, frame(True, 0, 6, be16(1) + text(b"CQL_VERSION") + be16(1) + text(b"3.4.6"))
    yield True, frame(False, 1, 1, be16(1) + text(b"CQL_VERSION") + text(b"3.4.6"))
    yield False, frame(True, 1, 2)
    for stream in range(2, 10):
        query = b"update lab.readings set value = %d where id = 1" % rng.randrange(1000)
        yield True, frame(False, stream, 7, be32(len(query)) + query + b"\0\x01\0")
        yield False, frame(True, stream, 8, be32(1))


def tds(rng):
    """MS-TDS, 2.2: PRELOGIN both ways, without encryption; then the batches and answers of an open session, LOGIN7 left out."""
    def packet(kind, number, body):
        return struct.pack(">BBHHBB", kind, 1, 8 + len(body), 0, number, 0) + body

    options = b"\0" + be16(11, 6) + b"\x01" + be16(17, 1) + b"\xff"
    yield True, packet(0x12, 1, options + b"\x11\0\0\0\0\0" + b"\x02")
    yield False, packet(0x04, 1, options + b"\x0f\0\x07\xd0\0\0" + b"\x02")
    for number in range(8):
        query = f"set nocount on; update readings set value = {rng.randrange(1000)}".encode("utf-16-le")
        yield True, packet(0x01, 1, struct.pack("<IIHQI", 22, 18, 2, 0, 1) + query)
        yield False, packet(0x04, 1, b"\xfd" + struct.pack("<HHQ", 0, 0xC1, number))


def spice(rng):
    """SPICE protocol: link messages of version 2.2 with the server's key, a ticket, the result; then small messages."""
    def link(body):
        return b"REDQ" + struct.pack("<III", 2, 2, len(body)) + body

    yield True, link(struct.pack("<IBBIII", 0, 1, 0, 1, 0, 18) + struct.pack("<I", 9))
    yield False, link(struct.pack("<I", 0) + rng.randbytes(162) + struct.pack("<III", 1, 1, 178) + struct.pack("<II", 11, 9))
    yield True, rng.randbytes(128)
    yield False, struct.pack("<I", 0)
    for turn in range(8):
        yield False, struct.pack("<HI", 4, 12) + struct.pack("<IQ", turn, rng.randrange(1 << 40))
        yield True, struct.pack("<HI", 3, 12) + struct.pack("<IQ", turn, rng.randrange(1 << 40))


def adb(rng):
    """Android's adb, protocol.txt: CNXN both ways, then a shell that writes lines."""
    def message(command, first, second, data=b""):
        return command + struct.pack("<IIII", first, second, len(data), sum(data)) + bytes(255 - byte for byte in command) + data

    yield True, message(b"CNXN", 0x01000001, 1 << 20, b"host::features=shell_v2,cmd")
    yield False, message(b"CNXN", 0x01000001, 1 << 20, b"device::ro.product.name=lab;features=shell_v2,cmd")
    yield True, message(b"OPEN", 1, 0, b"shell:ls\0")
    yield False, message(b"OKAY", 7, 1)
    for _ in range(8):
        yield False, message(b"WRTE", 7, 1, b"file-%d.txt\n" % rng.randrange(10000))
        yield True, message(b"OKAY", 1, 7)


def random_udp(first_bytes):
    """No protocol: random datagrams, the client's first of a size that classifiers stumble over."""
    def conversation(rng):
        yield True, rng.randbytes(first_bytes)
        for turn in range(12):
            yield turn % 2 == 1, rng.randbytes(rng.randrange(20, 900))
    return conversation


CONVERSATIONS = {  # name: (transport, turns)
    "esp": (50, esp),
    "ah": (51, ah),
    "gre": (47, gre),
    "amneziawg": (socket.IPPROTO_UDP, amneziawg),
    "wireguard-tcp": (socket.IPPROTO_TCP, wireguard_tcp),
    "zerotier": (socket.IPPROTO_UDP, zerotier),
    "shadowsocks2022": (socket.IPPROTO_TCP, shadowsocks2022),
    "stratum": (socket.IPPROTO_TCP, stratum),
    "monero-stratum": (socket.IPPROTO_TCP, monero_stratum),
    "mysql8": (socket.IPPROTO_TCP, mysql8),
    "mongodb": (socket.IPPROTO_TCP, mongodb),
    "cassandra": (socket.IPPROTO_TCP, cassandra),
    "tds": (socket.IPPROTO_TCP, tds),
    "spice": (socket.IPPROTO_TCP, spice),
    "adb": (socket.IPPROTO_TCP, adb),
    "random-80": (socket.IPPROTO_UDP, random_udp(80)),
    "random-112": (socket.IPPROTO_UDP, random_udp(112)),
    "random-300": (socket.IPPROTO_UDP, random_udp(300)),
}


class Stream:
    """TCP: turns are told apart by their lengths."""

    def __init__(self, is_client, address, port):
        if is_client:
            self.socket = socket.create_connection((address, port), TIMEOUT_S)
            return
        with socket.create_server((address, port)) as listener:
            listener.settimeout(TIMEOUT_S)
            self.socket = listener.accept()[0]

    def send(self, data):
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.sendall(data)

    def receive(self, data):
        self.socket.settimeout(TIMEOUT_S)
        assert self.socket.recv(len(data), socket.MSG_WAITALL) == data


class Datagrams:
    """UDP, or an IP protocol of its own, where the kernel puts the IP header in front of what is received."""

    def __init__(self, is_client, address, port, transport):
        is_udp = transport == socket.IPPROTO_UDP
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM if is_udp else socket.SOCK_RAW, transport)
        self.socket.settimeout(TIMEOUT_S)
        self.header_bytes = 0 if is_udp else 20
        self.peer = (address, port) if is_client else None
        if not is_client:
            self.socket.bind((address, port))
            print("ready", flush=True)

    def send(self, data):
        self.socket.sendto(data, self.peer)

    def receive(self, data):
        received, self.peer = self.socket.recvfrom(65536)
        assert received[self.header_bytes:] == data


def main():
    name, side, address, port, seed = sys.argv[1:]
    transport, conversation = CONVERSATIONS[name]
    is_client = side == "client"
    end = (Stream(is_client, address, int(port)) if transport == socket.IPPROTO_TCP
           else Datagrams(is_client, address, int(port), transport))
    for from_client, data in conversation(random.Random(seed)):
        (end.send if from_client == is_client else end.receive)(data)


main()
