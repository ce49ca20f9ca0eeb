#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""tests/bench/dashboard.py HOST:PORT PID [REQUESTS]: 200 browsers listen to a dashboard while others ask it for data.
Prints the time of answers by kind, and the server's memory. What it asks for is in Redis after `tests/web/seed.py ranges 200 28` and
`tests/web/seed.py alerts 1000000`, each into `redis-cli --pipe`."""
import http.client
import socket
import sys
import threading
import time

host, port = sys.argv[1].rsplit(':', 1)
requests = int(sys.argv[3]) if len(sys.argv) > 3 else 300
END_MS = 1774483200000
PATHS = ('/api/overview?metric=hosts', '/api/alerts?limit=100', '/api/alerts?limit=100&before=500000-0', '/api/alerts?limit=100&q=nowhere',
         '/api/alerts?limit=100&range=range-7&technique=tor', '/api/alert?id=500000-0', '/api/episodes?limit=100&sort=ratio&dir=desc',
         '/api/episodes?limit=100&sort=range&offset=4700&state=close', '/api/health',
         f'/api/series?range=range-3&metric=hosts&from={END_MS - 86400000}&to={END_MS}',
         f'/api/series?range=range-3&metric=hosts&from={END_MS - 28 * 86400000}&to={END_MS}')


def rss_kib():
    with open(f'/proc/{sys.argv[2]}/status') as status:
        return next(int(line.split()[1]) for line in status if line.startswith('VmRSS'))


def listen():
    s = socket.create_connection((host, int(port)))
    s.sendall(b'GET /api/events HTTP/1.1\r\nHost: localhost\r\n\r\n')
    s.recv(1024)
    return s


def ask(taken):
    connection = http.client.HTTPConnection(host, int(port))
    for i in range(requests):
        path = PATHS[i % len(PATHS)]
        begin = time.monotonic()
        connection.request('GET', path)
        answer = connection.getresponse()
        answer.read()
        taken.append((path, 1000 * (time.monotonic() - begin)))
        assert answer.status == 200, (path, answer.status)


listeners = [listen() for _ in range(200)]
taken = []
threads = [threading.Thread(target=ask, args=(taken,)) for _ in range(2)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
for path in (*PATHS, ''):
    values = sorted(ms for p, ms in taken if p.startswith(path) and (p == path or not path))
    print(f'{path or "all":75} {len(values):5} requests  median {values[len(values) // 2]:6.1f} ms  p99 {values[len(values) * 99 // 100]:6.1f} ms')
print(f'RSS {rss_kib() / 1024:.1f} MiB with {len(listeners)} listeners')
