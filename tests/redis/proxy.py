#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""proxy.py LISTEN SERVER SEED: a bad line between two unix sockets.

Each connection has a fate, drawn from SEED: it is cut after some bytes of one direction, its replies
are garbled from some byte on, or it is well. Requests are never garbled: what TCP delivers is what was
sent.
"""
import os
import random
import socket
import sys
import threading

FATES = ["cut requests", "cut replies", "garble replies", "well"]


def forward(source, sink, budget, spoil, close):
    """Passes bytes on; after `budget` of them ends the connection, or spoils what follows."""
    try:
        while data := source.recv(16384):
            if spoil and len(data) > budget:
                data = data[:budget] + bytes(b ^ 0x55 for b in data[budget:])
            elif budget is not None and len(data) >= budget:
                sink.sendall(data[:budget])
                break
            budget = None if budget is None else max(0, budget - len(data))
            sink.sendall(data)
    except OSError:
        pass
    close()


def serve(client, server_path, fate, budget):
    server = socket.socket(socket.AF_UNIX)
    try:
        server.connect(server_path)
    except OSError:
        client.close()
        return

    def close():
        for end in (client, server):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    ways = [
        (client, server, budget * 100 if fate == "cut requests" else None, False),
        (server, client, budget if fate.endswith("replies") else None, fate.startswith("garble")),
    ]
    threads = [threading.Thread(target=forward, args=(*way, close)) for way in ways]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    client.close()
    server.close()


def main():
    listen, server_path, seed = sys.argv[1:]
    fates = random.Random(seed)
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(listen + ".new")
    listener.listen(64)
    os.rename(listen + ".new", listen)
    while True:
        client, _ = listener.accept()
        fate = (fates.choice(FATES), fates.randrange(20, 4000))
        threading.Thread(target=serve, args=(client, server_path, *fate), daemon=True).start()


main()
