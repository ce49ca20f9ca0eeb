#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""grafana.py DASHBOARD SOCKET RANGE: runs each query of a Grafana dashboard as the plugin redis-datasource does, and
fails when a panel would lack what it uses."""
import json
import re
import subprocess
import sys

COMMANDS = {'xrange', 'xrevrange'}
QUERY_KEYS = {'refId', 'datasource', 'type', 'command', 'keyName', 'count', 'start', 'end', 'query'}
dashboard, socket, watched = json.load(open(sys.argv[1])), sys.argv[2], sys.argv[3]
variables = {variable['name'] for variable in dashboard['templating']['list']}


def redis(*words):
    return json.loads(subprocess.run(['redis-cli', '-s', socket, '--json', *words], capture_output=True, text=True, check=True).stdout)


def fill(text, values):
    for name in re.findall(r'\$\{(\w+)\}', text):
        assert name in variables or name in ('__from', '__to'), f'{name} is no variable of the dashboard'
    return re.sub(r'\$\{(\w+)\}', lambda match: values[match[1]], text)


def is_number(text):
    return re.fullmatch(r'-?\d+(\.\d+)?(e[+-]?\d+)?', text) is not None


def frame(entries):
    """Name of each field -> its values, as the plugin makes them (pkg/redis-stream.go): `$streamId`, `$time`, then each name. A field
    is numeric when its first value is; an entry without it gets a zero, so that one which is not in all of them would lie."""
    fields = {'$streamId': [entry[0] for entry in entries], '$time': [int(entry[0].split('-')[0]) for entry in entries]}
    for entry in entries:
        for name, value in zip(entry[1][::2], entry[1][1::2]):
            fields.setdefault(name, []).append(value)
    return fields


def run(target, values):
    assert set(target) <= QUERY_KEYS, f'unknown: {set(target) - QUERY_KEYS}'
    assert target['type'] == 'command' and target['command'] in COMMANDS and target['datasource']['type'] == 'redis-datasource'
    first, last = fill(target['start'], values) or '-', fill(target['end'], values) or '+'
    if target['command'] == 'xrevrange':
        first, last = last, first
    return redis(target['command'], fill(target['keyName'], values), first, last, 'COUNT', str(target['count']))


def check(panel, values):
    title = fill(panel['title'], values)
    fields = {}
    for target in panel['targets']:
        fields |= frame(run(target, values))
    rows = len(fields.get('$time', []))
    if rows == 0:
        return f'{title}: no rows'
    shown = set(fields)
    for step in panel['transformations']:
        options = step['options']
        if step['id'] == 'filterFieldsByName':
            shown = {name for name in fields if re.search(options['include']['pattern'], name)}
            for name in re.findall(r'\w+', options['include']['pattern'].split('(', 2)[2].split(')')[0]):
                ending = options['include']['pattern'].split(')')[1]
                assert name + ending in fields, f'{title}: no field {name + ending}'
        elif step['id'] == 'convertFieldType':
            assert {conversion['targetField'] for conversion in options['conversions']} <= set(fields), title
        elif step['id'] == 'organize':
            assert {name for name in options['excludeByName']} | set(options['indexByName']) <= set(fields), f'{title}: {set(options["excludeByName"]) | set(options["indexByName"])} of {set(fields)}'
    for override in panel['fieldConfig']['overrides']:
        assert override['matcher']['options'] in shown, f'{title}: {override["matcher"]["options"]} is not shown'
    if panel['type'] == 'timeseries':
        assert rows == redis('xlen', f'surgetap:usage:{watched}'), f'{title}: {rows} rows are not all'
        for name in shown - {'$time'}:
            assert len(fields[name]) == rows and all(map(is_number, fields[name])), f'{title}: {name} is not numeric throughout'
    print(f'{title}: {rows} rows, {len(shown)} fields')
    return None


ends = [redis(command, f'surgetap:usage:{watched}', first, last, 'COUNT', '1') for command, first, last in (('xrange', '-', '+'), ('xrevrange', '+', '-'))]
values = {'range': watched, 'datasource': 'x', '__from': ends[0][0][0].split('-')[0] if ends[0] else '0', '__to': ends[1][0][0].split('-')[0] if ends[1] else '1'}
faults = [fault for panel in dashboard['panels'] if (fault := check(panel, values))]
print('\n'.join(faults))
sys.exit(1 if faults else 0)
