/* SPDX-License-Identifier: Apache-2.0 */
/* How the sensors fare, in one line. */
import { $, ago, make, number } from './words.js';

const SHOWN = ['interface', 'packets', 'flows', 'queue_depth', 'spool_depth'];
const BAD = ['drops', 'kernel_drops', 'interface_drops'];

function sensor(value, now) {
	const isLive = value.fields !== null;
	const words = [];
	for (const name of SHOWN)
		if (value.fields?.[name])
			words.push(make('span', { text: name === 'interface' ? value.fields[name] : `${name.replace('_', ' ')} ${number(Number(value.fields[name]))}` }));
	for (const name of BAD)
		if (Number(value.fields?.[name]) > 0)
			words.push(make('span', { kind: 'bad', text: `${name.replace('_', ' ')} ${number(Number(value.fields[name]))}` }));
	return make('span', { kind: 'sensor ' + (isLive ? 'live' : 'gone') }, make('span', { kind: 'lamp' }), make('strong', { kind: 'name', text: value.name }),
		make('span', { kind: isLive ? '' : 'bad', text: `${isLive ? 'seen' : 'silent for'} ${ago(now - value.seen_ms)}${isLive ? ' ago' : ''}` }), ...words);
}

export function show({ now_ms, sensors }) {
	$('health').replaceChildren(...(sensors.length > 0 ? sensors.map((value) => sensor(value, now_ms))
		: [make('span', { text: 'No sensor has reported to this Redis lately.' })]));
}
