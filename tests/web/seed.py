#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Prints what a sensor would have written, for `redis-cli --pipe`.
usage: five days of two ranges. alerts COUNT: closed and open alerts, some with hostile names. alert ID NAME: one open alert of that range.
long COUNT: alerts of two megabytes. minutes RANGE COUNT: as many minutes of all fields. ranges COUNT DAYS: range-0 and on, for as many days
every tenth minute; hours RANGE DAYS: as a stream of hours; names of every fourth are hostile with `hostile` behind."""
import json
import sys
import urllib.parse

END_S = 1774483200  # 2026-03-26 00:00 UTC
HOSTILE = '<script>document.title="owned"</script><img src=x onerror=alert(1)>\u202egnp.exe\x07'
TECHNIQUES = ('opsec', 'tls', 'tor', 'vpn', 'vps')


def command(*words):
    parts = [str(word).encode() for word in words]
    sys.stdout.buffer.write(b'*%d\r\n' % len(parts) + b''.join(b'$%d\r\n%s\r\n' % (len(p), p) for p in parts))


def minute(key, at_s, hosts, everyone, kind='usage', seen_s=0):
    fields = []
    for technique in TECHNIQUES:
        n = hosts * 2 if technique == 'opsec' else hosts
        fields += [f'{technique}_flows', n * 2, f'{technique}_hosts', n, f'{technique}_bytes', n * 1000]
    fields += ['all_flows', everyone * 3, 'all_hosts', everyone, 'all_bytes', everyone * 1000, 'coverage', 1]
    command('XADD', f'surgetap:{kind}:{key}', f'{at_s * 1000}-{seen_s}', *fields)


def usage():
    for at in range(END_S - 5 * 86400, END_S, 600):
        jump = at >= END_S - 6 * 3600
        minute('star-jv', at, 26 if jump else 2, 40)
        minute('caf%C3%A9', at, 3, 30)
    command('HSET', 'surgetap:sensor:tap-1', 'version', '0.1.0', 'interface', HOSTILE, 'packets', 1000, 'drops', 7)
    command('ZADD', 'surgetap:sensors', 1774483200000, 'tap-1', 1774480000000, 'tap-gone')


def hours(name, days):
    for at in range(END_S - days * 86400, END_S, 3600):
        minute(name, at, 50 + at // 3600 % 24, 400, kind='usage-hour')
    # an hour that two runs have seen
    minute(name, END_S - 3600, 9, 10, kind='usage-hour', seen_s=1800)


def ranges(count, days, are_hostile):
    for i in range(count):
        name = f'<img src=x onerror=alert({i})>\u202egnp.exe\x07{"x" * (i % 90)}' if are_hostile and i % 4 == 0 else f'range-{i}'
        key = urllib.parse.quote(name, safe='')
        for at in range(END_S - days * 86400, END_S, 600):
            minute(key, at, (i + at // 3600) % 12 + (20 if i % 9 == 0 and at >= END_S - 3 * 3600 else 0), 40 + i % 50)


def record(alert_id, state, name, technique, schema):
    window = {'start': '2026-03-25T18:00:00.000000+0000', 'end': '2026-03-25T19:00:00.000000+0000'}
    flow = {'community_id': '1:wCb3OG7yAFWelaUydu0D+125CLM=', 'src_ip': '175.45.176.7', 'src_port': 50123,
            'dest_ip': '185.220.101.1', 'dest_port': 9001, 'proto': 'TCP', 'app_proto': 'tls', 'reason': HOSTILE}
    context = {'schema': schema, 'alert_id': alert_id, 'state': state, 'range': name, 'technique': technique,
               'metric': 'hosts', 'window': window, 'observed': {'hosts': 26}, 'expected': {'hosts': 2.0, 'method': 'share'},
               'score': 14.2, 'odds': 1468864.0, 'coverage': 1.0, 'learning': False, 'share': {'observed': .6, 'expected': .05},
               'control': {'hosts': 57, 'ratio': 1.03, 'ratio_low': .4, 'ratio_high': 2.2, 'excess_ratio': 12.6, 'verdict': 'own'},
               'coordination': {'active_hosts': 41, 'moved_hosts': 38, 'moved_share': .927, 'half_within_seconds': 1260, 'p_value': 1.1e-7},
               'top_hosts': [{'ip': '175.45.176.7', 'flows': 22}], 'example_flows': [flow],
               'top_peers': [{'ip': '185.220.101.1', 'as_org': HOSTILE, 'asn': 60729, 'country': 'DE', 'flows': 22}]}
    return json.dumps({'event_type': 'alert', 'alert': {'signature': f'SURGETAP {technique} use from {name}', 'severity': 2, 'context': context}})


def alert(entry_id, number, name, technique='tor', state='open', schema='surgetap.alert/1'):
    alert_id = f'{number:032x}'
    fields = {'alert_id': alert_id, 'state': state, 'range': name, 'technique': technique, 'metric': 'hosts', 'ratio': 13,
              'rise_percent': 1200, 'score': 14.2, 'severity': 2, 'time_ms': (END_S - 6 * 3600) * 1000,
              'scale_seconds': 3600, 'window_end_s': END_S - 5 * 3600, 'sensor': 'tap-1',
              'eve': record(alert_id, state, name, technique, schema)}
    command('XADD', 'surgetap:alerts', entry_id, *[part for pair in fields.items() for part in pair])


def alerts(count):
    for i in range(1, count + 1):
        alert(f'{i}-0', i, f'range-{i % 7}', TECHNIQUES[i % 5], 'close')
    alert(f'{count + 1}-0', count + 1, HOSTILE, 'vpn')
    alert(f'{count + 2}-0', count + 2, 'star-jv', 'vps', schema='surgetap.alert/9')
    command('XADD', 'surgetap:alerts', f'{count + 3}-0', 'alert_id', 'broken', 'state', 'open', 'eve', '{"not json')
    alert(f'{count + 4}-0', count + 4, 'star-jv')


if sys.argv[1] == 'usage':
    usage()
elif sys.argv[1] == 'alerts':
    alerts(int(sys.argv[2]))
elif sys.argv[1] == 'long':
    for i in range(int(sys.argv[2])):
        command('XADD', 'surgetap:alerts', '*', 'alert_id', f'long-{i}', 'state', 'open', 'range', 'r' * 900 * 1024, 'eve',
                json.dumps({'event_type': 'alert', 'text': 'x' * 1024 * 1024 + ' the needle'}))
elif sys.argv[1] == 'hours':
    hours(sys.argv[2], int(sys.argv[3]))
elif sys.argv[1] == 'ranges':
    ranges(int(sys.argv[2]), int(sys.argv[3]), 'hostile' in sys.argv)
elif sys.argv[1] == 'alert':
    alert(sys.argv[2], 0xabcdef, sys.argv[3])
else:
    for i in range(int(sys.argv[3])):
        minute(sys.argv[2], END_S - 60 * (int(sys.argv[3]) - i), i % 9, 40)
