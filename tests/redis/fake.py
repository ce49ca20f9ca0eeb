#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""fake.py SOCKET MODE: something that listens on a unix socket and is not a healthy Redis server."""
import socketserver
import sys

XADD = b"XADD\r\n"
ID = b"$15\r\n1763704800000-0\r\n"
OOM = b"-OOM command not allowed when used memory > 'maxmemory'.\r\n"
PASSED = b"-ERR The ID specified in XADD is equal or smaller than the target stream top item\r\n"

MODES = {
    # mode: (said on connection, said to each command, then hang up)
    "web": (b"", b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n", True),
    "mail": (b"+OK ready\r\n", b"+OK\r\n", False),
    "secure-shell": (b"SSH-2.0-OpenSSH_9.2\r\n", b"", False),
    "noise": (b"\xff\x1b[2J\x00\x9b", b"\x80\x81\r\n", False),
    "endless": (b"$999999999999\r\n", b"x" * 4096, False),
    "cut": (b"", b"$15\r\n17637", True),
    "garbled": (b"", b"$15\r\n17637$15\r\n17637\r\n", False),
    "old": (b"", b"-ERR unknown command `XADD`, with args beginning with: `surgetap:alerts`, \r\n", False),
    "silent": (b"", b"", False),
    "overtaking": (b"", PASSED, False),
    "talkative": (b"", b"-ERR unknown command `AUTH`, with args beginning with: `tap`, `hunter2`, \r\n", False),
}


class Handler(socketserver.BaseRequestHandler):
    # What the first XADDs get, before the mode's own answer.
    opening = [OOM, ID, ID, ID, ID] if sys.argv[2] == "overtaking" else []

    def answers(self, asked, answer):
        count = max(1, asked.count(XADD))
        first, self.opening[:count] = self.opening[:count], []
        return b"".join(first) + answer * (count - len(first))

    def handle(self):
        greeting, answer, hang_up = MODES[sys.argv[2]]
        try:
            self.request.sendall(greeting)
            while asked := self.request.recv(65536):
                self.request.sendall(answer if hang_up else self.answers(asked, answer))
                if hang_up:
                    return
        except OSError:
            pass


socketserver.ThreadingUnixStreamServer.daemon_threads = True
socketserver.ThreadingUnixStreamServer(sys.argv[1], Handler).serve_forever()
